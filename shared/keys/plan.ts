/** Which keys go and whether one comes: judged from a snapshot alone, with no provider and no clock. */

import { DAY, HOUR } from '../rotation/pause.ts';
import { OWN_USE_MS } from './known-key.ts';
import { ageOf, isOfRekey, isOfRotation, isOfSecret, type Labelled } from './labels.ts';
import type { Key } from './provider.ts';
import type { Question, Snapshot } from './snapshot.ts';

export interface PlanChoice {
  /** 'issue': another key is to be made. 'revoke': the time has come for the previous key, and nothing is made. */
  readonly errand: 'issue' | 'revoke';
  /** A key that was used less than this ago is still in use. Milliseconds. */
  readonly quietFor: number;
}

export type Plan =
  /** First these go, in this order; then another key comes beside those in `left`, when that is the errand. */
  | {
      readonly is: 'clear';
      readonly revoke: readonly Key[];
      readonly left: readonly Key[];
      /** The key of AWSPREVIOUS, when nothing tells that it is this secret's. */
      readonly stays?: Key;
    }
  /** The judgement hangs on something that nobody has asked yet. */
  | { readonly is: 'unknown'; readonly what: Question }
  /** Another delivery of this step issued a key, and may be about to store it. */
  | { readonly is: 'wait' }
  /** No value of the secret is a living key where the admin credential manages keys. */
  | { readonly is: 'unproven' }
  /** It must go, and somebody uses it: until then at least. */
  | { readonly is: 'in use'; readonly key: Key; readonly until: Date }
  /** It would go, and the admin credential is it. */
  | { readonly is: 'admins'; readonly key: Key }
  /** No slot is free beside these. */
  | { readonly is: 'full'; readonly left: readonly Key[] }
  /** The previous key may be all that works, until then at least. */
  | { readonly is: 'current refused'; readonly until: Date }
  /** The previous key is not known to be this secret's. */
  | { readonly is: 'not ours' };

