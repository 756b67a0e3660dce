import { Option } from 'commander';
import { createProgress } from '../terminal/progress.ts';
import { command } from './command.ts';
import { csv } from './cost/csv.ts';
import { pricesOf } from './cost/pricing.ts';
import { costReport } from './cost/report.ts';
import { table } from './cost/table.ts';
import { exitCodes } from './exit-codes.ts';

interface Options {
  readonly all?: true;
  readonly readSizes?: true;
  readonly csv?: true;
}

export const cost = command<Options>(
  {
    name: 'cost',
    about:
      'What the secrets and parameters of one region cost a month, which secrets would be cheaper as parameters, ' +
      'which need Secrets Manager and why, and the total before and after. Changes nothing.',
    define: (parser) =>
      parser
        .addOption(new Option('--csv', 'the same for a spreadsheet').conflicts('json'))
        .option('--all', 'each parameter a line, also those that cost nothing')
        .option('--read-sizes', 'reads the value of each secret that could move, to measure it; counts as access'),
    after:
      'Actions to allow: secretsmanager:ListSecrets, secretsmanager:DescribeSecret, secretsmanager:GetResourcePolicy, ssm:DescribeParameters, lambda:GetFunctionConfiguration, iam:GetRolePolicy; with --read-sizes also secretsmanager:GetSecretValue and kms:Decrypt.',
  },
  async ({ options }, terminal) => {
    const { stdout, stderr } = terminal;
    const progress = createProgress(stderr, { patienceMs: 1000, intervalMs: 100 });
    try {
      // Not before it is needed: the SDK takes its time to load.
      const [{ onAccount }, { readInventory }] = await Promise.all([
        import('./account.ts'),
        import('./cost/read-inventory.ts'),
      ]);
      const inventory = await onAccount(options, terminal, (account) =>
        readInventory(account, options.readSizes ?? false, progress.show),
      );
      const report = costReport(inventory, pricesOf(inventory.region));
      progress.end();
      const all = options.all ?? false;
      const asked = options.csv ? csv(report) : table(report, { all });
      stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : asked);
      return exitCodes.good;
    } finally {
      progress.end();
    }
  },
);
