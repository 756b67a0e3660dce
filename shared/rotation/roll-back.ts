/**
 * Not a step of Secrets Manager's: a person wants AWSPREVIOUS to be AWSCURRENT again, and to work. It is a rotation whose pending value is
 * there already, so all that a rotation proves is proven here. AWSPENDING is on its version meanwhile, as on that of any rotation.
 */

import { admitted } from './admitted.ts';
import { copied, settle } from './after-promotion.ts';
import {
  AuthenticationError,
  InvalidSecretError,
  LockedOutError,
  RotationError,
  StagingError,
  TargetMismatchError,
} from './errors.ts';
import { patiently } from './pause.ts';
import { putInForce } from './put-in-force.ts';
import type { Answer, Rotation } from './rotation.ts';
import { described } from './rotation.ts';
import { parsed, readCurrent, requireCopies } from './values.ts';
import type { SecretDescription, VersionId } from './versions.ts';
import { CURRENT, carries, holder, PENDING, PREVIOUS } from './versions.ts';
import { unfinished } from './window.ts';

/**
 * `ctx.token` is the version that is meant: it does nothing when AWSPREVIOUS is on another one, and its end again when that version is
 * AWSCURRENT already. The value that leaves is AWSPREVIOUS afterwards. May be repeated, also after a crash at any line.
 */
export async function rollBack<S extends object>(given: Rotation<S>): Promise<Answer> {
  // An earlier try may have got as far as the system, and no label tells.
  if (given.strategy.outage === 'brief') given.progress.working = 'unknown';
  const first = await admitted(given, refusalOf);
  const isDone = holder(first.labels, CURRENT) === given.ctx.token;
  const { secret, was } = isDone ? { secret: first, was: undefined } : await marked(first, given);
  const from = holder(secret.labels, CURRENT);
  const isBack = from === given.ctx.token;
  const previous = isBack ? holder(secret.labels, PREVIOUS) : from;
  const rotation: Rotation<S> = { ...described(given, secret, previous), brings: PREVIOUS };
  const { versions, ctx, progress, report } = rotation;
  if (isBack) await proven(rotation);
  else await broughtBack(from, was, rotation);
  progress.working = CURRENT;
  await copied(rotation);
  await settle(rotation);
  // It is taken off last, so it tells that no try before this one got to the end.
  if (carries(secret.labels, ctx.token, PENDING)) {
    await report({ outcome: 'succeeded', action: 'rollback' });
    await versions.dropPending(ctx.secretId, ctx.token);
  }
  ctx.log('AWSCURRENT is the version that was rolled back to', { previous });
  return { outcome: 'succeeded', current: ctx.token, previous };
}

interface Marked {
  readonly secret: SecretDescription;
  /** Who had AWSPENDING before. */
  readonly was: VersionId | undefined;
}

/**
 * With AWSPENDING on the version that comes back, nobody begins a rotation, and nobody revokes it. A description that shows the label is
 * no older than the label, so what it shows stays so.
 */
async function marked<S extends object>(first: SecretDescription, rotation: Rotation<S>): Promise<Marked> {
  const { versions, ctx } = rotation;
  const isSeen = ({ labels }: SecretDescription) => carries(labels, ctx.token, PENDING);
  if (isSeen(first)) return { secret: first, was: ctx.token };
  let secret = first;
  let was: VersionId | undefined;
  const move = async () => {
    was = holder(secret.labels, PENDING);
    try {
      await versions.markPending?.(ctx.secretId, ctx.token, was);
      return undefined;
    } catch (error) {
      if (!(error instanceof StagingError)) throw error;
      // The description may be older than the end of the rotation before.
      secret = await admitted(rotation, refusalOf);
      return error;
    }
  };
  const refused = await patiently(move, (error) => error === undefined, [100, 300, 900], ctx.pause);
  if (refused !== undefined) throw refused;
  const look = () => versions.describe(ctx.secretId);
  secret = await patiently(look, isSeen, [100, 300, 900, 2000], ctx.pause);
  if (!isSeen(secret)) throw unseen(secret.name, ctx.token);
  const refusal = refusalOf(secret, ctx.token);
  if (refusal === undefined) return { secret, was };
  await unmarked(was, rotation);
  throw refusal;
}

/** AWSPENDING is where it was before. A failure leaves the label, which a repeat finds. */
async function unmarked<S extends object>(was: VersionId | undefined, { versions, ctx }: Rotation<S>): Promise<void> {
  // Another call may be at work, whose label it is.
  if (was === ctx.token) return;
  try {
    const { labels } = await versions.describe(ctx.secretId);
    if (carries(labels, ctx.token, CURRENT)) return;
    if (was !== undefined && carries(labels, was, CURRENT)) await versions.markPending?.(ctx.secretId, was, ctx.token);
    else await versions.dropPending(ctx.secretId, ctx.token);
  } catch (error) {
    const { name, code } = ctx.redact.error(error);
    ctx.log('AWSPENDING could not be taken off', { error: name, code });
  }
}

