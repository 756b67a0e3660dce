/** The engine suite, part four: somebody else may make functions, operators, views and types where the engine's sessions are. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseEngine } from '../../shared/databases/engine.ts';
import type { DatabaseLogin, DatabaseSecret } from '../../shared/databases/secret.ts';
import { alternatingUsersStrategy } from '../../shared/databases/strategies/alternating-users.ts';
import { singleUserStrategy } from '../../shared/databases/strategies/single-user.ts';
import { superuserSetStrategy } from '../../shared/databases/strategies/superuser-set.ts';
import type { SuperuserSource } from '../../shared/databases/strategies/superuser-source.ts';
import { AuthenticationError } from '../../shared/rotation/errors.ts';
import type { RotationStrategy } from '../../shared/rotation/strategy.ts';
import { memoryStore } from '../support/memory-store.ts';
import type { EngineKit, HostileGround } from './engine-kit.ts';
import { wholeRotation } from './rotate.ts';
import type { StrategyWorld } from './world.ts';

type Strategy = (engine: DatabaseEngine, source: SuperuserSource) => RotationStrategy<DatabaseSecret>;

const strategies: readonly (readonly [name: string, strategy: Strategy])[] = [
  ['single user', singleUserStrategy],
  ['alternating users', alternatingUsersStrategy],
  ['superuser-set', superuserSetStrategy],
];

export function describeHostile({ engine, server: { hostileGround }, test }: EngineKit): void {
  if (typeof hostileGround === 'string') {
    it.skip(`engine ${engine.name}: a database where others may write (${hostileGround})`, () => {});
    return;
  }
  describe(`engine ${engine.name}: a database where others may write`, () => {
    let ground: HostileGround;
    let statements: string[];
    const store = memoryStore('');
    const world = (strategy: Strategy, superuser: DatabaseLogin): StrategyWorld => ({
      store,
      strategy: (plan) => strategy(plan.engine(engine), { superuserFor: async () => superuser }),
      context: (given) => ({ ...ground.context, ...given, lines: [] }),
      opens: (value) => isOpen(engine, value, ground),
    });

    beforeAll(async () => {
      ground = await hostileGround();
      await store.putCurrent(JSON.stringify({ ...ground.current, masterarn: 'arn:superuser' }));
      // Twice, so that each of the users of a pair is made ready once.
      for (const [, strategy] of strategies) {
        for (const superuser of Object.values(ground.superusers)) {
          for (let turn = 0; turn < 2; turn++) await wholeRotation(world(strategy, superuser));
        }
      }
      // What is said only when something fails: a change that is taken back.
      for (const strategy of [singleUserStrategy, superuserSetStrategy]) {
        const failing = world(strategy, ground.superusers.managed);
        const broken: StrategyWorld = {
          ...failing,
          strategy: (plan) => ({ ...failing.strategy(plan), test: () => Promise.reject(new Error('no')) }),
        };
        await expect(wholeRotation(broken)).rejects.toThrow('no');
        await store.abandon();
      }
      statements = await ground.statements();
    });
    afterAll(() => ground?.stop());

    test('plants take the place of what the engine names, in a session that does not say where names are looked for', async () => {
      const planted = await ground.plant(statements);

      await ground.unguarded(statements);

      const ran = await ground.plantsThatRan();
      expect(planted).toBeGreaterThan(500);
      for (const kind of ['function', 'operator', 'relation', 'type']) {
        expect(ran).toContainEqual(expect.stringMatching(`^${kind} `));
      }
    });

    test('sets nothing that outlives its transaction: behind a pooler it would be the application’s', async () => {
      expect(statements.filter((text) => text.includes('SET LOCAL search_path'))).not.toEqual([]);
      expect(statements.filter((text) => /^\s*SET\s+(?!LOCAL\b)/im.test(text.replaceAll('; ', '\n')))).toEqual([]);
    });

    for (const [name, strategy] of strategies) {
      for (const kind of ['managed', 'real'] as const) {
        test(`runs nobody else's code, and gives nobody a right: ${name}, a ${kind} superuser`, async () => {
          const superuser = ground.superusers[kind];
          const before = await ground.roles();
          await ground.plantsThatRan();

          const outcomes = [];
          for (let turn = 0; turn < 2; turn++)
            outcomes.push(...(await wholeRotation(world(strategy, superuser))).reports);

          expect(await ground.plantsThatRan()).toEqual([]);
          expect(await ground.roles()).toEqual(before);
          expect(outcomes).toEqual(['succeeded', 'succeeded']);
        });
      }
    }
  });
}

async function isOpen(engine: DatabaseEngine, value: DatabaseLogin, { context }: HostileGround): Promise<boolean> {
  try {
    await (await engine.connect(value, context)).close();
    return true;
  } catch (error) {
    if (error instanceof AuthenticationError) return false;
    throw error;
  }
}
