/** Writes share few calls a second in a whole region: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
import { isThrottled, nameOf } from '../../aws/service-error.ts';
import { pause } from '../../rotation/pause.ts';

const [FIRST_MS, LONGEST_MS] = [1_000, 8_000];

/**
 * Who is turned away, also after the SDK's own repeats, comes again until the signal aborts, and then fails as it was turned away last.
 * Others wait as well, so each waits a time of its own.
 */
export async function onceAdmitted<T>(send: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const wait = pause(signal);
  let turnedAway: unknown;
  for (let longest = FIRST_MS; ; longest = Math.min(2 * longest, LONGEST_MS)) {
    try {
      return await send();
    } catch (error) {
      // What the signal aborts inside of the SDK's own repeats says nothing of why they were needed.
      if (!isThrottled(error)) throw nameOf(error) === 'AbortError' ? (turnedAway ?? error) : error;
      turnedAway = error;
      await wait(Math.random() * longest).catch(() => {
        throw error;
      });
    }
  }
}
