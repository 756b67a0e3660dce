/** Not a step of Secrets Manager's: what a rotation left alive for its readers' sake ends here, at the time its owner chose. */
import { RotationError } from './errors.ts';
import { HOUR } from './pause.ts';
import type { Answer, Rotation } from './rotation.ts';
import { described } from './rotation.ts';
import type { Kept } from './strategy.ts';
import { parsed, readCurrent } from './values.ts';
import type { SecretDescription, VersionId } from './versions.ts';
import { CURRENT, carries, holder, PENDING, PREVIOUS } from './versions.ts';

/** Said of a strategy without `revoke`. */
const HAS_NOTHING_TO_END = {
  brief: 'ended what AWSPREVIOUS opened when it rotated',
  none: 'has nothing that could be ended before the next rotation',
};

/**
 * Ends what AWSPREVIOUS opens, if this rotation's version is still AWSCURRENT, AWSPREVIOUS is still on the version that it was
 * asked for, and rotation is on. May come twice, late, or in the middle of another rotation.
 */
export async function revokePrevious<S extends object>(given: Rotation<S>): Promise<Answer> {
  const secret = await given.versions.describe(given.ctx.secretId);
  const previous = holder(secret.labels, PREVIOUS);
  const rotation = described(given, secret, previous);
  const { ctx } = rotation;
  const kept = (because: string): Answer => {
    ctx.log('nothing is revoked', { because });
    return { outcome: 'kept', because };
  };
  const because = keptBecause(secret, rotation);
  if (because !== undefined) return kept(because);
  if (previous === undefined) return kept(MOVED);
  const left = await attempted(previous, rotation);
  if (left === undefined) {
    ctx.log('what AWSPREVIOUS opened is revoked');
    await rotation.report({ outcome: 'revoked' });
    return { outcome: 'revoked' };
  }
  const { because: why, until } = left;
  if (until === undefined) return kept(why);
  ctx.log('what AWSPREVIOUS opens is still in use', { until: until.toISOString() });
  // A person has the answer, and asks again.
  if (!ctx.asked) {
    await ctx.later?.(until);
    await rotation.report({ outcome: 'postponed', because: why });
  }
  return { outcome: 'postponed', because: why, until };
}

const MOVED = 'AWSPREVIOUS has moved on';

/** What the labels say against it. */
function keptBecause<S extends object>(
  { rotationEnabled, labels }: SecretDescription,
  { ctx, revoking }: Rotation<S>,
): string | undefined {
  if (!rotationEnabled) return 'rotation is switched off';
  if (!carries(labels, ctx.token, CURRENT)) return 'AWSCURRENT has moved on';
  const previous = holder(labels, PREVIOUS);
  if (previous === undefined || previous !== (revoking ?? previous)) return MOVED;
  return carries(labels, previous, PENDING) ? 'AWSPREVIOUS is being rolled back to' : undefined;
}

/** Nobody repeats a call of the function's own for long, so a failure that may pass is asked for again, an hour later. */
async function attempted<S extends object>(previous: VersionId, rotation: Rotation<S>): Promise<Kept | undefined> {
  const { strategy, versions, ctx } = rotation;
  if (strategy.revoke === undefined) return { because: `${strategy.name} ${HAS_NOTHING_TO_END[strategy.outage]}` };
  try {
    const current = await readCurrent(strategy, versions, ctx, ctx.token);
    const text = await versions.read(ctx.secretId, PREVIOUS, previous);
    if (text === undefined) return { because: 'AWSPREVIOUS has no value' };
    // Somebody may have begun to roll back since the first look.
    const because = keptBecause(await versions.describe(ctx.secretId), { ...rotation, revoking: previous });
    if (because !== undefined) return { because };
    return await strategy.revoke({ current, previous: parsed(strategy, text, PREVIOUS, ctx) }, ctx);
  } catch (error) {
    if (error instanceof RotationError && error.retryable && !ctx.asked) await ctx.later?.(new Date(Date.now() + HOUR));
    throw error;
  }
}
