/** Copies a secret into a parameter, for readers that speak Parameter Store only. docs/parameter-store.md says when there is no need to. */
import { InvalidSecretError, RotationError, StagingError } from '../rotation/errors.ts';
import { patiently, pause } from '../rotation/pause.ts';
import type { SecretVersions, VersionId } from '../rotation/versions.ts';
import { CURRENT } from '../rotation/versions.ts';

/** Its value is the parameter's name or ARN, and behind a colon the one field that is wanted of the secret value. */
const TAG = 'rekey:mirror';

export interface MirrorOptions {
  /** Gives whether there was something to write. Absent: Parameter Store's, loaded when a secret has a mirror. */
  copy?(nameOrArn: string, value: string, signal: AbortSignal): Promise<boolean>;
  readonly signal: AbortSignal;
  log(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/**
 * The same store, and what becomes AWSCURRENT of a secret with the tag is copied: at once, and (`copy`) in each step that finds a
 * promoted rotation unfinished. Until that has passed the secret keeps AWSPENDING, so the copy is not lost with a crash,
 * and no step tells of success before it. A secret without the tag costs nothing.
 */
export function mirrored(versions: SecretVersions, options: MirrorOptions): SecretVersions {
  const { log, signal, copy = copyIntoParameter } = options;
  const mirrors = new Map<string, string>();
  const written = new Set<VersionId>();

  async function mirror(id: string, version: VersionId): Promise<void> {
    const target = mirrors.get(id);
    if (target === undefined || written.has(version)) return;
    const read = () => versions.read(id, CURRENT, version);
    const text = await patiently(read, (value) => value !== undefined, [100, 300, 900], pause(signal));
    if (text === undefined) throw notVisible(id, version);
    const [, parameter = '', field] = /^(arn:[^:]*:ssm:[^:]*:[^:]*:[^:]+|[^:]+)(?::(.+))?$/.exec(target) ?? [];
    const value = field === undefined ? text : fieldOf(text, field, id);
    const copied = await copy(parameter, value, signal).catch((error: unknown) => {
      throw unwritable(id, error);
    });
    written.add(version);
    if (copied) log('the value was copied into its mirror', { parameter });
  }

  return {
    ...versions,
    async describe(id) {
      const secret = await versions.describe(id);
      const target = secret.tags?.[TAG];
      if (target) mirrors.set(id, target);
      return secret;
    },
    async promote(id, version, from) {
      await versions.promote(id, version, from);
      // The label has moved: whatever happens now must not look like a promotion that was refused.
      await mirror(id, version).catch((error: unknown) => {
        log('the mirror is written later', { code: error instanceof RotationError ? error.code : 'UNEXPECTED' });
      });
    },
    copy: mirror,
    async dropPending(id, version) {
      await mirror(id, version);
      await versions.dropPending(id, version);
    },
  };
}

async function copyIntoParameter(nameOrArn: string, value: string, signal: AbortSignal): Promise<boolean> {
  const { copyInto } = await import('./parameter-store/copy-into.ts');
  return copyInto(nameOrArn, value, signal);
}

function fieldOf(text: string, field: string, id: string): string {
  const hint = `the tag ${TAG} names a field behind the colon; correct it, or leave it out for the whole value`;
  let value: unknown;
  try {
    value = (JSON.parse(text) as Record<string, unknown> | null)?.[field];
  } catch {
    // The parser quotes what it could not read.
    throw new InvalidSecretError(`${id} has a mirror for one field, and is not JSON`, { hint });
  }
  if (typeof value === 'string' && value !== '') return value;
  throw new InvalidSecretError(`field ${field} of ${id} is missing or not text, and has a mirror`, { hint });
}

function unwritable(id: string, error: unknown): unknown {
  if (!(error instanceof InvalidSecretError)) return error;
  const { hint, code, cause } = error;
  return new InvalidSecretError(`the mirror of ${id} cannot be written: ${error.fact}`, { hint, code, cause });
}

function notVisible(id: string, version: VersionId): StagingError {
  return new StagingError(
    `version ${version} of ${id} is not seen as AWSCURRENT, so it was not copied into its mirror`,
    {
      code: 'CURRENT_MOVED',
      retryable: true,
      hint: 'somebody moved the label; the step is safe to repeat',
    },
  );
}
