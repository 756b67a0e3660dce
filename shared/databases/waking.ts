/** Servers that sleep while nobody uses them, and those that start: they need seconds before they take a login. */
import { advised, type RotationError } from '../rotation/errors.ts';
import type { RotationContext } from '../rotation/strategy.ts';
import { CONNECT_MS, outOfTime, type Target } from './reach.ts';

/** Aurora Serverless at 0 ACU needs about 15: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html */
const WAKE_MS = 20_000;
const PAUSE_MS = 1000;
/** In less no server that has been asleep lets anybody in. */
const LEAST_MS = 500;

/** Why a login did not come about that may come about soon. Without pg_hba.conf, which a waking server reads last, it admits nobody. */
export type Why = 'asleep' | 'full' | 'admits nobody';

/** From the first such answer on: a burst of connections passes soon, and what is so for good is told of soon. */
const PATIENCE_MS: Readonly<Record<Why, number>> = { asleep: WAKE_MS, full: 5000, 'admits nobody': 5000 };

/** Of 'admits nobody' nothing more: who has said so to the end is awake, and its error says what to do. */
const ADVICE: Readonly<Partial<Record<Why, string>>> = {
  asleep: 'the server may be paused or starting',
  full: 'no place came free',
};

/** What an attempt throws in place of an error that a sleeping server, too, would have led to. */
export class Unheard {
  readonly error: RotationError;
  readonly why: Why;

  constructor(error: RotationError, why: Why = 'asleep') {
    this.error = error;
    this.why = why;
  }
}

/**
 * Opens a connection. `open` is given the milliseconds that it may take. A server that may sleep is tried again, and waited for longer;
 * so is one that is full, or admits nobody, for less time; not where it has answered in this step already (`ctx.awake`): then its silence
 * is news, which applications may be waiting for. Throws DeadlineError where the function had no time left before anything was tried; what
 * was seen of a server until time was up is told as that.
 */
export async function untilAwake<T>(
  ctx: RotationContext,
  at: Pick<Target, 'host' | 'port'>,
  open: (milliseconds: number) => Promise<T>,
): Promise<T> {
  if (ctx.signal.aborted) throw outOfTime(at, 'check that the function reaches the server');
  const begun = performance.now();
  const since: Partial<Record<Why, number>> = {};
  for (let waited = 0; ; ) {
    ctx.loginTried?.();
    try {
      return await open(ctx.awake ? CONNECT_MS : WAKE_MS - waited);
    } catch (thrown) {
      if (!(thrown instanceof Unheard)) throw thrown;
      const { error, why } = thrown;
      if (ctx.awake) throw error;
      waited = Math.max(waited, performance.now() - begun);
      since[why] ??= waited;
      // Those who were turned away together do not come back together.
      const pause = why === 'full' ? PAUSE_MS * (0.25 + Math.random()) : PAUSE_MS;
      // Pauses count, also where a test lets them take no time.
      waited += pause;
      const left = Math.min(WAKE_MS - waited, PATIENCE_MS[why] - (waited - since[why]));
      const paused =
        left > LEAST_MS &&
        !ctx.signal.aborted &&
        (await ctx.pause(pause).then(
          () => true,
          () => false,
        ));
      if (paused) continue;
      const seconds = Math.round((performance.now() - begun) / 1000);
      throw ADVICE[why] === undefined ? error : advised(error, `${ADVICE[why]}: it was waited for ${seconds} s`);
    }
  }
}
