/** Many rotations: the oldest first, a few as canaries before all others, not too many at once, those of one server apart. */
import type { Outcome } from './rotation.ts';

export interface Waves<T> {
  /** How many go first, and must pass unless `keepGoing`. */
  readonly canary: number;
  readonly concurrency: number;
  readonly perServer: number;
  /** Undefined: it is of no server, and need not be kept apart. */
  serverOf(one: T): Promise<string | undefined>;
  rotate(one: T): Promise<Outcome>;
  /** Go on after a failure. */
  readonly keepGoing: boolean;
  readonly signal: AbortSignal;
  onOutcome(outcome: Outcome): void;
}

export interface Result<T> {
  readonly outcomes: readonly Outcome[];
  readonly notBegun: readonly T[];
  /** Begun, and nobody waits for it any more: it goes on in AWS. */
  readonly unseen: readonly T[];
}

/** What has begun is waited for, whatever happens to the others. An error of `rotate` is thrown after that. */
export async function inWaves<T>(all: readonly T[], waves: Waves<T>): Promise<Result<T>> {
  const canaries = all.slice(0, waves.canary);
  const first = await wave(canaries, waves);
  const hasFailed = first.outcomes.some(({ result }) => result !== 'rotated');
  const others = all.slice(waves.canary);
  if (first.notBegun.length > 0 || (hasFailed && !waves.keepGoing)) {
    return { ...first, notBegun: [...first.notBegun, ...others] };
  }
  const rest = await wave(others, waves);
  return {
    outcomes: [...first.outcomes, ...rest.outcomes],
    notBegun: rest.notBegun,
    unseen: [...first.unseen, ...rest.unseen],
  };
}

async function wave<T>(all: readonly T[], waves: Waves<T>): Promise<Result<T>> {
  const waiting = [...all];
  const busy = new Map<string, number>();
  const servers = new Map<T, string | undefined>();
  const outcomes: Outcome[] = [];
  const unseen: T[] = [];
  const running = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;
  let isStopped = false;

  const free = async (): Promise<T | undefined> => {
    for (const one of waiting) {
      if (!servers.has(one)) servers.set(one, waves.concurrency > 1 ? await waves.serverOf(one) : undefined);
      const server = servers.get(one);
      if (server === undefined || (busy.get(server) ?? 0) < waves.perServer) return one;
    }
    return undefined;
  };
  const begin = (one: T) => {
    waiting.splice(waiting.indexOf(one), 1);
    const server = servers.get(one);
    if (server !== undefined) busy.set(server, (busy.get(server) ?? 0) + 1);
    const work = waves
      .rotate(one)
      .then(
        (outcome) => {
          outcomes.push(outcome);
          waves.onOutcome(outcome);
          isStopped ||= outcome.result !== 'rotated' && !waves.keepGoing;
        },
        (error: unknown) => {
          failure ??= { error };
          unseen.push(one);
        },
      )
      .finally(() => {
        if (server !== undefined) busy.set(server, (busy.get(server) ?? 1) - 1);
        running.delete(work);
      });
    running.add(work);
  };

  while (waiting.length > 0 && !isStopped && failure === undefined && !waves.signal.aborted) {
    const next = running.size < waves.concurrency ? await free() : undefined;
    if (next !== undefined) begin(next);
    else await Promise.race(running);
  }
  await Promise.all(running);
  if (failure !== undefined && !waves.signal.aborted) throw failure.error;
  return { outcomes, notBegun: waiting, unseen };
}
