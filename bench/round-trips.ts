interface Request {
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly durationMs: number;
}

/** The longest chain of calls of which each began after the one before had ended. Give each call a delay, so that this shows. */
export function roundTrips(requests: readonly Request[]): number {
  const depths: { readonly endedAt: number; readonly depth: number }[] = [];
  for (const { startedAt, durationMs } of [...requests].sort((a, b) => a.startedAt - b.startedAt)) {
    const before = depths.filter(({ endedAt }) => endedAt <= startedAt + 1).map(({ depth }) => depth);
    depths.push({ endedAt: startedAt + durationMs, depth: 1 + Math.max(0, ...before) });
  }
  return Math.max(0, ...depths.map(({ depth }) => depth));
}
