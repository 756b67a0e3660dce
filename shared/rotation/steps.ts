/** The four rotation steps, written once for every strategy, engine and store. See docs/architecture.md. */
import { cutOver } from './cut-over.ts';
import { InvalidEventError, InvalidSecretError, StagingError } from './errors.ts';
import { patiently } from './patience.ts';
import { promote } from './promote.ts';
import type { Change, RotationContext, RotationStep, RotationStrategy } from './strategy.ts';
import { rotationSteps } from './strategy.ts';
import type { SecretDescription, SecretVersions, StagingLabel } from './versions.ts';
import { CURRENT, carries, holder, PENDING, PREVIOUS } from './versions.ts';

/** Which credential opens the system at this moment, as far as the steps know. Told to people when a step fails. */
export type WorkingCredential = StagingLabel | 'AWSCURRENT or AWSPENDING' | 'none' | 'unknown';

export interface Rotation<S extends object> {
  readonly strategy: RotationStrategy<S>;
  readonly versions: SecretVersions;
  readonly ctx: RotationContext;
  /** 'finish' keeps the order of AWS's templates: promotion in finishSecret, whatever the strategy would do. */
  readonly cutover?: 'finish' | undefined;
  /** Tells people about an outcome. Never throws. Called again for the same rotation when a step is repeated. */
  report(outcome: 'succeeded' | 'recovered', detail?: string): Promise<void>;
  /** Kept up to date while the step runs. */
  readonly progress: { working: WorkingCredential; secret?: SecretDescription };
}

/** Runs one step, by its name in the event. Resolves when it is done, or was done before; throws a RotationError otherwise. */
export async function runStep<S extends object>(name: string, rotation: Rotation<S>): Promise<void> {
  const { ctx } = rotation;
  // An earlier try may have got as far as the system, and no label tells.
  if (rotation.strategy.outage === 'brief') rotation.progress.working = 'AWSCURRENT or AWSPENDING';
  const secret = await admitted(rotation);
  rotation.progress.secret = secret;
  if (carries(secret.labels, ctx.token, CURRENT)) {
    rotation.progress.working = CURRENT;
    return alreadyCurrent(name, secret, rotation);
  }
  switch (stepOf(name)) {
    case 'createSecret':
      return createSecret(rotation);
    case 'setSecret':
      return setSecret(secret, rotation);
    case 'testSecret':
      return testSecret(rotation);
    case 'finishSecret':
      return finishSecret(secret, rotation);
  }
}

/** One page of AWS's documentation spells them create_secret and so on; both are taken. */
function stepOf(name: string): RotationStep {
  const step = rotationSteps.find((known) => known === name.replace('_secret', 'Secret'));
  if (step !== undefined) return step;
  throw new InvalidEventError('the event asks for a step that is none of the four', {
    hint: `use ${rotationSteps.join(', ')}`,
  });
}

/**
 * The checks of AWS's templates, in their order. A refusal is looked at again before it is believed: the description may
 * be older than the RotateSecret call that started this rotation.
 */
async function admitted<S extends object>({ versions, ctx }: Rotation<S>): Promise<SecretDescription> {
  const look = async () => {
    const secret = await versions.describe(ctx.secretId);
    return { secret, refusal: refusalOf(secret, ctx.token) };
  };
  const { secret, refusal } = await patiently(look, ({ refusal }) => refusal === undefined, [100, 300], ctx.signal);
  if (refusal !== undefined) throw refusal;
  return secret;
}

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

async function createSecret<S extends object>({ strategy, versions, ctx }: Rotation<S>): Promise<void> {
  const current = await readCurrent(strategy, versions, ctx);
  const pending = await strategy.create({ current }, ctx);
  for (const text of strategy.schema.confidential(pending)) ctx.redact.add(text);
  const stored = await versions.put(ctx.secretId, ctx.token, JSON.stringify(pending));
  ctx.log(stored === 'stored' ? 'pending value stored' : 'an earlier try stored a pending value, which stays');
}

async function setSecret<S extends object>(secret: SecretDescription, rotation: Rotation<S>): Promise<void> {
  const { strategy, versions, ctx, progress } = rotation;
  const [pending, current] = await readBoth(strategy, versions, ctx);
  const secrets = {
    pending,
    current,
    previous: () => readPrevious(strategy, versions, ctx),
    forgotten: () => readForgotten(strategy, versions, ctx),
  };
  const change: Change = await strategy.set(secrets, ctx);
  try {
    if (strategy.outage === 'brief') progress.working = PENDING;
    if (rotation.cutover === 'finish' || strategy.cutover === 'finish') return;
    await cutOver({ pending, current, change, from: holder(secret.labels, CURRENT) }, rotation);
  } finally {
    await change.close();
  }
  if (change.recoveredWith !== undefined) await rotation.report('recovered', change.recoveredWith);
}

