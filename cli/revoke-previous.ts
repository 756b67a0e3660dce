import { CURRENT, holder, PREVIOUS } from '../shared/rotation/versions.ts';
import { legible } from '../terminal/foreign.ts';
import type { Account } from './account.ts';
import { agreed } from './ask.ts';
import { type Answer, type Asked, answerTo, askable, failureOf } from './asked.ts';
import { command } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { RefusedError } from './failure.ts';
import { describeSecret, versionsOf } from './service.ts';

interface Options {
  readonly yes?: true;
}

export const revokePrevious = command<Options>(
  {
    name: 'revoke-previous',
    about:
      'Ends what AWSPREVIOUS opens now, and not when its time has come: the key or password that the last rotation ' +
      'left alive for its readers. The function looks first whether anybody still uses it, and leaves it then.',
    define: (parser) => parser.argument('<secret>').option('--yes', 'does not ask'),
    after:
      'Actions to allow: secretsmanager:DescribeSecret, ListSecretVersionIds; lambda:InvokeFunction on its function.',
  },
  async ({ options, names: [name = ''] }, terminal) => {
    const { onAccount } = await import('./account.ts');
    return onAccount(options, terminal, async (account) => {
      const secret = askable(account, await describeSecret(account, name));
      const [current, previous] = [CURRENT, PREVIOUS].map((label) => holder(secret.labels, label));
      if (current === undefined || previous === undefined) {
        throw new RefusedError(
          `${name} has no ${PREVIOUS}: nothing is left of an older value`,
          `rekey history ${name}`,
        );
      }
      const plan = await planOf(account, secret, current, previous);
      if (!(await agreed(plan, options.yes ?? false, terminal))) return exitCodes.declined;
      const question = { rekey: 'revoke-previous', Current: current, Previous: previous };
      const answer = await answerTo(account, secret, question);
      terminal.stdout.write(options.json ? json(secret, previous, answer) : told(secret, previous, answer));
      return answer.outcome === 'revoked' ? exitCodes.good : exitCodes.attention;
    });
  },
);

async function planOf(account: Account, { name, arn, functionName }: Asked, current: string, previous: string) {
  const versions = await versionsOf(account, arn);
  const of = (id: string) => versions.find(({ VersionId }) => VersionId === id);
  const made = of(previous)?.CreatedDate;
  const next = of(current)?.CreatedDate;
  // After a rollback the current version is the older one.
  const replaced = made !== undefined && next !== undefined && next >= made ? `, replaced ${day(next)}` : '';
  const read = of(previous)?.LastAccessedDate;
  const seen = read === undefined ? 'nobody has read it' : `it was read last on ${day(read)}`;
  return (
    `Ends what ${PREVIOUS} of ${name} opens, in ${account.region}, by ${functionName}: version ${previous}, made ` +
    `${day(made)}${replaced}; ${seen}. Whoever still uses it is refused from then on.`
  );
}

function told(secret: Asked, previous: string, answer: Answer): string {
  const failure = failureOf(secret, answer);
  if (failure !== undefined) return failure;
  const { outcome, because = '' } = answer;
  if (outcome === 'revoked') return `✓ what version ${previous.slice(0, 8)} of ${secret.name} opened is revoked\n`;
  const next =
    outcome === 'postponed'
      ? 'the same command, once nobody uses it; docs/revoking.md ends it in use or not'
      : `rekey history ${secret.name}`;
  return `${legible(`– nothing was revoked: ${because}`)}\nnext: ${next}\n`;
}

function json({ name, arn }: Asked, previous: string, answer: Answer): string {
  return `${JSON.stringify({ version: 1, name, arn, previous, ...answer }, null, 2)}\n`;
}

const day = (date: Date | undefined) => date?.toISOString().slice(0, 10) ?? 'at an unknown time';
