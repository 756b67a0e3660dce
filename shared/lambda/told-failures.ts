/** One cause is one message, and not one for every repeat of the step. */
import type { ErrorCode } from '../rotation/errors.ts';
import { HOUR } from '../rotation/pause.ts';
import type { WorkingCredential } from '../rotation/rotation.ts';
import { CURRENT, PENDING, PREVIOUS } from '../rotation/versions.ts';

/** One step of one rotation. */
interface Task {
  readonly secretId: string;
  readonly token: string;
  readonly step: string;
}

export interface Cause extends Task {
  readonly code: ErrorCode;
  readonly working: WorkingCredential;
  /** When the system was seen to take the new credential. */
  readonly refusedSince?: Date | undefined;
}

export interface SeenFailure {
  /** How often this step has failed in this way, one after the other. */
  readonly attempt: number;
  /** Should people hear of it? */
  readonly isNews: boolean;
  /** Since when applications that read AWSCURRENT are refused, as far as it is known. Undefined: they were not seen to be. */
  readonly since?: Date;
  /** To be called once people were told. A message that was not published is tried again at the next attempt. */
  told(): void;
}

type Remembered = Omit<Cause, 'refusedSince'> & { attempt: number; since?: Date; toldAt?: number };

/** Rotations that a process remembers at once. */
const MOST = 500;

/** Is AWSCURRENT refused while something else, or nothing, opens the system? That was seen, and is no guess. */
export function isCutOff(working: WorkingCredential): boolean {
  return working === PENDING || working === PREVIOUS || working === 'none';
}

/**
 * Remembers failures for as long as the process lives. A new process remembers none, so a message may come twice, and is never lost.
 * The first attempt is news, then the 4th, 8th, 16th and so on, and whatever comes an hour after the last message. Another code, or
 * another credential that works, is another cause.
 */
export function failureMemory(now: () => number = Date.now): {
  see(cause: Cause): SeenFailure;
  /** The step is done: if it fails again, that is news. Gives since when AWSCURRENT was refused before that, as far as it is known. */
  passed(task: Task): Date | undefined;
  /** Were people told of a failure of this secret, and not yet that it is over? From now on they are. */
  isOver(secretId: string): boolean;
} {
  const failures = new Map<string, Remembered>();
  const open = new Set<string>();
  return {
    isOver: (secretId) => open.delete(secretId),
    passed(task) {
      const since = failures.get(keyOf(task))?.since;
      failures.delete(keyOf(task));
      return since;
    },
    see({ refusedSince, ...cause }) {
      const key = keyOf(cause);
      const last = failures.get(key);
      const isSame = last?.code === cause.code && last.working === cause.working;
      // What was seen to work again is refused from another moment on.
      const known = cause.working === CURRENT ? undefined : (last?.since ?? refusedSince);
      const since = isCutOff(cause.working) ? (known ?? new Date(now())) : known;
      const failure: Remembered = {
        ...cause,
        attempt: isSame ? last.attempt + 1 : 1,
        ...(since && { since }),
        ...(isSame && last.toldAt !== undefined && { toldAt: last.toldAt }),
      };
      failures.delete(key);
      failures.set(key, failure);
      for (const oldest of failures.keys()) if (failures.size > MOST) failures.delete(oldest);
      return {
        attempt: failure.attempt,
        isNews: isNews(failure, now()),
        ...(since && isCutOff(cause.working) && { since }),
        told: () => {
          failure.toldAt = now();
          open.add(cause.secretId);
          for (const oldest of open) if (open.size > MOST) open.delete(oldest);
        },
      };
    },
  };
}

function keyOf({ secretId, token, step }: Task): string {
  return JSON.stringify([secretId, token, step]);
}

function isNews({ attempt, toldAt }: Remembered, now: number): boolean {
  if (toldAt === undefined || now - toldAt >= HOUR) return true;
  return attempt >= 4 && Number.isInteger(Math.log2(attempt));
}
