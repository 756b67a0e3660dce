import { CURRENT, PENDING } from '../shared/rotation/versions.ts';
import { unfinished } from '../shared/rotation/window.ts';
import type { Account } from './account.ts';
import { dropPending } from './acts.ts';
import { agreed } from './ask.ts';
import { command } from './command.ts';
import { factsOf, isRollback, type SecretFacts } from './condition.ts';
import { exitCodes } from './exit-codes.ts';
import { RefusedError } from './failure.ts';
import { look } from './look.ts';
import { promoteCommand } from './refusal.ts';
import { describeSecret, hasValue } from './service.ts';

interface Options {
  readonly yes?: true;
}

export const abandon = command<Options>(
  {
    name: 'abandon',
    about:
      'Takes AWSPENDING off the version of a rotation that has failed, so that another one can begin. Only where it ' +
      'was seen that AWSCURRENT opens the system; else it says so, and changes nothing. The version stays.',
    define: (parser) => parser.argument('<secret>').option('--yes', 'does not ask'),
    after:
      'Actions to allow: secretsmanager:DescribeSecret, ListSecretVersionIds, UpdateSecretVersionStage; ' +
      'logs:FilterLogEvents; GetSecretValue, which asks whether the version has a value at all.',
  },
  async ({ options, names: [name = ''] }, terminal) => {
    const { onAccount } = await import('./account.ts');
    return onAccount(options, terminal, async (account) => {
      const facts = factsOf(await describeSecret(account, name));
      const version = unfinished(facts.labels);
      if (version === undefined) throw new RefusedError(`no rotation of ${name} is unfinished`, `rekey rotate ${name}`);
      const proof = await proofOf(account, facts, version);
      const plan = `Takes ${PENDING} off version ${version} of ${name} in ${account.region}: ${proof}.`;
      if (!(await agreed(plan, options.yes ?? false, terminal))) return exitCodes.declined;
      await dropPending(account, facts.arn, version);
      const { json } = options;
      terminal.stdout.write(
        json
          ? `${JSON.stringify({ version: 1, name, arn: facts.arn, abandoned: version, proof }, null, 2)}\n`
          : `✓ ${PENDING} is off version ${version.slice(0, 8)}, whose value stays\nnext: rekey rotate ${name}\n`,
      );
      return exitCodes.good;
    });
  },
);

/** Why nobody needs the pending version. Throws RefusedError where that was not seen. */
async function proofOf(account: Account, facts: SecretFacts, version: string): Promise<string> {
  const { name, arn } = facts;
  const again = `rekey rollback ${name}, which goes on with it`;
  const { state, code, working } = await look(account, facts, Date.now());
  if (isRollback(facts, version) && working !== CURRENT) {
    throw new RefusedError(`a rollback of ${name} is unfinished, and nobody has seen what opens the system`, again);
  }
  if (state === 'rotating')
    throw new RefusedError(`a rotation of ${name} goes on`, 'wait for it: rekey status --watch');
  if (working === CURRENT) return `after ${code} the function saw that ${CURRENT} opens the system`;
  if (working === PENDING) {
    throw new RefusedError(
      `${PENDING} is what opens the system: applications that read ${CURRENT} are refused now`,
      promoteCommand(arn, facts.labels, version),
    );
  }
  if (!(await hasValue(account, arn, version))) return 'it has no value, so nothing can have been changed to it';
  throw new RefusedError(
    `nobody has seen whether ${CURRENT} or ${PENDING} opens the system`,
    `${code === null ? '' : `rekey explain ${code}; `}AWS repeats the step, which finds out; or test the login, and then do it by hand`,
  );
}
