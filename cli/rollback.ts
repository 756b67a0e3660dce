import { CURRENT, holder, PREVIOUS } from '../shared/rotation/versions.ts';
import { unfinished } from '../shared/rotation/window.ts';
import type { Account } from './account.ts';
import { agreed } from './ask.ts';
import { type Answer, type Asked, answerTo, askable, failureOf } from './asked.ts';
import { command } from './command.ts';
import { isRollback } from './condition.ts';
import { exitCodes } from './exit-codes.ts';
import { RefusedError } from './failure.ts';
import { unfinishedRefusal } from './refusal.ts';
import { describeSecret, versionsOf } from './service.ts';

interface Options {
  readonly yes?: true;
  readonly to?: string;
}

export const rollback = command<Options>(
  {
    name: 'rollback',
    about:
      'Makes AWSPREVIOUS current again, and makes it work: where the system no longer takes its value, the function ' +
      'sets it there, proves it, and then moves the labels. The value that leaves is AWSPREVIOUS afterwards.',
    define: (parser) =>
      parser
        .argument('<secret>')
        .option('--to <version>', 'this one, which is AWSPREVIOUS, or AWSCURRENT already: to repeat one that failed')
        .option('--yes', 'does not ask'),
    after:
      'Actions to allow: secretsmanager:DescribeSecret, ListSecretVersionIds; lambda:InvokeFunction on its function; logs:FilterLogEvents, to tell how an unfinished rotation goes.',
  },
  async ({ options, names: [name = ''] }, terminal) => {
    const { onAccount } = await import('./account.ts');
    return onAccount(options, terminal, async (account) => {
      const secret = askable(account, await describeSecret(account, name));
      // One that died goes on.
      const goesOn = isRollback(secret, unfinished(secret.labels));
      const refusal = goesOn ? undefined : await unfinishedRefusal(account, secret);
      if (refusal !== undefined) throw refusal;
      const [current, previous] = [CURRENT, PREVIOUS].map((label) => holder(secret.labels, label));
      if (previous === undefined) {
        throw new RefusedError(`${name} has no ${PREVIOUS}: there is nothing to go back to`, `rekey history ${name}`);
      }
      const to = options.to ?? previous;
      const isBack = to === current;
      const goesForward = !isBack && !goesOn && (await isNewer(account, secret, to, current));
      if (goesForward && options.yes && options.to === undefined) {
        throw new RefusedError(
          `${name} was rolled back already: ${PREVIOUS} is newer than ${CURRENT}`,
          `rekey rollback ${name} --to ${to} --yes goes forward again, to what was left`,
        );
      }
      const plan = isBack
        ? `Version ${to} of ${secret.name} is ${CURRENT} already: ${secret.functionName} sees whether it works, and repeats what is left to do.`
        : `${goesForward ? 'It was rolled back already, and this goes forward again. ' : ''}Rolls ${secret.name} in ${account.region} back to version ${to}, by ${secret.functionName}: what is ` +
          `${PREVIOUS} becomes ${CURRENT}, in the system too; version ${current} becomes ${PREVIOUS}.`;
      if (!(await agreed(plan, options.yes ?? false, terminal))) return exitCodes.declined;
      const answer = await answerTo(account, secret, { rekey: 'rollback', Version: to });
      terminal.stdout.write(options.json ? json(secret, answer) : told(secret, answer) + again(name, to, answer));
      return answer.outcome === 'succeeded' ? exitCodes.good : exitCodes.attention;
    });
  },
);

/** The value of a rotation is newer than the one before it, and after a rollback it is the other way round. */
async function isNewer(account: Account, { arn }: Asked, one: string, other: string | undefined): Promise<boolean> {
  const versions = await versionsOf(account, arn);
  const at = (id: string | undefined) =>
    versions.find(({ VersionId }) => VersionId === id)?.CreatedDate?.getTime() ?? 0;
  return at(one) > at(other);
}

function told(secret: Asked, answer: Answer): string {
  const short = (id: string | undefined) => id?.slice(0, 8) ?? 'none';
  const { name } = secret;
  return (
    failureOf(secret, answer) ??
    `✓ ${name} was rolled back, and its value works\n  ${CURRENT} ${short(answer.current)}, ${PREVIOUS} ${short(answer.previous)}\n`
  );
}

/** The labels may have moved, so the version is named. */
function again(name: string, to: string, { outcome }: Answer): string {
  return outcome === 'failed' ? `to do the same again: rekey rollback ${name} --to ${to}\n` : '';
}

function json({ name, arn }: Asked, answer: Answer): string {
  return `${JSON.stringify({ version: 1, name, arn, ...answer }, null, 2)}\n`;
}
