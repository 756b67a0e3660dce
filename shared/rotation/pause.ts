/** How long things take: pauses between two looks, and the times of day and of Lambda that rules are made of. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds, as everywhere. */
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** Lambda's longest, for when nobody says how long a function may live. */
export const LONGEST_INVOCATION_MS = 900_000;

/** Waits so many milliseconds. */
export type Pause = (milliseconds: number) => Promise<void>;

/** Its pauses end when the signal aborts, and reject with the signal's reason. */
export function pause(signal: AbortSignal): Pause {
  return (milliseconds) => sleep(milliseconds, undefined, { signal }).catch(() => signal.throwIfAborted());
}

/**
 * For reads that may lag the write before them: reads until `good` says yes or the pauses (milliseconds) are used up, and gives
 * the last thing read.
 */
export async function patiently<T>(
  read: () => Promise<T>,
  good: (value: T) => boolean,
  pauses: readonly number[],
  wait: Pause,
): Promise<T> {
  let value = await read();
  for (const milliseconds of pauses) {
    if (good(value)) break;
    await wait(milliseconds);
    value = await read();
  }
  return value;
}
