import fc from 'fast-check';
import { expect } from 'vitest';

/** What CI plays on every server, and `npm test` on some: it would take a quarter of an hour, and differs seldom. */

/** `REKEY_MATRIX=all`: every version of every server, and every rotation killed at every call on one of each engine. */
export const isWholeMatrix = process.env.REKEY_MATRIX === 'all';

export const LEFT_OUT = 'left to the whole matrix: npm run test:all';

/** As many of these as `few`, others in each test and each run; those of an earlier run by the seed that it printed. All in the whole matrix. */
export function sampled<T>(all: readonly T[], few: number): readonly T[] {
  if (isWholeMatrix || all.length <= few) return all;
  const seed = Number(process.env.REKEY_SEED) ^ fc.hash(expect.getState().currentTestName ?? '');
  const some = fc.shuffledSubarray([...all], { minLength: few, maxLength: few });
  return fc.sample(some, { seed, numRuns: 1 })[0] ?? [];
}