/** `now` in epoch milliseconds. */
export function plan(snapshot: Snapshot, { errand, quietFor }: PlanChoice, now: number): Plan {
  const { keys, currentId, currentOpens, previous, previousId, previousOpens, adminIds } = snapshot;
  const { isUnlisted, slots = Number.POSITIVE_INFINITY, of, timeLimitMs } = snapshot;
  const current = keys.find(({ id }) => id === currentId);

  const isExpired = ({ expiresAt }: Key) => expiresAt !== undefined && expiresAt.getTime() <= now;

  /** May the invocation that issued it still be alive, and about to store it? */
  const isFresh = (key: Key) => (ageOf(key, now) ?? timeLimitMs) < timeLimitMs;

  /**
   * Keys without names: nobody ever used it, and it is younger than the current one, as only a key can be whose value never got as
   * far as AWSCURRENT. A date that nobody knows is no number, and neither before nor after another.
   */
  const isUnclaimed = ({ lastUsed, createdAt }: Key) =>
    lastUsed === 'never' && Number(createdAt) > Number(current?.createdAt);

  /** Made for this secret or rotation, and its value never got as far as AWSCURRENT. */
  const isOurs = (key: Key, isNamed: (key: Key, label: Labelled) => boolean) =>
    key !== current && (key.label === undefined ? isUnclaimed(key) : isNamed(key, of));

  /** No version that counts has its value; or it is of no use to anybody, for it has expired. */
  const isLost = (key: Key) => {
    if (!isExpired(key)) return !isFresh(key) && isOurs(key, isOfSecret);
    return key !== current && (key.label === undefined || isOfSecret(key, of));
  };

  /**
   * May the key that AWSPREVIOUS names be revoked? Its name says whose it is; a key that a person made must be proven by its value.
   * Keys without names are listed by the one holder that AWSCURRENT has proven to be. Undefined: its value must be tried.
   */
  const isOwn = (key: Key): boolean | undefined => isOwnByName(key) ?? previousOpens;
  const isOwnByName = (key: Key): boolean | undefined => {
    if (key.label === undefined && !isUnlisted) return true;
    return isOfRekey(key) ? isOfSecret(key, of) : undefined;
  };

  const isListed = (id: string | null | undefined) => isUnlisted || keys.some((key) => key.id === id);

  /** Before an admin credential acts on the word of a secret, the secret must hold a key that lives where it manages keys. */
  const isCurrentHeld = () => currentOpens === true && isListed(currentId);

  /** The key that AWSPREVIOUS names, and AWSCURRENT does not. */
  const keyOfPrevious = (): Key | undefined => {
    if (previousId == null || previousId === currentId) return undefined;
    return keys.find((key) => key.id === previousId) ?? (isUnlisted ? { id: previousId } : undefined);
  };

  /**
   * In epoch milliseconds. Uses of the time in which the previous key was the current one do not count, and a rotation uses both keys
   * itself: so it is some time after its successor was made.
   */
  const usesCountFrom = () => {
    const age = current && ageOf(current, now);
    return age === undefined ? 0 : now - age + OWN_USE_MS;
  };

  /** Somebody uses it, until then at least. One that has expired is used by nobody. */
  const usedUntil = (key: Key): Date | undefined => {
    if (quietFor <= 0 || isExpired(key)) return undefined;
    if (key.lastUsed === 'untold') return new Date(now + Math.max(quietFor, HOUR));
    const used = key.lastUsed instanceof Date ? key.lastUsed.getTime() : Number.NEGATIVE_INFINITY;
    const isUsed = used >= usesCountFrom() && used + quietFor > now;
    return isUsed ? new Date(Math.max(used + quietFor, now + HOUR)) : undefined;
  };

  const heldBy = (going: readonly Key[]): Plan | undefined => {
    for (const key of going) {
      const until = usedUntil(key);
      if (until !== undefined) return { is: 'in use', key, until };
    }
    return undefined;
  };

  const clear = (revoke: readonly Key[], stays?: Key): Plan => {
    // The key that manages the others ends no rotation.
    const own = revoke.find(({ id }) => adminIds?.includes(id) ?? true);
    if (own !== undefined) return adminIds === undefined ? unknown('adminIds') : { is: 'admins', key: own };
    const left = keys.filter((key) => !revoke.includes(key));
    if (errand === 'issue' && left.length >= slots) return { is: 'full', left };
    return { is: 'clear', revoke, left, ...(stays && { stays }) };
  };

  const previousKey = keyOfPrevious();
  if (errand === 'revoke') {
    if (previousId === undefined) return unknown('previousId');
    if (previousKey === undefined) return clear([]);
    const held = heldBy([previousKey]);
    if (held !== undefined) return held;
    if (currentOpens === undefined) return unknown('currentOpens');
    if (!isCurrentHeld()) return { is: 'current refused', until: new Date(now + DAY) };
    const isPreviousOurs = isOwn(previousKey);
    if (isPreviousOurs === undefined) return unknown('previousOpens');
    return isPreviousOurs ? clear([previousKey]) : { is: 'not ours' };
  }

  if (keys.some((key) => isFresh(key) && isOurs(key, isOfRotation))) return { is: 'wait' };
  if (currentOpens === undefined) return unknown('currentOpens');
  if (!isCurrentHeld()) {
    if (!previous?.isForSame || previousOpens === false) return { is: 'unproven' };
    if (previousOpens === undefined) return unknown('previousOpens');
    if (previousId === undefined) return unknown('previousId');
    // AWSPREVIOUS is all that works, when AWSCURRENT was stored or revoked by hand: then nothing is revoked.
    return isListed(previousId) ? clear([]) : { is: 'unproven' };
  }
  // What somebody uses is told before the previous key is asked anything: that is a use, and the next try would take it for theirs.
  const named = keys.filter((key) => key === previousKey && isOwnByName(key) !== false);
  const held = heldBy([...keys.filter(isLost), ...named]);
  if (held !== undefined) return held;
  if (previous !== undefined && previousId === undefined) return unknown('previousId');
  const isPreviousOurs = previousKey !== undefined && isOwn(previousKey);
  if (isPreviousOurs === undefined) return unknown('previousOpens');
  const lost = keys.filter((key) => key !== previousKey && isLost(key));
  return isPreviousOurs ? clear([...lost, previousKey]) : clear(lost, previousKey);
}

const unknown = (what: Question): Plan => ({ is: 'unknown', what });
