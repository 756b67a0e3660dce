/** Servers that sleep while nobody uses them, and those that start: they need seconds before they take a login. */
import { advised, type RotationError } from '../rotation/errors.ts';
import type { RotationContext } from '../rotation/strategy.ts';
import { CONNECT_MS } from './reach.ts';

/** Aurora Serverless at 0 ACU needs about 15: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html */
export const WAKE_MS = 20_000;
const PAUSE_MS = 1000;

/** For a burst of connections to pass. A server that is full for good is told of soon. */
const FULL_MS = 5000;

/** What an attempt throws in place of an error that a sleeping server, too, would have led to. */
export class Unheard {
  readonly error: RotationError;
  /** The server has no room for another connection. */
  readonly isFull: boolean;

  constructor(error: RotationError, { isFull = false } = {}) {
    this.error = error;
    this.isFull = isFull;
  }
}

/**
 * Opens a connection. `open` is given the milliseconds that it may take. A server that may sleep is tried again, and waited for longer;
 * so is one that is full, for less time; not where it has answered in this step already (`ctx.awake`): then its silence is news, which applications may be waiting for.
 */
export async function untilAwake<T>(ctx: RotationContext, open: (milliseconds: number) => Promise<T>): Promise<T> {
  const begun = performance.now();
  for (let left = WAKE_MS; ; ) {
    try {
      return await open(ctx.awake ? CONNECT_MS : left);
    } catch (thrown) {
      if (!(thrown instanceof Unheard)) throw thrown;
      if (ctx.awake) throw thrown.error;
      // Those who were turned away together do not come back together.
      const pause = thrown.isFull ? PAUSE_MS * (0.25 + Math.random()) : PAUSE_MS;
      // Pauses count, also where a test lets them take no time.
      left = Math.min(left - pause, (thrown.isFull ? FULL_MS : WAKE_MS) - (performance.now() - begun));
      const paused =
        left > PAUSE_MS &&
        !ctx.signal.aborted &&
        (await ctx.pause(pause).then(
          () => true,
          () => false,
        ));
      if (paused) continue;
      const seconds = Math.round((performance.now() - begun) / 1000);
      const why = thrown.isFull ? 'no place came free' : 'the server may be paused or starting';
      throw advised(thrown.error, `${why}: it was waited for ${seconds} s`);
    }
  }
}
