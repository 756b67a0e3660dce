/** What is wrong with a rotation that no function tells of, because none was called, or none came to its end. Pure. */
import type { ListedSecret } from '../aws/secret-list.ts';
import { DAY } from '../rotation/pause.ts';
import { endOf, windowMs } from '../rotation/window.ts';

export interface Incident {
  readonly outcome: 'overdue' | 'stuck';
  readonly since: Date;
  readonly because: string;
}

type Schedule = Pick<ListedSecret, 'rotates' | 'nextRotation' | 'lastRotated' | 'window'>;

/** People are told on the first day, and then once a week. */
const AGAIN_DAYS = 7;

/** Which functions somebody looks after. */
export interface Watched {
  /** How the names of the functions of its stack begin. */
  readonly prefix: string;
  /** What functions are called after that; none are known where it was deployed by itself. */
  readonly known: readonly string[];
  /** Stacks that begin alike and are looked after by others: rekey-prod beside rekey-. */
  readonly others: readonly string[];
}

/** Is it rotated, and here, by a function of this stack? A replica is rotated where its primary is, and told of there. */
export function isWatched(
  { rotates, isReplica, functionName }: Pick<ListedSecret, 'rotates' | 'isReplica' | 'functionName'>,
  { prefix, known, others }: Watched,
): boolean {
  if (!rotates || isReplica || functionName === undefined) return false;
  return isOfStack(functionName, prefix, known) && !others.some((other) => functionName.startsWith(`${other}-`));
}

/**
 * Names of two stacks may begin alike: rekey-prod-b-iam is iam of rekey-prod-b, and not b-iam of rekey-prod. `known`: what functions are
 * called within a stack. One that is not known is of this stack still, as long as it does not end as one of another would.
 */
export function isOfStack(functionName: string, prefix: string, known: readonly string[]): boolean {
  if (!functionName.startsWith(prefix)) return false;
  const own = functionName.slice(prefix.length);
  return known.includes(own) || !known.some((name) => own.endsWith(`-${name}`));
}

/** The date of the next rotation is the last moment at which it is to begin; its window may go on after that. */
export function overdue(secret: Schedule, now: number): Incident | undefined {
  const { nextRotation: next, lastRotated: last, rotates } = secret;
  const since = endOf(next, windowMs(secret.window), now);
  if (!rotates || next === undefined || since === undefined) return undefined;
  const previous = last === undefined ? 'it was never rotated' : `the last rotation was on ${dayOf(last)}`;
  return { outcome: 'overdue', since, because: `it was to be rotated by ${minuteOf(next)}, and ${previous}` };
}

/** `began`: when the version with AWSPENDING was made. */
export function stuck(
  secret: Pick<ListedSecret, 'window'>,
  pending: string,
  began: Date,
  now: number,
): Incident | undefined {
  const since = endOf(began, windowMs(secret.window), now);
  if (since === undefined) return undefined;
  const because = `the rotation of ${minuteOf(began)} has not ended: AWSPENDING is on ${pending}`;
  return { outcome: 'stuck', since, because };
}

/** No label tells when a rollback began, but it was not after the last change of the secret. */
export function stuckRollback(
  { window, lastChanged }: Pick<ListedSecret, 'window' | 'lastChanged'>,
  pending: string,
  now: number,
): Incident | undefined {
  const since = endOf(lastChanged, windowMs(window), now);
  if (since === undefined) return undefined;
  return {
    outcome: 'stuck',
    since,
    because: `a rollback has not ended: AWSPENDING is on ${pending}, beside AWSPREVIOUS`,
  };
}

/** With one look a day. A look that did not come about leaves an incident untold until the next week, and has an error of its own. */
export function isNews({ since }: Incident, now: number): boolean {
  return Math.floor((now - since.getTime()) / DAY) % AGAIN_DAYS === 0;
}

const dayOf = (date: Date) => date.toISOString().slice(0, 10);
const minuteOf = (date: Date) => `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
