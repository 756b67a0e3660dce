import { globSync } from 'node:fs';
import { expect, it } from 'vitest';
import { leftOut } from './left-out.ts';

const all = globSync('test/shared/databases/strategies/*-on-*.test.ts').sort();

it('some suites of strategies are left out of a run, by its seed, and never the same two', () => {
  const once = leftOut(['run'], '1', undefined);

  expect(once).toHaveLength(all.length - 9);
  expect(once).toEqual(leftOut(['run', '--reporter=dot'], '1', undefined));
  expect(all).toEqual(expect.arrayContaining(once));
  expect(once.some((file) => /(single|alternating)-users?-on-postgres/.test(file))).toBe(false);
});

it('each is played in some run', () => {
  const seeds = Array.from({ length: 40 }, (_, index) => String(index));
  const played = new Set(seeds.flatMap((seed) => all.filter((file) => !leftOut([], seed, undefined).includes(file))));

  expect([...played].sort()).toEqual(all);
});

it.each([
  ['in the whole matrix', ['run'], 'all'],
  ['where somebody names a file', ['run', 'strategies/single-user'], undefined],
])('none is left out %s', (_, parameters, matrix) => {
  expect(leftOut(parameters, '1', matrix)).toEqual([]);
});
