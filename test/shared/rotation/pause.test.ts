import { describe, expect, it } from 'vitest';
import { DAY, HOUR, LONGEST_INVOCATION_MS, patiently, pause } from '../../../shared/rotation/pause.ts';
import { carries, holder } from '../../../shared/rotation/versions.ts';

it('an hour, a day, and what Lambda allows, in milliseconds', () => {
  expect([HOUR, DAY, LONGEST_INVOCATION_MS]).toEqual([60 * 60 * 1000, 24 * 60 * 60 * 1000, 15 * 60 * 1000]);
});

describe('a pause', () => {
  it('lasts as long as was asked for', async () => {
    const started = performance.now();

    await pause(new AbortController().signal)(30);

    expect(performance.now() - started).toBeGreaterThan(25);
  });

  it('ends when the signal aborts, with its reason', async () => {
    const stop = new AbortController();
    const reason = new Error('out of time');
    setTimeout(() => stop.abort(reason), 5);

    await expect(pause(stop.signal)(60_000)).rejects.toBe(reason);
  });
});

describe('patiently', () => {
  const reading = async (values: readonly number[], pauses: readonly number[]) => {
    const left = [...values];
    const waited: number[] = [];
    const read = async () => left.shift() ?? 0;
    const value = await patiently(
      read,
      (seen) => seen > 2,
      pauses,
      async (ms) => void waited.push(ms),
    );
    return { value, waited, left };
  };

  it.each([
    ['at once when the first is good', [3, 4], [10, 20], { value: 3, waited: [], left: [4] }],
    ['until one is good', [1, 3, 4], [10, 20], { value: 3, waited: [10], left: [4] }],
    ['until the pauses are used up', [1, 2, 0, 4], [10, 20], { value: 0, waited: [10, 20], left: [4] }],
    ['once without a pause', [1, 4], [], { value: 1, waited: [], left: [4] }],
  ])('reads %s', async (_what, values, pauses, expected) => {
    expect(await reading(values, pauses)).toEqual(expected);
  });
});

describe('labels', () => {
  const labels = { one: ['AWSPREVIOUS', 'of its owner'], two: ['AWSPENDING', 'AWSCURRENT'] };

  it('have one holder, or none', () => {
    expect([holder(labels, 'AWSCURRENT'), holder({ one: [] }, 'AWSCURRENT')]).toEqual(['two', undefined]);
  });

  it.each([
    ['two', true],
    ['one', false],
    ['three', false],
    ['constructor', false],
  ])('AWSCURRENT is on %s: %s', (version, expected) => {
    expect(carries(labels, version, 'AWSCURRENT')).toBe(expected);
  });
});
