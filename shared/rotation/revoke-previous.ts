/** Not a step of Secrets Manager's: what a rotation left alive for its readers' sake ends here, at the time its owner chose. */
import type { Rotation } from './steps.ts';
import type { RotationContext } from './strategy.ts';
import { parsed, readCurrent } from './values.ts';
import { CURRENT, carries, holder, PREVIOUS } from './versions.ts';

/**
 * Ends what AWSPREVIOUS opens, if this rotation's version is still AWSCURRENT; a later rotation sees to it otherwise. May come
 * twice, late, or in the middle of another rotation: AWSPREVIOUS is read by the version that had the label beside this AWSCURRENT.
 */
export async function revokePrevious<S extends object>({ ctx: given, ...rotation }: Rotation<S>): Promise<void> {
  const { strategy, versions, progress } = rotation;
  const secret = await versions.describe(given.secretId);
  progress.secret = secret;
  const ctx: RotationContext = { ...given, tags: secret.tags ?? {} };
  const before = holder(secret.labels, PREVIOUS);
  if (!carries(secret.labels, ctx.token, CURRENT) || before === undefined || strategy.revoke === undefined) {
    ctx.log('a later rotation has taken over, nothing to revoke here');
    return;
  }
  const current = await readCurrent(strategy, versions, ctx);
  const text = await versions.read(ctx.secretId, PREVIOUS, before);
  if (text === undefined) return ctx.log('AWSPREVIOUS has moved meanwhile, nothing to revoke here');
  const previous = parsed(strategy, text, PREVIOUS, ctx);

  const postponed = await strategy.revoke({ current, previous }, ctx);
  if (postponed === undefined) {
    ctx.log('what AWSPREVIOUS opened is revoked');
    return rotation.report('revoked');
  }
  ctx.log('what AWSPREVIOUS opens is still in use, revoked later', { until: postponed.until.toISOString() });
  await ctx.later?.(postponed.until);
  return rotation.report('postponed', postponed.because);
}
