import type { DescribeSecretCommandOutput } from '@aws-sdk/client-secrets-manager';
import { createPaint } from '../terminal/paint.ts';
import type { Account } from './account.ts';
import type { Check } from './check.ts';
import { collected, loginCheck, quickChecks, scheduleCheck, valueChecks } from './checks.ts';
import { checkLines } from './checks-told.ts';
import { command } from './command.ts';
import { factsOf } from './condition.ts';
import { exitCodes } from './exit-codes.ts';
import { ownChecks } from './own-checks.ts';
import { describeSecret } from './service.ts';

interface Options {
  readonly function?: string;
}

export const doctor = command<Options>(
  {
    name: 'doctor',
    about:
      'Looks at everything that a rotation needs, and asks the function that is attached what it sees from its ' +
      'place: network, login, rights. Says what cannot be seen. Changes nothing, and prints nothing of the value.',
    define: (parser) =>
      parser.argument('<secrets...>').option('--function <name>', 'as if this function were attached'),
    after:
      'Ends with 1 where something is wrong. Actions to allow, each of which may be missing: ' +
      'secretsmanager:DescribeSecret, ListSecretVersionIds; lambda:InvokeFunction, or GetSecretValue; ' +
      'lambda:GetFunctionConfiguration, GetPolicy; iam:SimulatePrincipalPolicy; logs:FilterLogEvents.',
  },
  async ({ options, names }, terminal) => {
    const { stdout } = terminal;
    const { onAccount } = await import('./account.ts');
    return onAccount(options, terminal, async (account) => {
      const paint = createPaint(stdout);
      const all: { name: string; checks: Check[] }[] = [];
      for (const name of new Set(names)) {
        const described = await describeSecret(account, name);
        const checks = await collected(examined(account, described, options.function));
        all.push({ name, checks });
        if (!options.json) stdout.write(checkLines(name, checks, paint));
      }
      if (options.json)
        stdout.write(`${JSON.stringify({ version: 1, region: account.region, secrets: all }, null, 2)}\n`);
      const isWell = all.every(({ checks }) => checks.every(({ result }) => result !== 'fails'));
      return isWell ? exitCodes.good : exitCodes.attention;
    });
  },
);

async function* examined(
  account: Account,
  described: DescribeSecretCommandOutput,
  asIf: string | undefined,
): AsyncGenerator<Check> {
  const { name, functionName = undefined } = factsOf(described);
  const judged = asIf ?? functionName;
  yield* quickChecks(account, described, judged);
  if (described.DeletedDate !== undefined || judged === undefined) return;
  const own = asIf === undefined ? await ownChecks(account, described) : {};
  const isAnswered = Array.isArray(own);
  yield* isAnswered ? own : valueChecks(account, described, judged);
  if (asIf === undefined) yield scheduleCheck(described, Date.now());
  if (!isAnswered) yield { ...loginCheck(name), ...own };
}
