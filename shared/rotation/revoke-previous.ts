/** Not a step of Secrets Manager's: what a rotation left alive for its readers' sake ends here, at the time its owner chose. */
import { RotationError } from './errors.ts';
import type { Rotation } from './steps.ts';
import type { Postponed, RotationContext } from './strategy.ts';
import { parsed, readCurrent } from './values.ts';
import { CURRENT, carries, holder, PREVIOUS } from './versions.ts';

/** A call that failed for a while is asked for again so much later. Milliseconds. */
const HOUR = 3_600_000;

/**
 * Ends what AWSPREVIOUS opens, if this rotation's version is still AWSCURRENT, AWSPREVIOUS is still on the version that it was
 * asked for, and rotation is on. May come twice, late, or in the middle of another rotation.
 */
export async function revokePrevious<S extends object>({ ctx: given, ...rotation }: Rotation<S>): Promise<void> {
  const { versions, progress } = rotation;
  const secret = await versions.describe(given.secretId);
  progress.secret = secret;
  const before = holder(secret.labels, PREVIOUS);
  const { later } = given;
  const ctx: RotationContext = {
    ...given,
    tags: secret.tags ?? {},
    ...(later && { later: (at: Date) => later(at, before) }),
  };
  if (!secret.rotationEnabled) return ctx.log('rotation is switched off, nothing is revoked');
  if (!carries(secret.labels, ctx.token, CURRENT)) return ctx.log('AWSCURRENT has moved on, nothing to revoke here');
  if (before === undefined || before !== (rotation.revoking ?? before)) {
    return ctx.log('AWSPREVIOUS has moved on, nothing to revoke here');
  }
  const outcome = await attempted(before, { ...rotation, ctx });
  if (outcome === 'kept') return ctx.log('AWSPREVIOUS is not to be revoked after all');
  if (outcome === undefined) {
    ctx.log('what AWSPREVIOUS opened is revoked');
    return rotation.report('revoked');
  }
  ctx.log('what AWSPREVIOUS opens is still in use, revoked later', { until: outcome.until.toISOString() });
  await ctx.later?.(outcome.until);
  return rotation.report('postponed', outcome.because);
}

/** Nobody repeats this by itself for long, so a failure that may pass is asked for again. */
async function attempted<S extends object>(
  before: string,
  { strategy, versions, ctx }: Rotation<S>,
): Promise<Postponed | 'kept' | undefined> {
  if (strategy.revoke === undefined) return 'kept';
  try {
    const current = await readCurrent(strategy, versions, ctx, ctx.token);
    const text = await versions.read(ctx.secretId, PREVIOUS, before);
    if (text === undefined) return 'kept';
    return await strategy.revoke({ current, previous: parsed(strategy, text, PREVIOUS, ctx) }, ctx);
  } catch (error) {
    if (error instanceof RotationError && error.retryable) await ctx.later?.(new Date(Date.now() + HOUR));
    throw error;
  }
}
