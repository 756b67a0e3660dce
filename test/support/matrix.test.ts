import { afterEach, describe, expect, it, vi } from 'vitest';
import { isWholeMatrix, sampled } from './matrix.ts';

const all = [...Array(1_000).keys()];
const by = (seed: string) => {
  vi.stubEnv('REKEY_SEED', seed);
  return sampled(all, 2);
};

afterEach(() => {
  vi.unstubAllEnvs();
});

describe.skipIf(isWholeMatrix)('a sample', () => {
  it('is as many different ones as asked for', () => {
    expect(new Set(by('1')).size).toBe(2);
    expect(sampled(['one'], 2)).toEqual(['one']);
  });

  it('is the same again by its seed, and another one by another', () => {
    expect(by('1')).toEqual(by('1'));
    expect(by('2')).not.toEqual(by('1'));
  });
});

it.runIf(isWholeMatrix)('the whole matrix samples nothing', () => {
  expect(by('1')).toEqual(all);
});
