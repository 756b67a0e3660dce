/** The crash matrix finds what is broken: each of these systems, in memory, has one thing wrong. */
import { describe, expect, it } from 'vitest';
import { moments, play, ways } from '../../prove/crash/case.ts';
import type { Place } from '../../prove/crash/places.ts';
import type { DatabaseSecret } from '../../shared/databases/secret.ts';
import { alternatingUsersStrategy } from '../../shared/databases/strategies/alternating-users.ts';
import { singleUserStrategy } from '../../shared/databases/strategies/single-user.ts';
import { type RotationStrategy, rotationSteps } from '../../shared/rotation/strategy.ts';
import { crashPlan } from '../conformance/crash.ts';
import { Died, step, wholeRotation } from '../conformance/rotate.ts';
import { changed, type MemoryWorld, memoryWorld } from '../support/memory-world.ts';

type Strategy = RotationStrategy<DatabaseSecret>;

interface Wrong {
  readonly strategy?: Parameters<typeof memoryWorld>[0];
  readonly change?: (strategy: Strategy, world: MemoryWorld) => Partial<Strategy>;
  readonly place?: (place: Place, world: MemoryWorld) => Partial<Place>;
}

/** A place whose processes live and die in this one. Without `wrong` it is as it should be. */
function placeOf({ strategy = singleUserStrategy, change = () => ({}), place = () => ({}) }: Wrong = {}): Place & {
  world: MemoryWorld;
} {
  const right = memoryWorld(strategy);
  const world = changed(right, (made) => change(made, right));
  const { store, server } = world;
  const told: Record<string, unknown>[] = [];
  let plan = crashPlan();
  const events = (token: string) => rotationSteps.map((name) => ({ step: name, event: { name, token } }));
  const deliver = async ({ name, token }: Record<string, unknown>, by = crashPlan()) => {
    const progress = { working: 'AWSCURRENT' };
    try {
      await step(world, String(token), String(name), { plan: by, progress: progress as never });
      return { ok: true as const, payload: null };
    } catch (error) {
      told.push({ outcome: 'failed', working: progress.working });
      const errorType = error instanceof Died ? 'Runtime.ExitError' : 'Error';
      return { ok: false as const, error: { errorType, errorMessage: (error as Error).message } };
    }
  };
  const usual: Place = {
    kept: {
      id: store.secretId,
      store,
      begin: () => store.begin().catch(() => undefined),
      events,
      moveBack: async () => {},
    },
    hasOutage: strategy === singleUserStrategy,
    deadAfterMs: 0,
    opens: (value) => right.opens(value as never),
    restore: async () => {},
    remember: async () => {},
    leftOver: async () => (server.open.length > 0 ? 'a session' : undefined),
    doom(kill) {
      const [call, moment] = (kill ?? '').split(':');
      plan = crashPlan(kill ? { call: Number(call) - 1, when: moment === 'before' ? 'before' : 'after' } : undefined);
    },
    doomed: (event) => deliver(event, plan),
    survivor: (event) => deliver(event),
    survivorName: '',
    arn: '',
    calls: async () => plan.calls,
    told: () => told,
  };
  return { ...usual, ...place(usual, world), world: right };
}

const refuses = () => ({ set: () => Promise.reject(new Error('not now')) });

/** Properties that break in any of all cases but those of hands. */
async function brokenOf(wrong: Wrong = {}): Promise<{ broken: Set<string>; died: number }> {
  const broken = new Set<string>();
  let died = 0;
  for (const way of ways.filter(({ isByHand }) => !isByHand)) {
    for (let call = 1, more = true; more && call < 60; call++) {
      for (const moment of moments.filter((each) => each !== 'sent')) {
        const place = placeOf(wrong);
        await wholeRotation(place.world);
        const played = await play(place, { call, moment }, way);
        more = played.died;
        died += more ? 1 : 0;
        if (played.broken !== undefined) broken.add(played.broken.property);
      }
    }
  }
  return { broken, died };
}

describe('a rotation killed at every call', () => {
  it.each([singleUserStrategy, alternatingUsersStrategy])('breaks nothing where nothing is wrong', async (strategy) => {
    const { broken, died } = await brokenOf({ strategy });

    expect([...broken]).toEqual([]);
    expect(died).toBeGreaterThan(100);
  });

  it.each<[string, string, Wrong]>([
    [
      'a password that is stored nowhere',
      'opens',
      {
        change: ({ set }) => ({
          set: ({ pending, ...others }, ctx) => set({ ...others, pending: { ...pending, password: 'another' } }, ctx),
        }),
      },
    ],
    ['an outage where none is promised', 'current', { place: () => ({ hasOutage: false }) }],
    ['a step that never succeeds', 'converges', { change: refuses }],
    ['a session that is left open', 'leftovers', { place: () => ({ leftOver: async () => 'a session' }) }],
    [
      'a message that says what is not so',
      'working',
      { change: refuses, place: ({ told }) => ({ told: () => told().map((body) => ({ ...body, working: 'none' })) }) },
    ],
  ])('%s is found', async (_what, property, wrong) => {
    expect((await brokenOf(wrong)).broken).toContain(property);
  });

  it('a second value of a version is found', async () => {
    const place = placeOf();
    const { store } = place.world;
    const [current] = Object.keys(await store.labels());
    let reads = 0;
    const changing = async (version: string) => {
      const text = (await store.valueOf(version)) ?? '{}';
      return version === current && reads++ > 1 ? JSON.stringify({ ...JSON.parse(text), password: 'second' }) : text;
    };

    const { broken } = await play(
      { ...place, kept: { ...place.kept, store: { ...store, valueOf: changing } } },
      { call: 1, moment: 'before' },
      ways[0] as never,
    );

    expect(broken?.property).toBe('password');
  });
});
