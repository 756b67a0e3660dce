/** Writes share few calls a second in a whole region: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
import { isThrottled, nameOf } from '../../aws/service-error.ts';
import { pause } from '../../rotation/pause.ts';

/** Milliseconds, at most. Whoever has set a password that AWSCURRENT does not name yet comes again sooner, and is let in before others. */
const LONGEST_WAIT_MS = 4_000;
const PROMOTION_WAIT_MS = 500;
/** Readers are refused meanwhile; after that the change is better taken back. */
const PROMOTION_MS = 8_000;
/** Kept of the function's time: 4 s for looks at the label, the undo and the login that proves it, before the signal aborts. */
export const TAKING_BACK_MS = 6_500;

interface Command {
  readonly middlewareStack: object;
}

/**
 * Who is turned away comes again: a write until the signal aborts, a promotion for some seconds, and not in the time that taking the
 * change back needs. Then it fails as it was turned away last; but where one try failed otherwise, as that one did: it may have been
 * taken, and THROTTLED says that none was. Others wait as well, so each waits a time of its own.
 * `send` sends the command, as often as it is called. `takeBackAt` (epoch milliseconds) is there for a promotion: not after that.
 */
export async function onceAdmitted<T>(
  command: Command,
  send: () => Promise<T>,
  signal: AbortSignal,
  takeBackAt?: number,
): Promise<T> {
  const wait = pause(signal);
  const until = takeBackAt && Math.min(Date.now() + PROMOTION_MS, takeBackAt);
  let turnedAway: unknown;
  let inDoubt: unknown;
  keepFromRepeats(command, (error) => (inDoubt = error));
  for (;;) {
    try {
      return await send();
    } catch (thrown) {
      const error = thrown instanceof TurnedAway ? thrown.cause : thrown;
      // What the signal aborts meanwhile says nothing of why there was a second try.
      if (!isThrottled(error)) throw nameOf(error) === 'AbortError' ? (turnedAway ?? error) : error;
      turnedAway = inDoubt ?? error;
      if (until && Date.now() > until) throw turnedAway;
      await wait(Math.random() * (until ? PROMOTION_WAIT_MS : LONGEST_WAIT_MS)).catch(() => {
        throw turnedAway;
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

/** The SDK repeats what fails otherwise, and tells of the last try only: `failed` hears of each, and gives it back. */
function keepFromRepeats({ middlewareStack }: Command, failed: (error: unknown) => unknown): void {
  const keep = (next: Handler) => (args: object) =>
    next(args).catch((cause) => {
      throw isThrottled(cause) ? new TurnedAway('', { cause }) : failed(cause);
    });
  // Inside of the SDK's own repeats.
  (middlewareStack as Stack).add(keep, { step: 'finalizeRequest', priority: 'low' });
}
