import { CURRENT, carries, holder, PENDING, PREVIOUS } from '../../rotation/versions.ts';
import type { Situation } from '../next-command.ts';
import { firstMove, mend, restoreSecret, shellQuoted } from '../next-command.ts';

export function nextForSecret(situation: Situation): string {
  const { secretArn, secretId, error } = situation;
  const id = secretArn ?? secretId;
  if (isUnfinishedRollback(situation)) return `rekey rollback ${shellQuoted(id)}`;
  const { move, about = id, isParameter } = firstMove(error);
  switch (move) {
    case 'store':
      return mend(about, isParameter);
    case 'restore':
      return restoreSecret(about);
    case 'abandon':
      return abandon(situation);
    case 'tag':
      return `aws secretsmanager tag-resource --secret-id ${shellQuoted(id)} --tags file://tags.json`;
    case 'rotate':
      return rotate(situation);
    case 'find the function':
      return `${describe(situation)} --query RotationLambdaARN`;
    case 'look':
      return letIn(situation) ?? describe(situation);
  }
}

/** Of a failure the function that rolls back has told, with a command of its own. */
function isUnfinishedRollback({ outcome, labels = {}, token }: Situation): boolean {
  return outcome === 'stuck' && carries(labels, token, PREVIOUS);
}

/** Of what a person asked for, no pending value is the matter: there is none that could be abandoned, and none that the next try needs. */
export function nextWhenAsked(situation: Situation): string {
  const { move } = firstMove(situation.error);
  return move === 'abandon' || move === 'rotate' ? (letIn(situation) ?? describe(situation)) : nextForSecret(situation);
}

/**
 * What hints call "rotate again". The service refuses a rotation while AWSPENDING is on a version that is not AWSCURRENT, so
 * the label comes off first. Undefined where a repeat by the service is better: where AWSPENDING is what works, or may be.
 */
export function againForSecret(situation: Situation): string | undefined {
  const { error, labels = {}, token, working } = situation;
  if (error === undefined || working === PENDING || !carries(labels, token, PENDING)) return undefined;
  if (error.retryable && working !== CURRENT) return undefined;
  return `${abandon(situation)}; ${rotate(situation)}`;
}

/** AWSCURRENT is refused, and a labelled version was seen to open the system: the label goes there, unless it has moved already. */
function letIn({ working, labels = {}, token, ...of }: Situation): string | undefined {
  const from = holder(labels, CURRENT);
  const to = working === PENDING ? token : working === PREVIOUS ? holder(labels, PREVIOUS) : undefined;
  if (from === undefined || to === undefined || from === to) return undefined;
  return `aws secretsmanager update-secret-version-stage --secret-id ${idOf(of)} --version-stage AWSCURRENT --move-to-version-id ${shellQuoted(to)} --remove-from-version-id ${shellQuoted(from)}`;
}

function describe(of: Situation): string {
  return `aws secretsmanager describe-secret --secret-id ${idOf(of)}`;
}

function rotate(of: Situation): string {
  return `aws secretsmanager rotate-secret --secret-id ${idOf(of)}`;
}

function abandon(of: Situation): string {
  return `aws secretsmanager update-secret-version-stage --secret-id ${idOf(of)} --version-stage AWSPENDING --remove-from-version-id ${shellQuoted(of.token)}`;
}

function idOf({ secretArn, secretId }: Pick<Situation, 'secretArn' | 'secretId'>): string {
  return shellQuoted(secretArn ?? secretId);
}
