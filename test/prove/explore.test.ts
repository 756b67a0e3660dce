import { expect, it } from 'vitest';
import { explore, type Run } from '../../prove/explore.ts';

const limits = { states: 1000, signal: new AbortController().signal, progress: () => {} };

/** Two who add one to a number, each by reading it and writing what they have read and one more. */
function adders(): Run {
  let sum = 0;
  const seen: (number | 'done' | undefined)[] = [undefined, undefined];
  const waiting = () => seen.flatMap((what, who) => (what === 'done' ? [] : [who]));
  return {
    choices: () => waiting().map((who) => `${who} ${seen[who] === undefined ? 'reads' : 'writes'}`),
    async take(choice) {
      const who = waiting()[choice] ?? 0;
      const before = seen[who];
      if (typeof before === 'number') sum = before + 1;
      seen[who] = before === undefined ? sum : 'done';
    },
    key: () => JSON.stringify([sum, seen]),
    broken: () =>
      waiting().length === 0 && sum !== 2 ? { property: 'sum', seen: `the sum of two is ${sum}` } : undefined,
  };
}

it('finds the one order in which a write is lost, with the choices that lead there', async () => {
  const { broken, isWhole, depth } = await explore(adders, limits);

  expect(broken).toMatchObject([{ property: 'sum', seen: 'the sum of two is 1' }]);
  expect([isWhole, depth]).toEqual([true, 4]);
  const run = adders();
  for (const choice of broken[0]?.history ?? []) await run.take(choice);
  expect(run.broken()).toMatchObject({ property: 'sum' });
});

it('plays on from a state once, however many histories lead to it', async () => {
  // Three who do two things each, in any order: 27 states, 90 histories.
  const steps = (): Run => {
    const at = [0, 0, 0];
    const waiting = () => at.flatMap((done, who) => (done < 2 ? [who] : []));
    return {
      choices: () => waiting().map(String),
      async take(choice) {
        const who = waiting()[choice] ?? 0;
        at[who] = (at[who] ?? 0) + 1;
      },
      key: () => String(at),
      broken: () => undefined,
    };
  };

  const { states, runs } = await explore(steps, limits);

  expect(states).toBe(27);
  expect(runs).toBeLessThan(90);
});

it('says when it has not seen everything', async () => {
  expect(await explore(adders, { ...limits, states: 3 })).toMatchObject({ states: 3, isWhole: false });
});
