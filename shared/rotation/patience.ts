/** Reads that may lag the write before them are repeated, a little later each time. */
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Reads until `good` says yes or the pauses (milliseconds) are used up, and gives the last thing read.
 * Rejects with the signal's reason when it aborts meanwhile.
 */
export async function patiently<T>(
  read: () => Promise<T>,
  good: (value: T) => boolean,
  pauses: readonly number[],
  signal: AbortSignal,
): Promise<T> {
  let value = await read();
  for (const pause of pauses) {
    if (good(value)) break;
    await sleep(pause, undefined, { signal }).catch(() => signal.throwIfAborted());
    value = await read();
  }
  return value;
}
