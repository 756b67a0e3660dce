/** The four rotation steps, written once for every strategy, engine and store. See docs/architecture.md. */

import { admitted } from './admitted.ts';
import { copied, settle } from './after-promotion.ts';
import { diagnose } from './diagnose.ts';
import { InvalidEventError, StagingError } from './errors.ts';
import { patiently } from './pause.ts';
import { promote } from './promote.ts';
import { putInForce } from './put-in-force.ts';
import { revokePrevious } from './revoke-previous.ts';
import { previousValue, rollBack } from './roll-back.ts';
import type { Answer, Rotation } from './rotation.ts';
import { described, promotesLater } from './rotation.ts';
import type { RotationStep } from './strategy.ts';
import { DOCTOR, REVOKE_PREVIOUS, ROLLBACK, rotationSteps } from './strategy.ts';
import { testPending } from './test-pending.ts';
import { asText, readBoth, readCurrent, readPrevious, readStored, requireCopies } from './values.ts';
import type { ForeseenRead, SecretDescription } from './versions.ts';
import { CURRENT, carries, holder, PENDING, PREVIOUS } from './versions.ts';

/**
 * Runs one step, by its name in the event. Resolves when it is done, or was done before, with the answer of what is none of the four; throws
 * a RotationError otherwise.
 */
export async function runStep<S extends object>(name: string, given: Rotation<S>): Promise<Answer | undefined> {
  if (name === REVOKE_PREVIOUS) return revokePrevious(given);
  const { asked } = given.ctx;
  if (name === ROLLBACK && asked === name) return rollBack(given);
  if (name === DOCTOR && asked === name) return diagnose(given);
  await rotationStep(name, given);
  return undefined;
}

async function rotationStep<S extends object>(name: string, given: Rotation<S>): Promise<void> {
  // An earlier try may have got as far as the system, and no label tells.
  if (given.strategy.outage === 'brief') given.progress.working = 'AWSCURRENT or AWSPENDING';
  given.versions.foresee?.(given.ctx.secretId, foreseen(name, given));
  const admission = () => admitted(given, refusalOf);
  const secret = await (knownStep(name) === 'createSecret' ? untilStored(given, admission) : admission());
  const isCurrent = carries(secret.labels, given.ctx.token, CURRENT);
  // What is AWSPREVIOUS once this rotation's version is AWSCURRENT.
  const rotation = described(given, secret, holder(secret.labels, isCurrent ? PREVIOUS : CURRENT));
  if (isCurrent) {
    rotation.progress.working = CURRENT;
    return alreadyCurrent(name, secret, rotation);
  }
  switch (stepOf(name)) {
    case 'createSecret':
      return untilStored(rotation, () => makePending(secret, rotation));
    case 'setSecret':
      return untilRead(rotation, () => setSecret(secret, rotation));
    case 'testSecret':
      return untilRead(rotation, () => testPending(secret, rotation));
    case 'finishSecret':
      return finishSecret(secret, rotation);
  }
}

/** What the step will read once the description has let it in. Where setSecret promotes, testSecret has nothing left to read. */
function foreseen<S extends object>(name: string, rotation: Rotation<S>): readonly ForeseenRead[] {
  const pending = { label: PENDING, version: rotation.ctx.token };
  if (name === 'createSecret') return [{ label: CURRENT }];
  if (name === 'setSecret' || (name === 'testSecret' && promotesLater(rotation))) return [pending, { label: CURRENT }];
  return [];
}

/** One page of AWS's documentation spells them create_secret and so on; both are taken. */
function knownStep(name: string): RotationStep | undefined {
  return rotationSteps.find((known) => known === name.replace('_secret', 'Secret'));
}

function stepOf(name: string): RotationStep {
  const step = knownStep(name);
  if (step !== undefined) return step;
  throw new InvalidEventError('the event asks for a step that is none of the four', {
    hint: `use ${rotationSteps.join(', ')}`,
  });
}

/** The checks of AWS's templates, in their order. */
function refusalOf(secret: SecretDescription, token: string): StagingError | undefined {
  if (!secret.rotationEnabled) {
    return new StagingError(`rotation is switched off for ${secret.name}`, {
      code: 'ROTATION_DISABLED',
      hint: 'switch it on with rotate-secret and a rotation function, then rotate again',
    });
  }
  if (!Object.hasOwn(secret.labels, token)) {
    return new StagingError(`${secret.name} has no version ${token}`, {
      code: 'TOKEN_UNKNOWN',
      hint: 'this rotation was abandoned, or the function was invoked by hand with a token of no version; start another with rotate-secret',
    });
  }
  if (!carries(secret.labels, token, CURRENT) && !carries(secret.labels, token, PENDING)) {
    return new StagingError(`version ${token} of ${secret.name} is not AWSPENDING`, {
      code: 'TOKEN_NOT_PENDING',
      hint: 'this rotation was abandoned; rotate again to start another',
    });
  }
  return undefined;
}

