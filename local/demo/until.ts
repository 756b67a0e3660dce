import { setTimeout as delay } from 'node:timers/promises';

/** Resolves when `isSo` says yes, or when the time is up: what did not come shows in the figures. */
export async function until(isSo: () => boolean, limitMs: number, signal: AbortSignal): Promise<void> {
  const end = Date.now() + limitMs;
  while (!isSo() && Date.now() < end) await delay(2, undefined, { signal });
}
