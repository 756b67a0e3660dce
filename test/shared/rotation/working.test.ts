/** What is said to work when a step of a single user fails: what was seen, or what cannot have changed. */
import { expect, it } from 'vitest';
import { alternatingUsersStrategy } from '../../../shared/databases/strategies/alternating-users.ts';
import { singleUserStrategy } from '../../../shared/databases/strategies/single-user.ts';
import type { RotationError } from '../../../shared/rotation/errors.ts';
import {
  AuthenticationError,
  ConfigurationError,
  PermissionError,
  ServiceError,
  UnreachableError,
} from '../../../shared/rotation/errors.ts';
import type { CrashPlan } from '../../conformance/crash.ts';
import { configurationCheck, step } from '../../conformance/rotate.ts';
import { begun } from '../../support/memory-rotation.ts';
import { memoryWorld, changed as otherwise } from '../../support/memory-world.ts';
import { labelled } from '../../support/store.ts';

const hint = 'do';
const refusals: Record<string, RotationError> = {
  'by its policy': new ConfigurationError('no', { hint, code: 'PASSWORD_REFUSED' }),
  'for want of a right': new PermissionError('no', { hint }),
  'since the password is another by now': new AuthenticationError('no', { hint }),
  'and the connection was lost': new UnreachableError('no', { hint, code: 'CONNECTION_LOST' }),
  'for a lock that another delivery may hold': new ServiceError('no', { hint, code: 'LOCK_TIMEOUT' }),
};

it.each([
  ['by its policy', true, 'AWSCURRENT'],
  ['for want of a right', true, 'AWSCURRENT'],
  ['since the password is another by now', true, 'AWSCURRENT or AWSPENDING'],
  ['and the connection was lost', true, 'AWSCURRENT or AWSPENDING'],
  ['for a lock that another delivery may hold', true, 'AWSCURRENT or AWSPENDING'],
  ['by its policy', false, 'AWSCURRENT or AWSPENDING'],
] as const)('the change failed %s, AWSCURRENT opened before: %s', async (why, opens, working) => {
  const { here, token, progress } = await begun();
  const set = async (_: unknown, ctx: { currentOpens?(): void }) => {
    if (opens) ctx.currentOpens?.();
    throw refusals[why];
  };

  await expect(
    step(
      otherwise(here, () => ({ set })),
      token,
      'setSecret',
      { progress },
    ),
  ).rejects.toThrow('no');

  expect(progress.working).toBe(working);
});

it('a server that refuses the change of a user that it let in has AWSCURRENT, and it is the strategy that saw it', async () => {
  const { here, token, progress, password } = await begun();
  const seen: string[] = [];
  const looking = otherwise(here, (strategy) => ({
    set: (secrets, ctx) =>
      strategy.set(secrets, {
        ...ctx,
        currentOpens: () => {
          seen.push(String(password()));
          ctx.currentOpens?.();
        },
      }),
  }));

  await step(looking, token, 'setSecret', { progress });

  expect(seen).toEqual(['first-password']);
});

async function checked(error?: RotationError) {
  const here = memoryWorld(singleUserStrategy);
  const progress = { working: 'unknown' as const };
  const looked: string[] = [];
  const world = otherwise(here, (strategy) => ({
    test: error === undefined ? strategy.test : () => Promise.reject(error),
    check: async () => void looked.push('further'),
  }));
  const reports = await configurationCheck(world, { progress }).then(
    (done) => done.reports,
    () => ['failed'],
  );
  return { working: progress.working, reports, looked };
}

it.each([
  ['passes', undefined, { working: 'AWSCURRENT', reports: ['checked'], looked: ['further'] }],
  [
    'finds no server',
    refusals['and the connection was lost'],
    { working: 'AWSCURRENT', reports: ['failed'], looked: [] },
  ],
  [
    'is refused',
    refusals['since the password is another by now'],
    { working: 'unknown', reports: ['failed'], looked: [] },
  ],
])('a configuration check that %s', async (_, error, expected) => {
  expect(await checked(error)).toEqual(expected);
});

it.each([
  ['single user, whose AWSCURRENT is refused from the change on', singleUserStrategy, true],
  ['alternating users, whose AWSCURRENT goes on', alternatingUsersStrategy, false],
] as const)('since when applications are refused is known of %s', async (_what, strategy, known) => {
  const { here, token, progress } = await begun(memoryWorld(strategy));

  await step(here, token, 'setSecret', { progress, cutover: 'finish' });

  expect(progress.refusedSince instanceof Date).toBe(known);
});

it('the proof within the cut-over waits for no server to wake up', async () => {
  const { here, token } = await begun();
  const awake: unknown[] = [];
  const looking = otherwise(here, () => ({ test: async (_, ctx) => void awake.push(ctx.awake) }));

  await step(looking, token, 'setSecret');

  expect(awake).toEqual([true]);
});

it.each([
  ['alternating users', alternatingUsersStrategy, [['username'], ['password']]],
  ['single user', singleUserStrategy, []],
] as const)(
  '%s: the store is told which fields change together, before a value is stored',
  async (_what, strategy, together) => {
    const here = memoryWorld(strategy);
    const token = await here.store.begin();
    const told: unknown[] = [];
    const requireCopy = async (_id: string, _text: string, fields: readonly (readonly string[])[]) => {
      told.push([fields, (await labelled(here.store, 'AWSPENDING')) ?? 'no value']);
    };

    await step(
      { ...here, versions: (plan) => ({ ...plan.versions(here.store.versions), requireCopy }) },
      token,
      'createSecret',
    );

    expect(told).toEqual([[together, 'no value']]);
  },
);

it('a configuration check asks the store and the schema what a rotation would ask them, and its finding is told', async () => {
  const asked: unknown[] = [];
  const refuse = (what: string) => {
    asked.push(what);
    throw new ConfigurationError(`no ${what}`, { hint });
  };
  const requireCopy = async (_id: string, _text: string, together: readonly (readonly string[])[]) =>
    refuse(together.join());
  const here = memoryWorld(alternatingUsersStrategy);
  const mirroring = { ...here, versions: () => ({ ...here.store.versions, requireCopy }) };
  const single = { ...memoryWorld(singleUserStrategy), store: here.store, versions: mirroring.versions };
  const copying = otherwise(here, ({ schema }) => ({ schema: { ...schema, copies: () => refuse('copies') } }));

  for (const world of [mirroring, single, copying]) {
    await expect(configurationCheck(world)).rejects.toThrow(ConfigurationError);
    await here.store.abandon();
  }

  expect(asked).toEqual(['username,password', '', 'copies']);
  expect([...here.server.users.keys()]).toEqual(['app', 'root']);
});

it('a configuration check of a strategy that has no more to look at passes with its test', async () => {
  const here = memoryWorld(singleUserStrategy);
  const strategy = (plan: CrashPlan) => {
    const { check: _, ...rest } = here.strategy(plan);
    return rest;
  };

  expect((await configurationCheck({ ...here, strategy })).reports).toEqual(['checked']);
});

it('where nothing is refused meanwhile, a promotion that the store refuses leaves AWSCURRENT', async () => {
  const here = memoryWorld(alternatingUsersStrategy);
  const token = await here.store.begin();
  await step(here, token, 'createSecret');
  const progress = { working: 'AWSCURRENT' as const };
  here.store.versions.promote = async () => {
    throw new PermissionError('no', { hint });
  };

  await expect(step(here, token, 'setSecret', { progress })).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });

  expect(progress.working).toBe('AWSCURRENT');
});
