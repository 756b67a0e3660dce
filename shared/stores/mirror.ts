/** Copies a secret into parameters, for readers that speak Parameter Store only. docs/parameter-store.md says when there is no need to. */
import { codeOf } from '../aws/service-error.ts';
import { InvalidSecretError, StagingError } from '../rotation/errors.ts';
import { patiently, pause } from '../rotation/pause.ts';
import type { SecretVersions, VersionId } from '../rotation/versions.ts';
import { CURRENT } from '../rotation/versions.ts';
import { type Mirror, mirrorsOf, requireTogether, shareOf, TAG } from './mirror-tag.ts';
import { parsePlace } from './parameter-store/names.ts';
import { rememberedTag } from './remembered-tag.ts';

export interface Copier {
  /** Gives whether there was something to write. */
  copyInto(nameOrArn: string, value: string, signal: AbortSignal): Promise<boolean>;
  /** Throws what `copyInto` would, and writes nothing. */
  requireWritable(nameOrArn: string, signal: AbortSignal): Promise<void>;
}

export interface MirrorOptions {
  /** Absent: Parameter Store's, loaded when a secret has a mirror. */
  readonly copier?: Copier;
  readonly signal: AbortSignal;
  log(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/**
 * The same store, and what becomes AWSCURRENT of a secret with the tag is copied: at once, and (`copy`) in each step that finds a
 * promoted rotation unfinished. Until that has passed the secret keeps AWSPENDING, so the copy is not lost with a crash,
 * and no step tells of success before it. What could not be copied is told before anything changes (`requireCopy`).
 * A secret without the tag costs nothing.
 */
export function mirrored(versions: SecretVersions, options: MirrorOptions): SecretVersions {
  const { log, signal } = options;
  const tags = rememberedTag(versions, TAG);
  const written = new Set<VersionId>();
  const copier = async (): Promise<Copier> => options.copier ?? import('./parameter-store/copy-into.ts');

  /** Each has its try, so that one which cannot be written leaves no other behind; the first failure is told. */
  async function each(id: string, mirrors: readonly Mirror[], work: (mirror: Mirror) => Promise<void>): Promise<void> {
    const failures: unknown[] = [];
    for (const mirror of mirrors) {
      await work(mirror).catch((error: unknown) => failures.push(unwritable(id, mirror, error)));
    }
    if (failures.length > 0) throw failures[0];
  }

  async function mirror(id: string, version: VersionId): Promise<void> {
    const tag = tags.of(id);
    if (tag === undefined || written.has(version)) return;
    const read = () => versions.read(id, CURRENT, version);
    const text = await patiently(read, (value) => value !== undefined, [100, 300, 900], pause(signal));
    if (text === undefined) throw notVisible(id, version);
    const { copyInto } = await copier();
    await each(id, mirrorsOf(tag, id), async (one) => {
      const copied = await copyInto(one.parameter, shareOf(text, one, id), signal);
      if (copied) log('the value was copied into its mirror', { parameter: one.parameter });
    });
    written.add(version);
  }

  return {
    ...versions,
    describe: tags.describe,
    async requireCopy(id, current, together) {
      const tag = tags.of(id);
      if (tag === undefined) return;
      const mirrors = mirrorsOf(tag, id);
      requireTogether(mirrors, together, id);
      for (const one of mirrors) shareOf(current, one, id);
      const { requireWritable } = await copier();
      await each(id, mirrors, ({ parameter }) => requireWritable(parameter, signal));
    },
    async promote(id, version, from) {
      await versions.promote(id, version, from);
      // The label has moved: whatever happens now must not look like a promotion that was refused.
      await mirror(id, version).catch((error: unknown) => {
        log('the mirror is written later', { code: codeOf(error) });
      });
    },
    copy: mirror,
    async dropPending(id, version) {
      await mirror(id, version);
      await versions.dropPending(id, version);
    },
  };
}

function unwritable(id: string, { parameter }: Mirror, error: unknown): unknown {
  if (!(error instanceof InvalidSecretError)) return error;
  const { hint, code, cause, ofTag = false } = error;
  const fact = `the mirror of ${id} cannot be written: ${error.fact}`;
  const place = parsePlace(parameter);
  const about = typeof place === 'string' ? {} : { about: place.name, isParameter: true };
  return new InvalidSecretError(fact, { hint, code, cause, ofTag, ...about });
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
