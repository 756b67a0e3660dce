/** What the dates and labels of a secret tell of its rotations, without a call of the function. Pure. */
import { HOUR } from './pause.ts';
import type { SecretDescription, VersionId } from './versions.ts';
import { CURRENT, holder, PENDING } from './versions.ts';

/** Milliseconds. `duration` is that of the rotation rules: `3h`; absent, an hour is what is given here. */
export function windowMs(duration: string | undefined): number {
  return Number(/^(\d+)h$/.exec(String(duration))?.[1] ?? 1) * HOUR;
}

/** The version of a rotation that is not at its end. */
export function unfinished(labels: SecretDescription['labels']): VersionId | undefined {
  const pending = holder(labels, PENDING);
  return pending === holder(labels, CURRENT) ? undefined : pending;
}

/** The end of a window that has passed by `now` (epoch milliseconds): of the one after the last moment to begin, or of that in which a version was made. */
export function endOf(began: Date | undefined, window: number, now: number): Date | undefined {
  const end = began === undefined ? undefined : new Date(began.getTime() + window);
  return end !== undefined && end.getTime() < now ? end : undefined;
}
