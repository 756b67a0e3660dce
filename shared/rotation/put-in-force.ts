/** A stored value is made what the system takes, and then AWSCURRENT, unless that is for a later step. */
import type { Changed } from './cut-over.ts';
import { cutOver, unlessPromoted } from './cut-over.ts';
import { AuthenticationError, RotationError } from './errors.ts';
import type { Rotation } from './rotation.ts';
import { broughtBy, promotesLater } from './rotation.ts';
import type { RotationContext } from './strategy.ts';
import { readForgotten, readPrevious } from './values.ts';
import type { VersionId } from './versions.ts';
import { CURRENT, PENDING, PREVIOUS } from './versions.ts';

/** The value, and the one that is AWSCURRENT until then, whose version is `from`. */
interface Stored<S extends object> {
  readonly from: VersionId | undefined;
  read(): Promise<[pending: S, current: S]>;
}

/** May be repeated, also after a crash at any line. */
export async function putInForce<S extends object>({ from, read }: Stored<S>, rotation: Rotation<S>): Promise<void> {
  const { strategy, progress } = rotation;
  const made = await unlessPromoted(rotation, async () => changed(await read(), rotation));
  if (made === undefined) return;
  const { change } = made;
  try {
    // A value that has just logged in; whatever else was set is not seen to work before the test.
    if (change.recoveredWith === PENDING) progress.working = broughtBy(rotation);
    else if (strategy.outage === 'brief') progress.refusedSince = new Date();
    const later = promotesLater(rotation);
    await cutOver({ ...made, from, later }, rotation);
    if (later || change.recoveredWith === undefined) return;
    const recoveredWith = change.recoveredWith === PENDING ? broughtBy(rotation) : change.recoveredWith;
    // While other deliveries wait: the next rotation could otherwise have begun its cut-over by the time that people are told.
    await rotation.report({ outcome: 'recovered', recoveredWith });
  } finally {
    await change.close();
  }
}

/** Makes the system accept the pending value. */
async function changed<S extends object>(
  [pending, current]: readonly [S, S],
  rotation: Rotation<S>,
): Promise<Changed<S>> {
  const { strategy, versions, ctx, progress } = rotation;
  let opened = false;
  const seeing: RotationContext = {
    ...ctx,
    currentOpens: () => {
      opened = true;
    },
    previousOpens: () => {
      progress.working = PREVIOUS;
    },
  };
  const older = {
    previous: () => readPrevious(strategy, versions, ctx),
    forgotten: () => readForgotten(strategy, versions, ctx),
  };
  try {
    return { pending, current, change: await strategy.set({ pending, current, ...older }, seeing) };
  } catch (error) {
    if (opened && isRefusal(error)) progress.working = CURRENT;
    throw error;
  }
}

/**
 * The system has said no to the change, so it is as it was. What may pass when it is repeated may also have been done, unless it did not
 * get further than the login.
 */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof RotationError)) return false;
  return error.tookPassword === true || (!error.retryable && !(error instanceof AuthenticationError));
}
