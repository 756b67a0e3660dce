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
  readonly prices?: readonly string[];
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
        .option('--prices <file...>', "what `aws pricing get-products` printed, for a region's own prices")
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
      const [{ onAccount }, { readInventory }, { pricesIn }] = await Promise.all([
        import('./account.ts'),
        import('./cost/read-inventory.ts'),
        import('./cost/price-list.ts'),
      ]);
      const report = await onAccount(options, terminal, async (account) => {
        const { region } = account;
        // First, for what is wrong in a file is told at once.
        const prices = await (options.prices === undefined ? pricesOf(region) : pricesIn(options.prices, region));
        return costReport(await readInventory(account, options.readSizes ?? false, progress.show), prices);
      });
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
