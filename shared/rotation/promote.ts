/** Moves AWSCURRENT to this rotation's version, and believes only what it sees. */
import { InvalidSecretError, PermissionError, RotationError, StagingError } from './errors.ts';
import { patiently } from './pause.ts';
import type { RotationContext } from './strategy.ts';
import type { SecretVersions, VersionId } from './versions.ts';
import { CURRENT, holder } from './versions.ts';

export type Promotion =
  | { readonly moved: true }
  /** `certain` false: the label may have moved or not, and only the next try can know. */
  | { readonly moved: false; readonly certain: boolean; readonly error: unknown };

/**
 * The move may have been applied although its answer was an error (an SDK's own repeat is then refused), so every error
 * that leaves a doubt is followed by a look. Never rejects, but for the signal's sake.
 */
export async function promote(
  versions: SecretVersions,
  from: VersionId | undefined,
  ctx: RotationContext,
): Promise<Promotion> {
  if (from === undefined) return { moved: false, certain: true, error: nobodyHasCurrent(ctx) };
  try {
    await versions.promote(ctx.secretId, ctx.token, from);
  } catch (error) {
    if (isRefusal(error) && !hasMovedOn(error)) return { moved: false, certain: true, error };
    const seen = await holderSeen(from, versions, ctx);
    if (seen === undefined) return { moved: false, certain: false, error };
    // Every try was turned away at the door, and the label has not moved for a second and more.
    if (seen === from) return { moved: false, certain: isThrottled(error), error };
    if (seen !== ctx.token) return { moved: false, certain: true, error: movedByHand(seen, error, ctx) };
  }
  ctx.log('AWSCURRENT promoted', { from });
  return { moved: true };
}

/** Who has AWSCURRENT: looks several times before it believes that this is still `from`. Undefined when it cannot look. */
async function holderSeen(
  from: VersionId,
  versions: SecretVersions,
  ctx: RotationContext,
): Promise<VersionId | undefined> {
  const look = async () => holder((await versions.describe(ctx.secretId)).labels, CURRENT);
  try {
    return await patiently(look, (version) => version !== from, [100, 300, 900], ctx.pause);
  } catch {
    return undefined;
  }
}

/** AWSCURRENT is on a third version: somebody moved it, or a later rotation did, and this delivery is a late one. */
export function hasMovedOn(error: unknown): boolean {
  return error instanceof StagingError && error.code === 'CURRENT_MOVED';
}

function isThrottled(error: unknown): boolean {
  return error instanceof RotationError && error.code === 'THROTTLED';
}

/** The store said no for a reason that has nothing to do with where the label is. */
function isRefusal(error: unknown): boolean {
  return [StagingError, PermissionError, InvalidSecretError].some((kind) => error instanceof kind);
}

function nobodyHasCurrent(ctx: RotationContext): StagingError {
  return new StagingError(`${ctx.secretId} has no AWSCURRENT version to take the label from`, {
    code: 'CURRENT_MISSING',
    hint: 'put AWSCURRENT on the version that works with update-secret-version-stage, then rotate again',
  });
}

function movedByHand(seen: VersionId, cause: unknown, ctx: RotationContext): StagingError {
  return new StagingError(`AWSCURRENT of ${ctx.secretId} moved to ${seen} while this step ran`, {
    code: 'CURRENT_MOVED',
    hint: 'somebody moved the label or stored a value; check it, then rotate again',
    cause,
  });
}
