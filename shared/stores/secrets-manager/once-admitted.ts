/** Writes share few calls a second in a whole region: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
import { isThrottled, nameOf } from '../../aws/service-error.ts';
import { pause } from '../../rotation/pause.ts';

/** Milliseconds, at most. Whoever has set a password that AWSCURRENT does not name yet comes again sooner, and is let in before others. */
const LONGEST_WAIT = { write: 4_000, promotion: 500 } as const;
/** Readers are refused meanwhile; after that the change is better taken back. */
const PROMOTION_MS = 8_000;

interface Command {
  readonly middlewareStack: object;
}

/**
 * Who is turned away comes again: a write until the signal aborts, a promotion for some seconds. Then it fails as it was turned away
 * last. Others wait as well, so each waits a time of its own.
 * `send` sends the command, as often as it is called.
 */
export async function onceAdmitted<T>(
  command: Command,
  send: () => Promise<T>,
  signal: AbortSignal,
  kind: keyof typeof LONGEST_WAIT = 'write',
): Promise<T> {
  const wait = pause(signal);
  const began = Date.now();
  let turnedAway: unknown;
  keepFromRepeats(command);
  for (;;) {
    try {
      return await send();
    } catch (thrown) {
      const error = thrown instanceof TurnedAway ? thrown.cause : thrown;
      // What the signal aborts meanwhile says nothing of why there was a second try.
      if (!isThrottled(error)) throw nameOf(error) === 'AbortError' ? (turnedAway ?? error) : error;
      turnedAway = error;
      if (kind === 'promotion' && Date.now() - began > PROMOTION_MS) throw error;
      await wait(Math.random() * LONGEST_WAIT[kind]).catch(() => {
        throw error;
      });
    }
  }
}

/** A throttled answer that the SDK does not repeat: its waits double, so promotions are late, and its four tries a turn crowd them out. */
class TurnedAway extends Error {}

type Handler = (args: object) => Promise<object>;
interface Stack {
  add(middleware: (next: Handler) => Handler, options: object): void;
}

function keepFromRepeats({ middlewareStack }: Command): void {
  const keep = (next: Handler) => (args: object) =>
    next(args).catch((cause) => {
      throw isThrottled(cause) ? new TurnedAway('throttled', { cause }) : cause;
    });
  // Inside of the SDK's own repeats.
  (middlewareStack as Stack).add(keep, { step: 'finalizeRequest', priority: 'low', name: 'keepFromRepeats' });
}