async function broughtBack<S extends object>(
  from: VersionId | undefined,
  was: VersionId | undefined,
  rotation: Rotation<S>,
): Promise<void> {
  const { progress } = rotation;
  let isRead = false;
  const read = async () => {
    const both = await bothOf(from, rotation);
    isRead = true;
    return both;
  };
  try {
    await putInForce({ from, read }, rotation);
  } catch (error) {
    // Nothing was changed, or AWSCURRENT opens the system all the same. Else the label keeps rotations out until somebody has looked.
    const isAsBefore = !isRead || error instanceof TargetMismatchError || error instanceof LockedOutError;
    if (isAsBefore || progress.working === CURRENT) await unmarked(was, rotation);
    throw ofPrevious(error);
  }
}

/** It is AWSCURRENT already; whether that opens the system is seen here. */
async function proven<S extends object>({ strategy, versions, ctx, progress }: Rotation<S>): Promise<void> {
  const current = await readCurrent(strategy, versions, ctx, ctx.token);
  try {
    await strategy.test({ pending: current, current }, ctx);
  } catch (error) {
    if (error instanceof AuthenticationError) progress.working = 'unknown';
    throw error;
  }
}

function refusalOf({ name, labels, rotationEnabled }: SecretDescription, version: string): StagingError | undefined {
  if (!rotationEnabled) {
    return new StagingError(`rotation is switched off for ${name}, so this function may not touch it`, {
      code: 'ROTATION_DISABLED',
      hint: 'switch it on with rotate-secret and without --rotate-immediately, then roll back again',
    });
  }
  if (holder(labels, CURRENT) === version) return undefined;
  const pending = unfinished(labels);
  if (pending !== undefined && pending !== version) return unfinishedOf(name, pending);
  if (holder(labels, PREVIOUS) === version) return undefined;
  return cannotReturn(
    `AWSPREVIOUS of ${name} is not on version ${version}`,
    'look at the labels, then name the version that has it',
  );
}

function unfinishedOf(name: string, pending: VersionId): StagingError {
  return new StagingError(`a rotation of ${name} is unfinished: AWSPENDING is on version ${pending}`, {
    code: 'ROTATION_UNFINISHED',
    hint: 'wait for its end; or, when it has failed: rekey abandon, then roll back again',
  });
}

/** Descriptions lag, or somebody has taken the label off. */
function unseen(name: string, version: VersionId): StagingError {
  return new StagingError(`AWSPENDING of ${name} was moved to version ${version}, and is not seen there`, {
    code: 'ROTATION_UNFINISHED',
    hint: 'look at the labels; to do the same again is safe',
  });
}

/** Both, of the versions that had the labels in the description. */
async function bothOf<S extends object>(from: VersionId | undefined, rotation: Rotation<S>): Promise<[S, S]> {
  const { strategy, versions, ctx } = rotation;
  const previous = await previousValue(rotation, ctx.token);
  await requireCopies(previous, strategy, versions, ctx);
  return [previous, await readCurrent(strategy, versions, ctx, from)];
}

/** Throws StagingError (PREVIOUS_UNUSABLE) when there is none. Without a version, of whichever has the label. */
export async function previousValue<S extends object>(rotation: Rotation<S>, version?: VersionId): Promise<S> {
  const { strategy, versions, ctx } = rotation;
  const read = () => versions.read(ctx.secretId, PREVIOUS, version);
  const text = await patiently(read, (value) => value !== undefined, [100, 300], ctx.pause);
  if (text === undefined) throw cannotReturn(`AWSPREVIOUS of ${ctx.secretId} has no value`, ROTATE);
  try {
    return parsed(strategy, text, PREVIOUS, ctx);
  } catch (error) {
    if (error instanceof InvalidSecretError) throw cannotReturn(error.fact, ROTATE, error);
    throw error;
  }
}

/** What a strategy says of the pending value is about AWSPREVIOUS here, and nobody makes another one. */
function ofPrevious(error: unknown): unknown {
  if (!(error instanceof RotationError)) return error;
  const fact = error.fact.replaceAll(PENDING, PREVIOUS);
  if (error instanceof TargetMismatchError && error.ofPending) return cannotReturn(fact, ONE_PLACE, error);
  return error.code === 'PASSWORD_REFUSED' ? cannotReturn(fact, ROTATE, error) : error;
}

const ROTATE = 'what is gone, revoked or refused does not come back: rotate again, for a value that works';
const ONE_PLACE =
  'a secret is for one user at one place: rotate again; only if another host is meant, and its value works, move AWSCURRENT there by hand';

function cannotReturn(fact: string, hint: string, cause?: unknown): StagingError {
  return new StagingError(fact, { code: 'PREVIOUS_UNUSABLE', hint, cause });
}
