/** Which keys go and whether one comes: judged from a snapshot alone, with no provider and no clock. */

import { DAY, HOUR } from '../rotation/pause.ts';
import { OWN_USE_MS } from './known-key.ts';
import { ageOf, isOfRekey, isOfRotation, isOfSecret } from './labels.ts';
import type { Key } from './provider.ts';
import type { Question, Snapshot } from './snapshot.ts';

export interface PlanChoice {
  /** 'issue': another key is to be made. 'revoke': the time has come for the key before, and nothing is made. */
  readonly errand: 'issue' | 'revoke';
  /** A key that was used less than this ago is still in use. Milliseconds. */
  readonly quietFor: number;
}

export interface Doomed {
  readonly key: Key;
  /** Does AWSPREVIOUS hold its value? Otherwise no version does that counts. */
  readonly isPrevious: boolean;
}

export type Plan =
  /** First these go, in this order; then another key comes beside those in `left`, when that is the errand. */
  | {
      readonly is: 'clear';
      readonly revoke: readonly Doomed[];
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
  /** The key before may be all that works, until then at least. */
  | { readonly is: 'current refused'; readonly until: Date }
  /** The key before is not known to be this secret's. */
  | { readonly is: 'not ours' };

/** `now` in epoch milliseconds. */
export function plan(snapshot: Snapshot, choice: PlanChoice, now: number): Plan {
  return choice.errand === 'issue' ? planToIssue(snapshot, choice, now) : planToRevoke(snapshot, choice, now);
}

function planToIssue(snapshot: Snapshot, choice: PlanChoice, now: number): Plan {
  const { keys, previous, previousId, currentOpens } = snapshot;
  if (keys.some((key) => isOfThisRotation(key, snapshot) && isFresh(key, snapshot, now))) return { is: 'wait' };
  if (currentOpens === undefined) return { is: 'unknown', what: 'currentOpens' };
  if (!isCurrentProven(snapshot)) return planBesideDeadCurrent(snapshot);
  if (previous !== undefined && previousId === undefined) return { is: 'unknown', what: 'previousId' };

  const before = keyBefore(snapshot);
  const isOwn = before !== undefined && isOwnKey(before, snapshot);
  if (isOwn === undefined) return { is: 'unknown', what: 'previousOpens' };
  const lost = keys.filter((key) => key.id !== before?.id && isLost(key, snapshot, now));
  const revoke = lost.map((key) => ({ key, isPrevious: false }));
  if (before !== undefined && isOwn) revoke.push({ key: before, isPrevious: true });
  const stop = inUse(revoke, snapshot, choice, now) ?? adminsOwn(revoke, snapshot);
  if (stop !== undefined) return stop;
  const left = keys.filter((key) => !revoke.some((doomed) => doomed.key === key));
  if (isFull(left, snapshot)) return { is: 'full', left };
  return { is: 'clear', revoke, left, ...(before !== undefined && !isOwn && { stays: before }) };
}

/** AWSPREVIOUS may be all that works, when AWSCURRENT was stored or revoked by hand: then nothing is revoked. */
function planBesideDeadCurrent(snapshot: Snapshot): Plan {
  const { previous, previousOpens, previousId, keys: left } = snapshot;
  if (previous?.isForSame !== true || previousOpens === false) return { is: 'unproven' };
  if (previousOpens === undefined) return { is: 'unknown', what: 'previousOpens' };
  if (previousId === undefined) return { is: 'unknown', what: 'previousId' };
  if (!isListed(previousId, snapshot)) return { is: 'unproven' };
  return isFull(left, snapshot) ? { is: 'full', left } : { is: 'clear', revoke: [], left };
}

function planToRevoke(snapshot: Snapshot, choice: PlanChoice, now: number): Plan {
  const { keys, currentOpens, previousId } = snapshot;
  if (previousId === undefined) return { is: 'unknown', what: 'previousId' };
  const before = keyBefore(snapshot);
  if (before === undefined) return { is: 'clear', revoke: [], left: keys };
  const revoke = [{ key: before, isPrevious: true }];
  const used = inUse(revoke, snapshot, choice, now);
  if (used !== undefined) return used;
  if (currentOpens === undefined) return { is: 'unknown', what: 'currentOpens' };
  if (!isCurrentProven(snapshot)) return { is: 'current refused', until: new Date(now + DAY) };
  const isOwn = isOwnKey(before, snapshot);
  if (isOwn === undefined) return { is: 'unknown', what: 'previousOpens' };
  if (!isOwn) return { is: 'not ours' };
  return adminsOwn(revoke, snapshot) ?? { is: 'clear', revoke, left: keys.filter((key) => key !== before) };
}

/** Before an admin credential acts on the word of a secret, the secret must hold a key that lives where it manages keys. */
function isCurrentProven(snapshot: Snapshot): boolean {
  return snapshot.currentOpens === true && isListed(snapshot.currentId, snapshot);
}

function isListed(id: string | null | undefined, { keys, isUnlisted }: Snapshot): boolean {
  return isUnlisted || keys.some((key) => key.id === id);
}

/** The key that AWSPREVIOUS names, and AWSCURRENT does not. */
function keyBefore({ keys, currentId, previousId, isUnlisted }: Snapshot): Key | undefined {
  if (previousId === undefined || previousId === null || previousId === currentId) return undefined;
  return keys.find((key) => key.id === previousId) ?? (isUnlisted ? { id: previousId } : undefined);
}

/**
 * May the key that AWSPREVIOUS names be revoked? Its name says whose it is; a key that a person made must be proven by its value.
 * Keys without names are listed by the one holder that AWSCURRENT has proven to be. Undefined: its value must be tried.
 */
function isOwnKey(key: Key, { isUnlisted, of, previousOpens }: Snapshot): boolean | undefined {
  if (key.label === undefined && !isUnlisted) return true;
  return isOfRekey(key) ? isOfSecret(key, of) : previousOpens;
}

/** Issued for this secret, and no version that counts has it; or of no use to anybody, for it has expired. */
function isLost(key: Key, snapshot: Snapshot, now: number): boolean {
  if (key.id === snapshot.currentId) return false;
  if (isExpired(key, now)) return key.label === undefined || isOfSecret(key, snapshot.of);
  if (isFresh(key, snapshot, now)) return false;
  return key.label === undefined ? isUnclaimed(key, snapshot) : isOfSecret(key, snapshot.of);
}

function isOfThisRotation(key: Key, snapshot: Snapshot): boolean {
  if (key.id === snapshot.currentId) return false;
  return key.label === undefined ? isUnclaimed(key, snapshot) : isOfRotation(key, snapshot.of);
}

/**
 * Keys without names: nobody ever used it, and it is younger than the current one, as only a key can be whose value never got as
 * far as AWSCURRENT.
 */
function isUnclaimed(key: Key, { keys, currentId }: Snapshot): boolean {
  const current = keys.find(({ id }) => id === currentId);
  if (key.lastUsed !== 'never' || key.createdAt === undefined || current?.createdAt === undefined) return false;
  return key.createdAt > current.createdAt;
}

/** May the invocation that issued it still be alive, and about to store it? */
function isFresh(key: Key, { timeLimitMs }: Snapshot, now: number): boolean {
  const age = ageOf(key, now);
  return age !== undefined && age < timeLimitMs;
}

function isExpired({ expiresAt }: Key, now: number): boolean {
  return expiresAt !== undefined && expiresAt.getTime() <= now;
}

/** At most two keys live: while one that must go is in use, there is no other. One that has expired is used by nobody. */
function inUse(doomed: readonly Doomed[], snapshot: Snapshot, { quietFor }: PlanChoice, now: number): Plan | undefined {
  const from = usesCountFrom(snapshot, now);
  for (const { key } of doomed) {
    if (isExpired(key, now) || !(key.lastUsed instanceof Date) || key.lastUsed.getTime() < from) continue;
    const quietFrom = key.lastUsed.getTime() + quietFor;
    if (quietFor === 0 || quietFrom <= now) continue;
    return { is: 'in use', key, until: new Date(Math.max(quietFrom, now + HOUR)) };
  }
  return undefined;
}

/**
 * In epoch milliseconds. Uses of the time in which the key before was the current one do not count, and a rotation uses both keys
 * itself: so it is some time after its successor was made.
 */
function usesCountFrom({ keys, currentId }: Snapshot, now: number): number {
  const current = keys.find(({ id }) => id === currentId);
  const age = current === undefined ? undefined : ageOf(current, now);
  return age === undefined ? 0 : now - age + OWN_USE_MS;
}

/** The key that manages the others ends no rotation. */
function adminsOwn(doomed: readonly Doomed[], { adminIds }: Snapshot): Plan | undefined {
  if (doomed.length === 0) return undefined;
  if (adminIds === undefined) return { is: 'unknown', what: 'adminIds' };
  const own = doomed.find(({ key }) => adminIds.includes(key.id));
  return own && { is: 'admins', key: own.key };
}

function isFull(left: readonly Key[], { slots }: Snapshot): boolean {
  return slots !== undefined && left.length >= slots;
}
