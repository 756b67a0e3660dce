import { createProgress } from '../terminal/progress.ts';
import { command } from './command.ts';
import { pricesOf } from './cost/pricing.ts';
import { costReport } from './cost/report.ts';
import { table } from './cost/table.ts';
import { exitCodes } from './exit-codes.ts';

interface Options {
  readonly all?: true;
  readonly readSizes?: true;
}

export const cost = command<Options>(
  {
    name: 'cost',
    about:
      'What the secrets and parameters of one region cost a month, which secrets would be cheaper as parameters, ' +
      'which need Secrets Manager and why, and the total before and after. Changes nothing.',
    define: (parser) =>
      parser
        .option('--all', 'each parameter a line, also those that cost nothing')
        .option('--read-sizes', 'reads the value of each secret that could move, to measure it; counts as access'),
    after:
      'Actions to allow: secretsmanager:ListSecrets, secretsmanager:DescribeSecret, secretsmanager:GetResourcePolicy, ssm:DescribeParameters; with --read-sizes also secretsmanager:GetSecretValue and kms:Decrypt.',
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
      stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : table(report, { all }));
      return exitCodes.good;
    } finally {
      progress.end();
    }
  },
);
