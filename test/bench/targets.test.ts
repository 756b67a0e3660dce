import { describe, expect, it } from 'vitest';
import { comparisonRows } from '../../bench/against.ts';
import type { RotationFigures } from '../../bench/rotations.ts';
import { spread } from '../../bench/statistics.ts';
import { table } from '../../bench/table.ts';
import { bundleRows, failures, rotationRows } from '../../bench/targets.ts';
import { createPaint } from '../../terminal/paint.ts';

const counts = { calls: 10, roundTrips: 7, logins: 2, refusedLogins: 0, statements: 9 };
const checkedIn = { postgres: { 'single-user': counts, 'alternating-users': { ...counts, calls: 11, logins: 3 } } };
const good: RotationFigures = {
  engine: 'postgres',
  strategy: 'single-user',
  mode: 'warm',
  delayMs: 0,
  ...counts,
  rotationMs: spread([50, 60, 70]),
  firstMs: 200,
  stepMs: {},
  outageMs: spread([20, 30]),
  clientRefused: spread([1, 2]),
  clientLogins: 90,
  clientFailed: 0,
  floor: { loginMs: 10, callMs: 1 },
};
const pair: RotationFigures = { ...good, strategy: 'alternating-users', calls: 11, logins: 3 };
const missed = (figures: RotationFigures) => failures(rotationRows(figures, checkedIn)).map(({ figure }) => figure);

describe('spread', () => {
  it.each([
    [[3, 1, 2], { n: 3, median: 2, min: 1, max: 3 }],
    [[4, 1, 2, 3], { n: 4, median: 2.5, min: 1, max: 4 }],
    [[7], { n: 1, median: 7, min: 7, max: 7 }],
  ])('of %j is found', (values, expected) => {
    const found = spread(values);

    expect(found).toEqual(expected);
  });
});

describe('targets', () => {
  it('are met by a rotation as it should be', () => {
    const rows = rotationRows(good, checkedIn);

    expect(rows.filter(({ met }) => met === false)).toEqual([]);
  });

  it.each([
    ['one call too many', { calls: 11 }, ['Secrets Manager calls']],
    ['one login too many', { logins: 3 }, ['logins']],
    ['one more answer waited for', { roundTrips: 8 }, ['round trips']],
    ['one statement too many', { statements: 10 }, ['statements']],
    ['a refused login', { refusedLogins: 1 }, ['refused logins']],
    ['a login that failed strangely', { clientFailed: 1 }, ['other client failures']],
  ])('fail the run for %s', (_, change, expected) => {
    const found = missed({ ...good, ...change });

    expect(found).toEqual(expected);
  });

  it.each([[pair], [{ ...good, strategy: 'dual-password' as const }]])(
    'fail the run for any outage where there shall be none: $strategy',
    (figures) => {
      const outage = { outageMs: spread([0, 0, 9]), clientRefused: spread([0, 0, 1]) };

      const found = missed({ ...figures, ...outage });

      expect(found).toEqual(['outage, longest', 'client refused, most']);
    },
  );

  it('of time are marked when missed, and fail nothing', () => {
    const slow = { ...good, outageMs: spread([80]) };

    const rows = rotationRows(slow, checkedIn);

    expect(rows.find(({ figure }) => figure === 'outage')?.met).toBe(false);
    expect(failures(rows)).toEqual([]);
  });

  it('leave out what nobody has counted before', () => {
    const rows = rotationRows({ ...good, calls: 99 }, {});

    expect(rows.find(({ figure }) => figure === 'Secrets Manager calls')).not.toHaveProperty('met');
  });

  it('set times in relation to bare calls and logins of the same run', () => {
    const rows = rotationRows(good, checkedIn);

    expect(rows.find(({ figure }) => figure === 'rotation')).toMatchObject({ beside: 27, ratio: 60 / 27 });
    expect(rows.find(({ figure }) => figure === 'outage')).toMatchObject({ beside: 11, ratio: 25 / 11 });
  });

  it('say nothing of times where only counts were wanted', () => {
    const rows = rotationRows({ ...good, rotationMs: spread([]), outageMs: spread([]) }, checkedIn);

    expect(rows.map(({ figure }) => figure)).toEqual([
      'Secrets Manager calls',
      'round trips',
      'logins',
      'refused logins',
      'statements',
    ]);
  });

  it.each([
    [100, 3.5, false],
    [50, 3.5, true],
    [50, 9, true],
    [100, 9, undefined],
  ])('judge an init of %d ms, where an empty module takes %d ms, as met: %s', (ms, emptyMs, met) => {
    const bundles = [{ name: 'postgres', zipBytes: 150_000, initMs: spread([ms]) }];

    const rows = bundleRows({ bundles, emptyMs: spread([emptyMs]) });

    expect(rows.find(({ figure }) => figure === 'init')?.met).toBe(met);
  });

  it.each([
    ['postgres', 200_000, ['zip']],
    ['mysql', 200_000, []],
    ['mysql', 600_000, ['zip']],
  ])('judge a zip of %s that has %d bytes: %j', (name, zipBytes, expected) => {
    const bundles = [{ name, zipBytes, initMs: spread([10]) }];

    const rows = bundleRows({ bundles, emptyMs: spread([3]) });

    expect(failures(rows).map(({ figure }) => figure)).toEqual(expected);
  });

  it('say nothing of logins where the server does not tell', () => {
    const { logins: _, ...untold } = good;

    const rows = rotationRows(untold, checkedIn);

    expect(rows.map(({ figure }) => figure)).not.toContain('logins');
  });
});

describe('the comparison with a template', () => {
  const theirs = { ...good, calls: 14, refusedLogins: 1, rotationMs: spread([100]), outageMs: spread([250]) };

  it('judges the part of its time that ours takes, and fails nothing', () => {
    const rows = comparisonRows(good, theirs);

    expect(rows.find(({ figure }) => figure === 'rotation')).toMatchObject({ ratio: 0.6, target: 0.5, met: false });
    expect(rows.find(({ figure }) => figure === 'outage')).toMatchObject({ ratio: 0.1, target: 0.2, met: true });
    expect(rows.find(({ figure }) => figure === 'refused logins')).toMatchObject({ value: 0, beside: 1 });
    expect(failures(rows)).toEqual([]);
  });

  it.each([
    [good, 'rotation', 0.5],
    [pair, 'rotation', 0.65],
    [{ ...good, mode: 'cold' as const }, 'rotation', 0.45],
    [{ ...good, mode: 'cold' as const }, 'outage', 0.03],
  ])('of %o wants %s to be at most %d of theirs', (ours, name, target) => {
    const rows = comparisonRows(ours, theirs);

    expect(rows.find(({ figure }) => figure === name)).toMatchObject({ target, isOfRatio: true });
  });

  it('has no outage where ours has none', () => {
    const rows = comparisonRows(pair, theirs);

    expect(rows.map(({ figure }) => figure)).not.toContain('outage');
  });
});

describe('the table', () => {
  it('fits 80 columns', () => {
    const slow = { ...pair, rotationMs: spread([1234, 1111, 2222]), outageMs: spread([Number.POSITIVE_INFINITY]) };

    const text = table(rotationRows(slow, checkedIn), createPaint({ isTTY: false } as NodeJS.WriteStream), 'floor');

    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(text).toMatch(/outage, longest +inf ms +0 MISSED/);
  });
});
