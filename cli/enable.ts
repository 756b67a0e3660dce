import { createPaint } from '../terminal/paint.ts';
import type { Account } from './account.ts';
import { cancelRotation, type Schedule } from './acts.ts';
import { agreed } from './ask.ts';
import type { Check } from './check.ts';
import { collected, quickChecks } from './checks.ts';
import { checkLines } from './checks-told.ts';
import { command } from './command.ts';
import { factsOf, type SecretFacts } from './condition.ts';
import { exitCodes } from './exit-codes.ts';
import { outcomeLines, stepLine } from './outcome.ts';
import { functionNamed } from './rights.ts';
import { type Outcome, rotated } from './rotation.ts';
import { describeSecret } from './service.ts';
import { everyOf, hoursOf } from './values.ts';

interface Options {
  readonly function: string;
  readonly every: string;
  readonly window?: string;
  readonly rotateNow?: true;
  readonly yes?: true;
  readonly json?: true;
}

const TIMEOUT_MS = 5 * 60_000;

export const enable = command<Options>(
  {
    name: 'enable',
    about:
      'Attaches a function and a schedule to a secret, then waits for a configuration check: the function logs in ' +
      'and changes nothing. Looks before it attaches; where the check fails, rotation is off again.',
    define: (parser) =>
      parser
        .argument('<secret>')
        .requiredOption('--function <name>', 'that rotates it, with or without rekey-')
        .requiredOption('--every <time>', '30d, 12h, or a cron(...) of Secrets Manager', everyOf)
        .option('--window <hours>', 'how long a rotation may take to begin, as 3h', hoursOf)
        .option('--rotate-now', 'rotates, in place of the check')
        .option('--yes', 'does not ask'),
    after:
      'Actions to allow: secretsmanager:RotateSecret, CancelRotateSecret, DescribeSecret, ListSecretVersionIds; ' +
      'lambda:InvokeFunction, GetFunctionConfiguration, GetPolicy; iam:SimulatePrincipalPolicy; logs:FilterLogEvents.',
  },
  async ({ options, names: [name = ''] }, terminal) => {
    const { stdout, signal } = terminal;
    const { onAccount } = await import('./account.ts');
    return onAccount(options, terminal, async (account) => {
      const described = await describeSecret(account, name);
      const before = factsOf(described);
      const schedule = await scheduleOf(account, options);
      const checks = await collected(quickChecks(account, described, schedule.functionName));
      if (checks.some(({ result }) => result === 'fails')) {
        stdout.write(told(options, before, checks));
        return exitCodes.attention;
      }
      if (!(await agreed(planOf(before, schedule, options, account), options.yes ?? false, terminal))) {
        return exitCodes.declined;
      }
      const outcome = await rotated(account, before, {
        schedule,
        checkOnly: !options.rotateNow,
        timeoutMs: TIMEOUT_MS,
        onStep: (step) => void (options.json ?? stdout.write(stepLine(step))),
      }).catch((error: unknown) => {
        if (signal.aborted)
          stdout.write(`stopped. ${name} is attached, and its first outcome was not seen: rekey status\n`);
        throw error;
      });
      const isOff = outcome.result === 'failed' && !options.rotateNow && !before.rotates;
      if (isOff) await cancelRotation(account, before.arn);
      stdout.write(told(options, before, checks, outcome, isOff));
      return outcome.result === 'checked' || outcome.result === 'rotated' ? exitCodes.good : exitCodes.attention;
    });
  },
);

/** A function that is not there is for the checks to say. */
async function scheduleOf(account: Account, { function: given, every, window }: Options): Promise<Schedule> {
  const found = await functionNamed(account, given);
  const named = found ?? { functionName: given.split(':').at(-1) ?? given, functionArn: given };
  return { ...named, every, ...(window && { window }) };
}

function planOf(
  before: SecretFacts,
  { functionName, every, window }: Schedule,
  { rotateNow }: Options,
  { region }: Account,
): string {
  const other = before.rotates && before.functionName !== functionName ? `, in place of ${before.functionName}` : '';
  const then = rotateNow
    ? 'Then rotates it.'
    : 'Then the function checks that it could rotate it, and changes nothing.';
  const within = window === undefined ? '' : `, within ${window}`;
  return `Attaches ${functionName} to ${before.name} in ${region}, ${every}${within}${other}. ${then}`;
}

function told(
  { json }: Options,
  { name, arn }: SecretFacts,
  checks: readonly Check[],
  outcome?: Outcome,
  isOff = false,
): string {
  if (json)
    return `${JSON.stringify({ version: 1, name, arn, checks, outcome: outcome ?? null, isAttached: outcome !== undefined && !isOff }, null, 2)}\n`;
  if (outcome === undefined) return `${checkLines(name, checks, createPaint())}nothing was changed\n`;
  return `${outcomeLines(outcome)}${isOff ? 'rotation is off again, as it was\n' : ''}`;
}
