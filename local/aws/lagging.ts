/** Values by key. For some reads after a write, a read still sees what was there before it: eventual consistency. */
export interface Lagging<T> {
  /** As of now, in the order in which the keys came. */
  values(): T[];
  get(key: string): T | undefined;
  /** As a reader sees it, which uses up one of the reads that lag. */
  read(key: string): T | undefined;
  set(key: string, value: T): void;
  /** Changes what there is now, without a lag: no write that a reader waits for. */
  amend(key: string, change: (value: T) => T): void;
  /** Ends the lag of the latest write. */
  settle(key: string): void;
  delete(key: string): void;
  clear(): void;
}

interface Entry<T> {
  now: T;
  readonly before: T | undefined;
  /** How many reads still see `before`. */
  lag: number;
}

/** `faults` says how many reads lag; at the moment of a read, too, so that it can be taken back. */
export function lagging<T>(faults: { readonly staleReads: number }): Lagging<T> {
  const entries = new Map<string, Entry<T>>();
  return {
    values: () => [...entries.values()].map(({ now }) => now),
    get: (key) => entries.get(key)?.now,
    read(key) {
      const entry = entries.get(key);
      if (!entry || Math.min(entry.lag, faults.staleReads) <= 0) return entry?.now;
      entry.lag -= 1;
      return entry.before;
    },
    set: (key, now) => void entries.set(key, { now, before: entries.get(key)?.now, lag: faults.staleReads }),
    amend(key, change) {
      const entry = entries.get(key);
      if (entry) entry.now = change(entry.now);
    },
    settle(key) {
      const entry = entries.get(key);
      if (entry) entry.lag = 0;
    },
    delete: (key) => void entries.delete(key),
    clear: () => entries.clear(),
  };
}
