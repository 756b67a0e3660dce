/** Not a step of Secrets Manager's: what a rotation left alive for its readers' sake ends here, at the time its owner chose. */
import { RotationError } from './errors.ts';
import { HOUR } from './pause.ts';
import type { Rotation } from './rotation.ts';
import { described } from './rotation.ts';
import type { Postponed } from './strategy.ts';
import { parsed, readCurrent } from './values.ts';
import type { VersionId } from './versions.ts';
import { CURRENT, carries, holder, PREVIOUS } from './versions.ts';

/**
 * Ends what AWSPREVIOUS opens, if this rotation's version is still AWSCURRENT, AWSPREVIOUS is still on the version that it was
 * asked for, and rotation is on. May come twice, late, or in the middle of another rotation.
 */
export async function revokePrevious<S extends object>(given: Rotation<S>): Promise<void> {
  const secret = await given.versions.describe(given.ctx.secretId);
  const previous = holder(secret.labels, PREVIOUS);
  const rotation = described(given, secret, previous);
  const { ctx } = rotation;
  if (!secret.rotationEnabled) return ctx.log('rotation is switched off, nothing is revoked');
  if (!carries(secret.labels, ctx.token, CURRENT)) return ctx.log('AWSCURRENT has moved on, nothing to revoke here');
  if (previous === undefined || previous !== (rotation.revoking ?? previous)) {
    return ctx.log('AWSPREVIOUS has moved on, nothing to revoke here');
  }
  const outcome = await attempted(previous, rotation);
  if (outcome === 'kept') return ctx.log('AWSPREVIOUS is not to be revoked after all');
  if (outcome === undefined) {
    ctx.log('what AWSPREVIOUS opened is revoked');
    return rotation.report({ outcome: 'revoked' });
  }
  ctx.log('what AWSPREVIOUS opens is still in use, revoked later', { until: outcome.until.toISOString() });
  await ctx.later?.(outcome.until);
  return rotation.report({ outcome: 'postponed', because: outcome.because });
}

/** Nobody repeats this by itself for long, so a failure that may pass is asked for again, an hour later. */
async function attempted<S extends object>(
  previous: VersionId,
  { strategy, versions, ctx }: Rotation<S>,
): Promise<Postponed | 'kept' | undefined> {
  if (strategy.revoke === undefined) return 'kept';
  try {
    const current = await readCurrent(strategy, versions, ctx, ctx.token);
    const text = await versions.read(ctx.secretId, PREVIOUS, previous);
    if (text === undefined) return 'kept';
    return await strategy.revoke({ current, previous: parsed(strategy, text, PREVIOUS, ctx) }, ctx);
  } catch (error) {
    if (error instanceof RotationError && error.retryable) await ctx.later?.(new Date(Date.now() + HOUR));
    throw error;
  }
}
