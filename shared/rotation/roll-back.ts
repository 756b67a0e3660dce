/**
 * Not a step of Secrets Manager's: a person wants AWSPREVIOUS to be AWSCURRENT again, and to work. It is a rotation whose pending value is
 * there already, so all that a rotation proves is proven here. AWSPENDING has no part in it.
 */

import { admitted } from './admitted.ts';
import { copied, settle } from './after-promotion.ts';
import { InvalidSecretError, RotationError, StagingError, TargetMismatchError } from './errors.ts';
import { patiently } from './pause.ts';
import { putInForce } from './put-in-force.ts';
import type { Answer, Rotation } from './rotation.ts';
import { described } from './rotation.ts';
import { parsed, readCurrent, requireCopies } from './values.ts';
import type { SecretDescription, VersionId } from './versions.ts';
import { CURRENT, holder, PENDING, PREVIOUS } from './versions.ts';
import { unfinished } from './window.ts';

/**
 * `ctx.token` is the version that is meant: it does nothing when AWSPREVIOUS is on another one, and its end again when that version is
 * AWSCURRENT already. The value that leaves is AWSPREVIOUS afterwards. May be repeated, also after a crash at any line.
 */
export async function rollBack<S extends object>(given: Rotation<S>): Promise<Answer> {
  const secret = await admitted(given, refusalOf);
  const from = holder(secret.labels, CURRENT);
  const isBack = from === given.ctx.token;
  const previous = isBack ? holder(secret.labels, PREVIOUS) : from;
  const rotation: Rotation<S> = { ...described(given, secret, previous), brings: PREVIOUS };
  const { strategy, ctx, progress, report } = rotation;
  if (!isBack) {
    // An earlier try may have got as far as the system, and no label tells.
    if (strategy.outage === 'brief') progress.working = 'unknown';
    try {
      await endPending(secret, rotation);
      await putInForce({ from, read: () => bothOf(from, rotation) }, rotation);
    } catch (error) {
      throw ofPrevious(error);
    }
  }
  progress.working = CURRENT;
  await copied(rotation);
  await settle(rotation);
  if (!isBack) await report({ outcome: 'succeeded', action: 'rollback' });
  ctx.log('AWSCURRENT is the version that was rolled back to', { previous });
  return { outcome: 'succeeded', current: ctx.token, previous };
}

/** A rotation that has promoted its version may not have come to its last step, which would make that one AWSCURRENT once more. */
async function endPending<S extends object>({ labels }: SecretDescription, { versions, ctx }: Rotation<S>) {
  const promoted = holder(labels, PENDING);
  if (promoted === undefined) return;
  await versions.dropPending(ctx.secretId, promoted);
  ctx.log('AWSPENDING was taken off the version that is rolled back', { version: promoted });
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
  if (pending !== undefined) {
    return new StagingError(`a rotation of ${name} is unfinished: AWSPENDING is on version ${pending}`, {
      code: 'ROTATION_UNFINISHED',
      hint: 'wait for its end; or, when it has failed: rekey abandon, then roll back again',
    });
  }
  if (holder(labels, PREVIOUS) === version) return undefined;
  return cannotReturn(
    `AWSPREVIOUS of ${name} is not on version ${version}`,
    'look at the labels, then name the version that has it',
  );
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
  if (error instanceof TargetMismatchError && error.about === undefined) return cannotReturn(fact, ONE_PLACE, error);
  return error.code === 'PASSWORD_REFUSED' ? cannotReturn(fact, ROTATE, error) : error;
}

const ROTATE = 'what is gone, revoked or refused does not come back: rotate again, for a value that works';
const ONE_PLACE = 'a secret is for one place; if the older one is meant, move AWSCURRENT there by hand';

function cannotReturn(fact: string, hint: string, cause?: unknown): StagingError {
  return new StagingError(fact, { code: 'PREVIOUS_UNUSABLE', hint, cause });
}
