interface Entry<T> {
  now: T;
  readonly before: T | undefined;
  /** How many reads still see `before`. */
  lag: number;
}

/**
 * Values by key. For some reads after a write, a read still sees what was there before it: eventual consistency.
 * `faults` says how many reads lag; at the moment of a read, too, so that it can be taken back.
 */
export function lagging<T>(faults: { readonly staleReads: number }) {
  const entries = new Map<string, Entry<T>>();
  return {
    /** As of now, in the order in which the keys came; `start` is what the key begins with. */
    values: (start = ''): T[] => [...entries].filter(([key]) => key.startsWith(start)).map(([, { now }]) => now),
    get: (key: string): T | undefined => entries.get(key)?.now,
    /** As a reader sees it, which uses up one of the reads that lag. */
    read(key: string): T | undefined {
      const entry = entries.get(key);
      if (!entry || Math.min(entry.lag, faults.staleReads) <= 0) return entry?.now;
      entry.lag -= 1;
      return entry.before;
    },
    set: (key: string, now: T) => void entries.set(key, { now, before: entries.get(key)?.now, lag: faults.staleReads }),
    /** Changes what there is now, without a lag: no write that a reader waits for. */
    amend(key: string, change: (value: T) => T): void {
      const entry = entries.get(key);
      if (entry) entry.now = change(entry.now);
    },
    /** Ends the lag of the latest write. */
    settle(key: string): void {
      const entry = entries.get(key);
      if (entry) entry.lag = 0;
    },
    delete: (key: string) => void entries.delete(key),
    clear: () => entries.clear(),
  };
}
