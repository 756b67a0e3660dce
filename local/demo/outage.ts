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
