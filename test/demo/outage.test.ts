import { describe, expect, it } from 'vitest';
import { type Attempt, barOf, outageOf } from '../../demo/outage.ts';

/** Logins that end at these times. */
const attempts = (...all: [Attempt['outcome'], number][]): Attempt[] =>
  all.map(([outcome, endedAt]) => ({ outcome, startedAt: endedAt - 5, endedAt }));

describe('an outage', () => {
  it('is none when every login opens', () => {
    const outage = outageOf(attempts(['opened', 10], ['opened', 20]));

    expect(outage).toEqual({ logins: 2, refused: 0, failed: 0, ms: 0 });
  });

  it('lasts from the first refused login to the next one that opens', () => {
    const outage = outageOf(attempts(['opened', 10], ['refused', 20], ['refused', 30], ['opened', 47], ['opened', 60]));

    expect(outage).toEqual({ logins: 5, refused: 2, failed: 0, ms: 27 });
  });

  it('adds up when there are several', () => {
    const outage = outageOf(attempts(['refused', 10], ['opened', 12], ['refused', 20], ['opened', 25]));

    expect(outage.ms).toBe(7);
  });

  it('is endless when no login opens again', () => {
    const outage = outageOf(attempts(['opened', 10], ['refused', 20]));

    expect(outage.ms).toBe(Number.POSITIVE_INFINITY);
  });

  it('counts other failures apart, and they end nothing', () => {
    const outage = outageOf(attempts(['refused', 10], ['failed', 20], ['opened', 30]));

    expect(outage).toEqual({ logins: 3, refused: 1, failed: 1, ms: 20 });
  });
});

describe('the bar of logins', () => {
  const login = (outcome: Attempt['outcome'], version?: string): Attempt => ({
    outcome,
    startedAt: 0,
    endedAt: 5,
    ...(version !== undefined && { version }),
  });
  const many = (count: number, one: Attempt) => Array.from({ length: count }, () => one);

  it('shows each login, with which value it was, and what was refused', () => {
    const bar = barOf([
      ...many(3, login('opened', 'a')),
      ...many(2, login('refused', 'a')),
      login('failed'),
      ...many(2, login('opened', 'b')),
    ]);

    expect(bar).toBe('···xx!▇▇');
  });

  it('hides no refusal where one sign is for many logins', () => {
    const bar = barOf(
      [...many(500, login('opened', 'a')), login('refused', 'a'), ...many(499, login('opened', 'b'))],
      10,
    );

    expect(bar).toBe('·····x▇▇▇▇');
  });

  it('is empty without a login', () => {
    expect(barOf([])).toBe('');
  });
});
