import { expect, it } from 'vitest';
import { patience } from '../support/patience.ts';
import { read, sources } from './files.ts';

/** As the last argument of a test or a hook, or as an option of a test or of what polls. */
const limits = /^\s*\}, [\d_]{4,}\);$|^\s*\},\n\s*[\d_]{4,},?\n\s*\);$|\btimeout: [\d_]+(?!.*fails: true)/gm;

it('tests set no time limits that a slow machine does not stretch', () => {
  const own = sources('test').flatMap((path) => (read(path).match(limits) ?? []).map((limit) => `${path}: ${limit}`));

  expect(own, 'drop it, or write patience(120_000)').toEqual([]);
});

it('a limit is at least what a quiet machine gets, and at most six times that', () => {
  expect(patience(1_000)).toBeGreaterThanOrEqual(1_000);
  expect(patience(1_000)).toBeLessThanOrEqual(6_000);
});