/** Nothing is set before it is stored: without a pending value this rotation has changed nothing. */
async function untilStored<S extends object, T>(rotation: Rotation<S>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // A rotation that was abandoned may have had a value: its version has lost the label by which it is looked for.
    if (!isAbandoned(error) && (await hasNoValue(rotation))) rotation.progress.working = CURRENT;
    throw error;
  }
}

function isAbandoned(error: unknown): boolean {
  return error instanceof StagingError && (error.code === 'TOKEN_UNKNOWN' || error.code === 'TOKEN_NOT_PENDING');
}

/** The same, where the value is read first. */
async function untilRead<S extends object>({ progress }: Rotation<S>, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof StagingError && error.code === 'PENDING_EMPTY') progress.working = CURRENT;
    throw error;
  }
}

async function hasNoValue<S extends object>({ versions, ctx }: Rotation<S>): Promise<boolean> {
  const read = () => versions.read(ctx.secretId, PENDING, ctx.token);
  try {
    return (await patiently(read, (text) => text !== undefined, [100, 300], ctx.pause)) === undefined;
  } catch {
    return false;
  }
}

async function makePending<S extends object>({ labels }: SecretDescription, rotation: Rotation<S>): Promise<void> {
  const { strategy, versions, ctx } = rotation;
  // The description knows of this rotation, so it is no older than the promotion before it; a read may be.
  const current = await readCurrent(strategy, versions, ctx, holder(labels, CURRENT));
  await requireCopies(current, strategy, versions, ctx);
  const pending = ctx.asked === ROLLBACK ? await previousValue(rotation) : await made(current, rotation);
  ctx.redact.add(...strategy.schema.confidential(pending));
  const stored = await versions.put(ctx.secretId, ctx.token, asText(strategy, pending));
  ctx.log(stored === 'stored' ? 'pending value stored' : 'an earlier try stored a pending value, which stays');
}

async function made<S extends object>(current: S, { strategy, versions, ctx }: Rotation<S>): Promise<S> {
  const others = {
    previous: () => readPrevious(strategy, versions, ctx),
    stored: () => readStored(strategy, versions, ctx),
  };
  const value = await strategy.create({ current, ...others }, ctx);
  return strategy.schema.follow?.(value, current) ?? value;
}

async function setSecret<S extends object>({ labels }: SecretDescription, rotation: Rotation<S>): Promise<void> {
  const { strategy, versions, ctx } = rotation;
  const from = holder(labels, CURRENT);
  await putInForce({ from, read: () => readBoth(strategy, versions, ctx, from) }, rotation);
}

async function finishSecret<S extends object>(secret: SecretDescription, rotation: Rotation<S>): Promise<void> {
  const { versions, ctx, progress } = rotation;
  const promotion = await promote(versions, holder(secret.labels, CURRENT), ctx);
  if (!promotion.moved) throw promotion.error;
  progress.working = CURRENT;
  await complete(rotation);
}

/** The promotion happened in an earlier step or an earlier try; what comes after it may not have. */
async function alreadyCurrent<S extends object>(
  name: string,
  secret: SecretDescription,
  rotation: Rotation<S>,
): Promise<void> {
  rotation.ctx.log('this version is already AWSCURRENT');
  if (carries(secret.labels, rotation.ctx.token, PENDING)) await copied(rotation);
  if (name !== 'finishSecret' && name !== 'finish_secret') return settle(rotation);
  // The label is dropped last, so it tells that a try before this one did not get to the end.
  if (carries(secret.labels, rotation.ctx.token, PENDING)) return complete(rotation);
  return settle(rotation);
}

async function complete<S extends object>(rotation: Rotation<S>): Promise<void> {
  const { versions, ctx } = rotation;
  await copied(rotation);
  await settle(rotation);
  // Where nothing keeps labels that could move back, whoever rolls back rotates to the value from before.
  await rotation.report({ outcome: 'succeeded', ...(ctx.asked === ROLLBACK && { action: ROLLBACK }) });
  await versions.dropPending(ctx.secretId, ctx.token);
  ctx.log('rotation complete');
}
