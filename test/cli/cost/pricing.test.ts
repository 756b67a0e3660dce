import { describe, expect, it } from 'vitest';
import { pricesOf, sum } from '../../../cli/cost/pricing.ts';
import data from '../../../cli/prices.json' with { type: 'json' };

describe('prices', () => {
  it('are those of the region', () => {
    expect(pricesOf('eu-west-2')).toMatchObject({ region: 'eu-west-2', isStandIn: false });
  });

  it.each(['eu-central-2', 'constructor', ''])(
    'of a region without data (%j) are those of us-east-1, and say so',
    (region) => {
      expect(pricesOf(region)).toMatchObject({
        region: 'us-east-1',
        isStandIn: true,
        values: { secretMonth: data.regions['us-east-1'].secretMonth },
      });
    },
  );

  it('add up without the error of binary fractions', () => {
    expect(sum(Array.from({ length: 2003 }, () => 0.4))).toBe(801.2);
  });
});

describe('prices.json', () => {
  it('names a page for each region, and when somebody looked', () => {
    const named = new Set(data.sources.map((source) => source.for));

    expect(Object.keys(data.regions).filter((region) => !named.has(region))).toEqual([]);
    expect(data.sources.every(({ page }) => page.startsWith('https://'))).toBe(true);
    expect(Object.values(data.regions).every(({ asOf }) => /^\d{4}-\d\d-\d\d$/.test(asOf))).toBe(true);
  });

  it('prices the same things in each region', () => {
    const [first, ...others] = Object.values(data.regions).map((prices) => Object.keys(prices));
    const amounts = Object.values(data.regions).flatMap(({ asOf: _, ...prices }) => Object.values(prices));

    expect(others.every((keys) => keys.join() === first?.join())).toBe(true);
    expect(amounts.every((amount) => amount >= 0 && amount < 10)).toBe(true);
  });
});
