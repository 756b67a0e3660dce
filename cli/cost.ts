import { createProgress } from '../terminal/progress.ts';
import type { Command } from './command.ts';
import { costOptions } from './cost/options.ts';
import { pricesOf } from './cost/pricing.ts';
import { costReport } from './cost/report.ts';
import { table } from './cost/table.ts';

const DEADLINE_MS = 60_000;

const help = `Usage: rekey cost [--region REGION] [--json] [--all] [--read-sizes] [--endpoint-url URL]

What the secrets and parameters of one region cost a month, which secrets would be cheaper as
parameters, which need Secrets Manager and why, and the total before and after. Changes nothing.

  --region REGION     the region; without it AWS_REGION, AWS_DEFAULT_REGION or the profile's
  --json              the same as data, each parameter included
  --all               each parameter a line, also those that cost nothing
  --read-sizes        reads the value of each secret that could move, to know which parameter
                      holds it. Measured, then dropped; costs calls, and counts as access
  --endpoint-url URL  another endpoint, such as the sandbox's; without it AWS_ENDPOINT_URL
  --help              this text

Actions to allow: secretsmanager:ListSecrets, secretsmanager:DescribeSecret,
secretsmanager:GetResourcePolicy, ssm:DescribeParameters; with --read-sizes also
secretsmanager:GetSecretValue and kms:Decrypt. Credentials come from the environment, as the SDK
reads it (AWS_PROFILE and the others).
`;

export const cost: Command = async (parameters, { env, stdout, stderr, signal }) => {
  const options = costOptions(parameters);
  if (options.help) {
    stdout.write(help);
    return;
  }
  const progress = createProgress(stderr, { patienceMs: 1000, intervalMs: 100 });
  try {
    // Not before it is needed: the SDK takes its time to load.
    const { readInventory } = await import('./cost/read-inventory.ts');
    const source = {
      // The SDK does not know the CLI's name for it.
      region: options.region ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined),
      endpointUrl: options.endpointUrl,
      readSizes: options.readSizes,
    };
    const inventory = await readInventory(source, { signal, deadlineMs: DEADLINE_MS }, progress.show);
    const report = costReport(inventory, pricesOf(inventory.region));
    progress.end();
    stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : table(report, { all: options.all }));
  } finally {
    progress.end();
  }
};
