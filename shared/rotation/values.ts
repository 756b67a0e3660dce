/** The values of a secret's versions, read through its store and parsed by its strategy. Whatever is read is known to the redactor. */
import { InvalidSecretError, StagingError } from './errors.ts';
import { patiently } from './pause.ts';
import type { RotationContext, RotationStrategy, SecretSchema } from './strategy.ts';
import type { SecretVersions, VersionId } from './versions.ts';
import { CURRENT, carries, PENDING, PREVIOUS } from './versions.ts';

/** Throws StagingError (CURRENT_MOVED) when the label has moved since the description: what is under way here is of before. */
export function readBoth<S extends object>(
  strategy: RotationStrategy<S>,
  versions: SecretVersions,
  ctx: RotationContext,
  currentVersion: VersionId | undefined,
): Promise<[pending: S, current: S]> {
  const current = async () => {
    const named = await readNamed(strategy, versions, ctx, currentVersion);
    if (named !== undefined || currentVersion === undefined) return named ?? readCurrent(strategy, versions, ctx);
    throw new StagingError(`AWSCURRENT of ${ctx.secretId} moved while this step ran`, {
      code: 'CURRENT_MOVED',
      retryable: true,
      hint: 'another rotation or a person moved it, and nothing was changed here; the step is safe to repeat',
    });
  };
  return Promise.all([readPending(strategy, versions, ctx), current()]);
}

/** The pending value that an earlier try of createSecret stored, if there was one. */
export async function readStored<S extends object>(
  strategy: RotationStrategy<S>,
  versions: SecretVersions,
  ctx: RotationContext,
): Promise<S | undefined> {
  const text = await versions.read(ctx.secretId, PENDING, ctx.token);
  return text === undefined ? undefined : parsedPending(strategy, text, ctx);
}

/** Read by version id *and* label, and more than once: reads lag writes (https://github.com/aws/aws-sdk-js-v3/issues/7701). */
async function readPending<S extends object>(
  strategy: RotationStrategy<S>,
  versions: SecretVersions,
  ctx: RotationContext,
): Promise<S> {
  const read = () => versions.read(ctx.secretId, PENDING, ctx.token);
  const text = await patiently(read, (value) => value !== undefined, [100, 300, 900, 2000], ctx.pause);
  if (text === undefined) {
    throw new StagingError(`version ${ctx.token} of ${ctx.secretId} has no value`, {
      code: 'PENDING_EMPTY',
      hint: 'createSecret did not get to its end; the service repeats the whole rotation, or rotate again',
    });
  }
  return parsedPending(strategy, text, ctx);
}

/** Nobody mends a version that is not AWSCURRENT: another rotation makes another value. */
function parsedPending<S extends object>(strategy: RotationStrategy<S>, text: string, ctx: RotationContext): S {
  try {
    return parsed(strategy, text, PENDING, ctx);
  } catch (error) {
    if (!(error instanceof InvalidSecretError)) throw error;
    const { fact, code } = error;
    const hint = 'take AWSPENDING off its version, then rotate again: the next rotation makes another value';
    throw new InvalidSecretError(fact, { code, hint, ofPending: true, cause: error });
  }
}

/** Do both hold the same passwords or keys, whatever else is in them? */
export function sameCredential<S extends object>(schema: SecretSchema<S>, ...values: readonly [S, S]): boolean {
  const [one, other] = values.map((value) => JSON.stringify(schema.confidential(value)));
  return one === other;
}

/** With a version: that one if it has the label, as the description said; else whichever has it now. A lagging read shows an older one. */
export async function readCurrent<S extends object>(
  strategy: RotationStrategy<S>,
  versions: SecretVersions,
  ctx: RotationContext,
  version?: VersionId,
): Promise<S> {
  const named = await readNamed(strategy, versions, ctx, version);
  if (named !== undefined) return named;
  const text = await versions.read(ctx.secretId, CURRENT);
  if (text !== undefined) return parsed(strategy, text, CURRENT, ctx);
  throw new StagingError(`${ctx.secretId} has no AWSCURRENT value`, {
    code: 'CURRENT_MISSING',
    hint: 'store a value that works with put-secret-value, then rotate again',
  });
}

/** Undefined when no version is named, or the label has moved since the description that named it. */
async function readNamed<S extends object>(
  strategy: RotationStrategy<S>,
  versions: SecretVersions,
  ctx: RotationContext,
  version: VersionId | undefined,
): Promise<S | undefined> {
  if (version === undefined) return undefined;
  const read = () => versions.read(ctx.secretId, CURRENT, version);
  const text = await patiently(read, (value) => value !== undefined, [100, 300], ctx.pause);
  if (text !== undefined) return parsed(strategy, text, CURRENT, ctx);
  const { labels } = await versions.describe(ctx.secretId);
  if (!carries(labels, version, CURRENT)) return undefined;
  // The store lags, and what it would show is older.
  throw new StagingError(`the AWSCURRENT value of ${ctx.secretId} cannot be read yet`, {
    code: 'CURRENT_MISSING',
    retryable: true,
    hint: 'the store lags behind its own description; the step is safe to repeat',
  });
}

export async function readPrevious<S extends object>(
  strategy: RotationStrategy<S>,
  versions: SecretVersions,
  ctx: RotationContext,
): Promise<S | undefined> {
  const text = await versions.read(ctx.secretId, PREVIOUS);
  return text === undefined ? undefined : parsedIfPossible(strategy, text, PREVIOUS, ctx);
}

export async function* readForgotten<S extends object>(
  strategy: RotationStrategy<S>,
  versions: SecretVersions,
  ctx: RotationContext,
): AsyncIterable<S> {
  for await (const text of versions.unlabelled(ctx.secretId)) {
    const value = parsedIfPossible(strategy, text, 'an unlabelled version', ctx);
    if (value !== undefined) yield value;
  }
}

/** Throws while nothing has changed: a copy in the value could not follow it, or one outside of it could not be written. */
export async function requireCopies<S extends object>(
  current: S,
  strategy: RotationStrategy<S>,
  versions: SecretVersions,
  ctx: RotationContext,
): Promise<void> {
  const copies = strategy.schema.copies?.(current, strategy.together);
  const together = (strategy.together ?? []).map((field) => [field, ...(copies?.get(field) ?? [])]);
  await versions.requireCopy?.(ctx.secretId, asText(strategy, current), together);
}

/** A value, as it is stored. */
export function asText<S extends object>({ schema }: RotationStrategy<S>, value: S): string {
  return schema.format?.(value) ?? JSON.stringify(value);
}

export function parsed<S extends object>(
  strategy: RotationStrategy<S>,
  text: string,
  what: string,
  ctx: RotationContext,
): S {
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
