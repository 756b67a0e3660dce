import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inWaves, type Waves } from '../../cli/fleet.ts';
import type { Outcome } from '../../cli/rotation.ts';

const outcomeOf = (name: string, result: Outcome['result'] = 'rotated'): Outcome => ({
  name,
  arn: name,
  result,
  version: '',
  current: null,
  previous: null,
  ms: 1,
  steps: [],
  code: null,
  fact: null,
  hint: null,
  working: null,
});

/** Secrets named `server/number`. Gives what was begun, and how many were at work at once, in all and by server. */
async function play(names: readonly string[], waves: Partial<Waves<string>> = {}, failing: readonly string[] = []) {
  const begun: string[] = [];
  const atWork = new Set<string>();
  let most = 0;
  let mostOnServer = 0;
  const server = (name: string) => name.split('/')[0];
  const result = await inWaves(names, {
    canary: 0,
    concurrency: 1,
    perServer: 1,
    keepGoing: false,
    signal: new AbortController().signal,
    onOutcome: () => {},
    serverOf: async (name) => server(name),
    rotate: async (name) => {
      begun.push(name);
      atWork.add(name);
      most = Math.max(most, atWork.size);
      mostOnServer = Math.max(mostOnServer, [...atWork].filter((one) => server(one) === server(name)).length);
      await wait(3);
      atWork.delete(name);
      return outcomeOf(name, failing.includes(name) ? 'failed' : 'rotated');
    },
    ...waves,
  });
  return { begun, most, mostOnServer, ...result };
}

const names = ['a/1', 'a/2', 'a/3', 'b/1', 'b/2', 'c/1'];

describe('a fleet', () => {
  it('goes one after the other, in order, and reads no server for that', async () => {
    const { begun, most, notBegun } = await play(names, { serverOf: () => Promise.reject(new Error('read')) });

    expect([begun, most, notBegun]).toEqual([names, 1, []]);
  });

  it('goes several at once, of one server so many as may be', async () => {
    expect(await play(names, { concurrency: 5 })).toMatchObject({ most: 3, mostOnServer: 1, notBegun: [] });
    expect(await play(names, { concurrency: 5, perServer: 2 })).toMatchObject({ most: 5, mostOnServer: 2 });
    expect(await play(names, { concurrency: 5, serverOf: async () => undefined })).toMatchObject({ most: 5 });
  });

  it('waits for the canaries before all others, and stops where one fails', async () => {
    const well = await play(names, { canary: 2, concurrency: 5, serverOf: async () => undefined });
    const ill = await play(names, { canary: 2, concurrency: 5 }, ['a/1']);

    expect(
      well.outcomes
        .slice(0, 2)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['a/1', 'a/2']);
    expect(well.notBegun).toEqual([]);
    expect([ill.begun, ill.notBegun]).toEqual([['a/1'], names.slice(1)]);
  });

  it('stops at the first failure, and waits for what has begun', async () => {
    const { outcomes, notBegun } = await play(names, { concurrency: 2, serverOf: async () => undefined }, ['a/1']);

    expect(outcomes.map(({ name }) => name)).toEqual(['a/1', 'a/2']);
    expect(notBegun).toEqual(names.slice(2));
  });

  it('goes on after a failure where it is told to', async () => {
    const { outcomes, notBegun } = await play(names, { canary: 1, keepGoing: true }, ['a/1', 'b/1']);

    expect(outcomes.filter(({ result }) => result === 'failed')).toHaveLength(2);
    expect([outcomes.length, notBegun]).toEqual([6, []]);
  });

  it('begins nothing more when it is interrupted, and says what it no longer waits for', async () => {
    const controller = new AbortController();
    const rotate = async (name: string) => {
      if (name !== 'a/2') return outcomeOf(name);
      controller.abort();
      throw new Error('nobody waits');
    };

    const { outcomes, unseen, notBegun } = await play(names, { signal: controller.signal, rotate });

    expect([outcomes.map(({ name }) => name), unseen, notBegun]).toEqual([['a/1'], ['a/2'], names.slice(2)]);
  });

  it('throws what nobody foresaw, after what has begun is at its end', async () => {
    let ended = false;
    const rotate = async (name: string) => {
      if (name === 'a/1') throw new Error('unforeseen');
      await wait(5);
      ended = true;
      return outcomeOf(name);
    };

    await expect(play(names, { rotate, concurrency: 2, serverOf: async () => undefined })).rejects.toThrow(
      'unforeseen',
    );
    expect(ended).toBe(true);
  });
});
