/** One login of a client that fetched AWSCURRENT just before. Milliseconds on the client's own clock. */
export interface Attempt {
  readonly startedAt: number;
  readonly endedAt: number;
  /** `failed`: something else went wrong than a refused password. */
  readonly outcome: 'opened' | 'refused' | 'failed';
  /** Version id of the value that it used. */
  readonly version?: string;
  readonly error?: string;
}

export interface Outage {
  readonly logins: number;
  readonly refused: number;
  readonly failed: number;
  /** From the first refused login to the next one that opened; the sum where there were several. Infinite when none opened again. */
  readonly ms: number;
}

export function outageOf(attempts: readonly Attempt[]): Outage {
  let ms = 0;
  let since: number | undefined;
  for (const { outcome, endedAt } of attempts) {
    if (outcome === 'opened' && since !== undefined) {
      ms += endedAt - since;
      since = undefined;
    } else if (outcome === 'refused') since ??= endedAt;
  }
  const count = (wanted: Attempt['outcome']) => attempts.filter(({ outcome }) => outcome === wanted).length;
  return {
    logins: attempts.length,
    refused: count('refused'),
    failed: count('failed'),
    ms: since === undefined ? ms : Number.POSITIVE_INFINITY,
  };
}

/** Signs of a bar: opened with the value that was there first, opened with another, refused, anything else. */
export const BAR = { first: '·', later: '▇', refused: 'x', failed: '!' } as const;

/** The logins in a row, a sign for each. Where they are more than `width`, a sign for some of them, and that of the worst. */
export function barOf(attempts: readonly Attempt[], width = 60): string {
  const first = attempts.find(({ version }) => version !== undefined)?.version;
  const signs = attempts.map(({ outcome, version }) =>
    outcome !== 'opened' ? BAR[outcome] : version === first ? BAR.first : BAR.later,
  );
  const slices = Math.min(width, signs.length);
  const from = (slice: number) => Math.floor((slice * signs.length) / slices);
  return Array.from({ length: slices }, (_, slice) => worst(signs.slice(from(slice), from(slice + 1)))).join('');
}

function worst(signs: readonly string[]): string {
  return [BAR.failed, BAR.refused, BAR.later].find((sign) => signs.includes(sign)) ?? BAR.first;
}
