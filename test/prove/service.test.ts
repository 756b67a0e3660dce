/** The explorer finds what is broken: each of these strategies has one thing wrong. */
import { describe, expect, it } from 'vitest';
import type { Limits } from '../../prove/explore.ts';
import { explore } from '../../prove/explore.ts';
import type { Scenario } from '../../prove/service/history.ts';
import type { Place } from '../../prove/service/place.ts';
import { placeOf } from '../../prove/service/place.ts';
import { playRandomly } from '../../prove/service/random.ts';
import { randomly } from '../../prove/service/scenarios.ts';
import { service } from '../../prove/service/section.ts';
import { serviceRun } from '../../prove/service/service-run.ts';
import type { DatabaseSecret } from '../../shared/databases/secret.ts';
import type { RotationStrategy } from '../../shared/rotation/strategy.ts';

type Strategy = RotationStrategy<DatabaseSecret>;

const limits: Limits = { states: 5000, signal: new AbortController().signal, progress: () => {} };
const budget = { faults: 1, twice: 0, again: 0, byHand: 0, fresh: 0 };

function wrong(name: Scenario['strategy'], change: (strategy: Strategy, place: Place) => Partial<Strategy>) {
  const place = placeOf(name, true);
  const strategy: typeof place.strategy = (...args) => {
    const made = place.strategy(...args);
    return { ...made, strategy: { ...made.strategy, ...change(made.strategy, place) } };
  };
  return serviceRun({ strategy: name, locks: true, budget }, { ...place, strategy });
}

const brokenOf = async (start: Parameters<typeof explore>[0]) =>
  (await explore(start, limits)).broken.map(({ property }) => property);

describe('what is wrong is found', () => {
  it('an undo that undoes nothing, and is believed', async () => {
    const start = () =>
      wrong('single-user', (strategy) => ({
        set: async (...args) => ({
          ...(await strategy.set(...args)),
          undo: async () => {},
          reopens: async () => true,
        }),
      }));

    expect(await brokenOf(start)).toContain('working');
  });

  it('a password that is stored nowhere', async () => {
    const start = () =>
      wrong('single-user', (strategy) => ({
        set: ({ pending, ...others }, ctx) =>
          strategy.set({ ...others, pending: { ...pending, password: 'another' } }, ctx),
      }));

    expect(await brokenOf(start)).toContain('opens');
  });

  it('a session that is left open', async () => {
    const start = () =>
      wrong('single-user', (strategy) => ({
        set: async (...args) => ({ ...(await strategy.set(...args)), close: async () => {} }),
      }));

    expect(await brokenOf(start)).toContain('sessions');
  });

  it('an outage where none is promised', async () => {
    const start = () =>
      wrong('dual-password', (_, { server }) => ({
        async set({ pending: { username, password } }) {
          server.users.set(username, { password, rights: new Set() });
          return { close: async () => {} };
        },
      }));

    expect(await brokenOf(start)).toContain('current');
  });

  it('a proof that proves nothing, and a change that was not made', async () => {
    const start = () =>
      wrong('single-user', () => ({ set: async () => ({ close: async () => {} }), test: async () => {} }));

    expect(await brokenOf(start)).toContain('success');
  });
});

it('a history is played again from its choices, and told in words', async () => {
  const { broken } = await explore(
    () => wrong('single-user', () => ({ set: async () => ({ close: async () => {} }), test: async () => {} })),
    limits,
  );
  expect(broken[0]?.history.every((choice) => choice === 0)).toBe(true);

  expect(await service.replay('single-user/one-fault', broken[0]?.history ?? [])).toBe('nothing is broken');
  expect(await service.replay('no such one', [])).toBeUndefined();
});

it('the same seed plays the same histories', async () => {
  const [scenario] = randomly;
  if (scenario === undefined) throw new Error('nothing is played by chance');
  const play = (seed: number) =>
    playRandomly({ scenario, rotations: 20, seed, signal: limits.signal, progress: () => {} });

  const [one, again, other] = [await play(1), await play(1), await play(2)];

  expect(one).toEqual(again);
  expect(other).not.toEqual(one);
});
