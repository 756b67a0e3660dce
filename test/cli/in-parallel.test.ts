import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inParallel } from '../../cli/in-parallel.ts';

describe('inParallel', () => {
  it('gives the results in the order of the items, a few at a time', async () => {
    let running = 0;
    let most = 0;

    const results = await inParallel([5, 4, 3, 2, 1], 2, async (turns) => {
      running += 1;
      most = Math.max(most, running);
      for (let turn = 0; turn < turns; turn++) await setImmediate();
      running -= 1;
      return turns * 10;
    });

    expect(results).toEqual([50, 40, 30, 20, 10]);
    expect(most).toBe(2);
  });

  it('begins nothing new after a failure', async () => {
    const begun: number[] = [];
    const work = async (item: number) => {
      begun.push(item);
      await setImmediate();
      if (item === 2) throw new Error('the second one');
    };

    await expect(inParallel([1, 2, 3, 4, 5, 6], 2, work)).rejects.toThrow('the second one');
    await setImmediate();

    expect(begun.length).toBeLessThan(5);
  });

  it('is done at once with nothing', async () => {
    expect(await inParallel([], 4, async () => 1)).toEqual([]);
  });
});
