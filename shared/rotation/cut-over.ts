/**
 * The immediate cut-over: between the moment the system takes the new credential and the moment AWSCURRENT names it,
 * readers of a single-user secret are refused. So nothing else happens in between than the proof that it works.
 */
import { promote } from './promote.ts';
import type { Rotation } from './steps.ts';
import type { Change } from './strategy.ts';
import type { VersionId } from './versions.ts';
import { CURRENT } from './versions.ts';

/**
 * Tests the pending value and promotes it. When either fails, takes the change back, so that AWSCURRENT opens the system as
 * before — unless the label may have moved: then the new value stays, because a repeat of the step gets everything right
 * from there, while taking it back could leave AWSCURRENT on a value that the system no longer knows.
 */
export async function cutOver<S extends object>(
  at: { pending: S; current: S; change: Change; from: VersionId | undefined },
  rotation: Rotation<S>,
): Promise<void> {
  const { strategy, versions, ctx, progress } = rotation;
  try {
    await strategy.test({ pending: at.pending, current: at.current }, ctx);
  } catch (error) {
    await takeBack(at.change, rotation);
    throw error;
  }
  const promotion = await promote(versions, at.from, ctx);
  if (promotion.moved) {
    progress.working = CURRENT;
    return;
  }
  if (promotion.certain) await takeBack(at.change, rotation);
  throw promotion.error;
}

async function takeBack<S extends object>(change: Change, { ctx, progress }: Rotation<S>): Promise<void> {
  if (change.undo === undefined) return;
  try {
    await change.undo();
    progress.working = CURRENT;
    ctx.log('the change was taken back, AWSCURRENT works as before');
  } catch (error) {
    const { name, code } = ctx.redact.error(error);
    ctx.log('the change could not be taken back, AWSPENDING works', { error: name, code });
  }
}