async function testSecret<S extends object>({ strategy, versions, ctx }: Rotation<S>): Promise<void> {
  const [pending, current] = await readBoth(strategy, versions, ctx);
  await strategy.test({ pending, current }, ctx);
  ctx.log('pending value tested');
}

async function finishSecret<S extends object>(secret: SecretDescription, rotation: Rotation<S>): Promise<void> {
  const { versions, ctx, progress } = rotation;
  if (rotation.strategy.outage === 'brief') progress.working = PENDING;
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
  if (name !== 'finishSecret' && name !== 'finish_secret') return settle(rotation);
  // The label is dropped last, so it tells that a try before this one did not get to the end.
  if (carries(secret.labels, rotation.ctx.token, PENDING)) return complete(rotation);
  return settle(rotation);
}

async function complete<S extends object>(rotation: Rotation<S>): Promise<void> {
  const { versions, ctx } = rotation;
  await settle(rotation);
  await rotation.report('succeeded');
  await versions.dropPending(ctx.secretId, ctx.token);
  ctx.log('rotation complete');
}

async function settle<S extends object>({ strategy, versions, ctx }: Rotation<S>): Promise<void> {
  if (strategy.settle === undefined) return;
  const current = await readCurrent(strategy, versions, ctx);
  const previous = await readPrevious(strategy, versions, ctx);
  await strategy.settle(previous === undefined ? { current } : { current, previous }, ctx);
}

function readBoth<S extends object>(
  strategy: RotationStrategy<S>,
  versions: SecretVersions,
  ctx: RotationContext,
): Promise<[pending: S, current: S]> {
  return Promise.all([readPending(strategy, versions, ctx), readCurrent(strategy, versions, ctx)]);
}

/** Read by version id *and* label, and more than once: reads lag writes (https://github.com/aws/aws-sdk-js-v3/issues/7701). */
async function readPending<S extends object>(
  strategy: RotationStrategy<S>,
  versions: SecretVersions,
  ctx: RotationContext,
): Promise<S> {
  const read = () => versions.read(ctx.secretId, PENDING, ctx.token);
  const text = await patiently(read, (value) => value !== undefined, [100, 300, 900, 2000], ctx.signal);
  if (text === undefined) {
    throw new StagingError(`version ${ctx.token} of ${ctx.secretId} has no value`, {
      code: 'PENDING_EMPTY',
      hint: 'createSecret did not get to its end; the service repeats the whole rotation, or rotate again',
    });
  }
  return parsed(strategy, text, PENDING, ctx);
}

async function readCurrent<S extends object>(
  strategy: RotationStrategy<S>,
  versions: SecretVersions,
  ctx: RotationContext,
): Promise<S> {
  const text = await versions.read(ctx.secretId, CURRENT);
  if (text === undefined) {
    throw new StagingError(`${ctx.secretId} has no AWSCURRENT value`, {
      code: 'CURRENT_MISSING',
      hint: 'store a value that works with put-secret-value, then rotate again',
    });
  }
  return parsed(strategy, text, CURRENT, ctx);
}

async function readPrevious<S extends object>(
  strategy: RotationStrategy<S>,
  versions: SecretVersions,
  ctx: RotationContext,
): Promise<S | undefined> {
  const text = await versions.read(ctx.secretId, PREVIOUS);
  return text === undefined ? undefined : parsedIfPossible(strategy, text, PREVIOUS, ctx);
}

async function* readForgotten<S extends object>(
  strategy: RotationStrategy<S>,
  versions: SecretVersions,
  ctx: RotationContext,
): AsyncIterable<S> {
  for await (const text of versions.unlabelled(ctx.secretId)) {
    const value = parsedIfPossible(strategy, text, 'an unlabelled version', ctx);
    if (value !== undefined) yield value;
  }
}

function parsed<S extends object>(strategy: RotationStrategy<S>, text: string, what: string, ctx: RotationContext): S {
  const value = strategy.schema.parse(text, `${what} of ${ctx.secretId}`);
  ctx.redact.add(...strategy.schema.confidential(value));
  return value;
}

/** An old value may be of another shape; it is no use then, and no reason to stop. */
function parsedIfPossible<S extends object>(
  strategy: RotationStrategy<S>,
  text: string,
  what: string,
  ctx: RotationContext,
): S | undefined {
  try {
    return parsed(strategy, text, what, ctx);
  } catch (error) {
    if (!(error instanceof InvalidSecretError)) throw error;
    ctx.log('a stored value is not usable here and is passed over', { version: what });
    return undefined;
  }
}
