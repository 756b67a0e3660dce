/**
 * The immediate cut-over: between the moment the system takes the new credential and the moment AWSCURRENT names it,
 * readers of a single-user secret are refused. So nothing else happens in between than the proof that it works.
 */
import { AuthenticationError, advised } from './errors.ts';
import { patiently } from './pause.ts';
import { hasMovedOn, promote } from './promote.ts';
import type { Rotation, WorkingCredential } from './rotation.ts';
import { broughtBy } from './rotation.ts';
import type { Change } from './strategy.ts';
import { readCurrent, sameCredential } from './values.ts';
import type { VersionId } from './versions.ts';
import { CURRENT, carries, PENDING, PREVIOUS } from './versions.ts';

/** What `set` was given, and what it did with it. */
export interface Changed<S extends object> {
  readonly pending: S;
  readonly current: S;
  readonly change: Change;
}

/**
 * Tests the pending value and promotes it; `later`, in finishSecret, waits only until it is in force. When either fails, takes the change back, so that the system is as before — unless
 * the label has moved, or may have: then the new value stays. A repeat of the step gets everything right from there, while
 * taking it back could leave AWSCURRENT on a value that the system no longer knows.
 */
export async function cutOver<S extends object>(
  at: Changed<S> & { readonly from: VersionId | undefined; readonly later: boolean },
  rotation: Rotation<S>,
): Promise<void> {
  const { strategy, versions, ctx, progress } = rotation;
  try {
    await at.change.inForce?.();
    if (at.later) return;
    const awake = { ...ctx, awake: true };
    if (at.change.test !== undefined) await at.change.test(awake);
    else await strategy.test({ pending: at.pending, current: at.current }, awake);
  } catch (error) {
    const isSeen = strategy.outage === 'brief' || at.change.recoveredWith === PENDING;
    if (isSeen && error instanceof AuthenticationError) progress.working = 'unknown';
    return fail(error, at.change, rotation);
  }
  if (strategy.outage === 'brief') progress.working = broughtBy(rotation);
  const promotion = await promote(versions, at.from, ctx);
  if (promotion.moved) {
    progress.working = CURRENT;
    return;
  }
  if (!promotion.certain) throw promotion.error;
  if (hasMovedOn(promotion.error) && !(await isCurrentAgain(at.current, rotation))) {
    // Taking it back would bring a value that nobody names; as it is, AWSPREVIOUS or a forgotten version opens the system. What AWSCURRENT
    // names now was not tried, and the change may have ended what it opened.
    progress.working = 'unknown';
    throw promotion.error;
  }
  return fail(promotion.error, at.change, rotation);
}

/** Does the version that has AWSCURRENT now hold what the one before this rotation held? */
async function isCurrentAgain<S extends object>(
  wasCurrent: S,
  { strategy, versions, ctx }: Rotation<S>,
): Promise<boolean> {
  try {
    return sameCredential(strategy.schema, await readCurrent(strategy, versions, ctx), wasCurrent);
  } catch {
    return false;
  }
}

/**
 * The same step may have been delivered twice, and the other delivery may have got through: then all is done, and what failed
 * here does not matter. Whoever can be undone keeps the other delivery waiting meanwhile (see `Change.undo`), so that what is
 * seen here is still true when it is taken back.
 */
async function fail<S extends object>(error: unknown, change: Change, rotation: Rotation<S>): Promise<void> {
  const { ctx, progress } = rotation;
  const promoted = await promotedElsewhere(rotation);
  if (promoted === 'yes') return;
  if (promoted === 'unknown') throw error;
  // Nobody tried, so a value that has passed its test still opens the system.
  if (change.undo === undefined)
    throw progress.working === broughtBy(rotation) ? error : stays(error, change, rotation);
  try {
    await change.undo();
  } catch (undoing) {
    const { name, code } = ctx.redact.error(undoing);
    ctx.log('the change could not be taken back', { error: name, code });
    throw stays(error, change, rotation);
  }
  const seen = (await change.reopens?.()) ?? false;
  progress.working = seen ? opensAgain(change, rotation) : 'unknown';
  ctx.log('the change was taken back', { working: progress.working });
  if (seen) throw error;
  const putBack = change.recoveredWith ?? CURRENT;
  throw advised(
    error,
    `the value of ${putBack} was put back, and was not seen to open the system: try it, then ${broughtBy(rotation)}`,
  );
}

/** What was set was not taken back. Nobody saw whether it works: its proof failed, or an undo whose answer was lost was done all the same. */
function stays<S extends object>(error: unknown, change: Change, rotation: Rotation<S>): unknown {
  const { strategy, progress } = rotation;
  // Nothing that AWSCURRENT needs was changed; or nothing at all, for AWSPENDING opened the system already.
  if (strategy.outage === 'none' || change.recoveredWith === PENDING) return error;
  progress.working = 'unknown';
  return advised(error, `the new password was set and was not taken back: try ${broughtBy(rotation)}, then ${CURRENT}`);
}

/**
 * The result of `work`. Undefined when it fails and another delivery of the rotation has promoted the value meanwhile: part of
 * what this one read is from before that and part from after it, so its failure says nothing, and all is done. `work` has taken nothing
 * back: what the label names by then might be among it.
 */
export async function unlessPromoted<S extends object, Result>(
  rotation: Rotation<S>,
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if ((await promotedElsewhere(rotation)) !== 'yes') throw error;
    const { name, code } = rotation.ctx.redact.error(error);
    rotation.ctx.log('what failed here does not matter', { error: name, code });
    return undefined;
  }
}

async function promotedElsewhere<S extends object>(rotation: Rotation<S>): Promise<'yes' | 'no' | 'unknown'> {
  const { versions, ctx, progress } = rotation;
  const look = async () => carries((await versions.describe(ctx.secretId)).labels, ctx.token, CURRENT);
  try {
    if (!(await patiently(look, (yes) => yes, [100], ctx.pause))) return 'no';
  } catch {
    return 'unknown';
  }
  progress.working = CURRENT;
  ctx.log('another delivery of this rotation has promoted the value');
  return 'yes';
}

/** What opened the system before the change, and does again. */
function opensAgain<S extends object>({ recoveredWith }: Change, rotation: Rotation<S>): WorkingCredential {
  if (recoveredWith === undefined) return CURRENT;
  if (recoveredWith === PENDING) return broughtBy(rotation);
  return recoveredWith === PREVIOUS ? PREVIOUS : 'unknown';
}
