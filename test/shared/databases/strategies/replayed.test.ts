/** A secret for a replica: the superuser acts on the primary, and the replica learns of it a moment later. */
import { describe, expect, it } from 'vitest';
import type { DatabaseEngine } from '../../../../shared/databases/engine.ts';
import { alternatingUsersStrategy } from '../../../../shared/databases/strategies/alternating-users.ts';
import { replayed } from '../../../../shared/databases/strategies/replayed.ts';
import { superuserSetStrategy } from '../../../../shared/databases/strategies/superuser-set.ts';
import type { SuperuserSource } from '../../../../shared/databases/strategies/superuser-source.ts';
import { UnreachableError } from '../../../../shared/rotation/errors.ts';
import { step, wholeRotation } from '../../../conformance/rotate.ts';
import { timelessContext } from '../../../support/context.ts';
import type { MemoryServer } from '../../../support/memory-engine.ts';
import { memoryEngine, memoryServer } from '../../../support/memory-engine.ts';
import { memoryWorld } from '../../../support/memory-world.ts';
import { byLabel, labelled } from '../../../support/store.ts';

/** The world's server is the replica. It sees what the primary has after so many logins that it refused. */
function replicaOf(strategy: Parameters<typeof memoryWorld>[0], refusals: number) {
  const primary = memoryServer('primary.test');
  let left = refusals;
  const world: { server?: MemoryServer } = {};
  const hooks: { login?: (username: string) => Promise<void> } = {};
  const behind = (engine: DatabaseEngine): DatabaseEngine => {
    const both = memoryEngine(...(world.server ? [world.server, primary] : []));
    return {
      ...engine,
      async connect(login, ctx) {
        await hooks.login?.(login.username);
        const session = await both.connect(login, ctx).catch((error: unknown) => {
          if (--left === 0) for (const [name, user] of primary.users) world.server?.users.set(name, { ...user });
          throw error;
        });
        return session;
      },
    };
  };
  const onPrimary = ({ superuserFor }: SuperuserSource): SuperuserSource => ({
    superuserFor: async (...args) => ({ ...(await superuserFor(...args)), host: primary.host }),
  });
  const here = memoryWorld((engine, source) => strategy(behind(engine), onPrimary(source)));
  world.server = here.server;
  for (const [name, user] of here.server.users) primary.users.set(name, { ...user, rights: new Set(user.rights) });
  return { here, primary, hooks };
}

describe.each([
  ['alternating users', alternatingUsersStrategy, 'app_clone'],
  ['superuser-set', superuserSetStrategy, 'app'],
] as const)('%s on a replica', (_name, strategy, username) => {
  it('wait until it knows the new password', async () => {
    const { here, primary } = replicaOf(strategy, 1);

    const { reports } = await wholeRotation(here);

    expect(reports).toEqual(['succeeded']);
    expect(here.server.users.get(username)?.password).toBe(primary.users.get(username)?.password);
    expect([here.server.open, primary.open]).toEqual([[], []]);
  });

  it('do not wait for long: the account may be locked by refused logins, and the step is safe to repeat', async () => {
    const { here, primary } = replicaOf(strategy, 100);
    const before = await byLabel(here.store);

    await expect(wholeRotation(here)).rejects.toMatchObject({
      name: 'ServiceError',
      retryable: true,
      fact: `replica db.test does not know the new password of ${username} yet`,
    });

    expect((await byLabel(here.store)).AWSCURRENT).toBe(before.AWSCURRENT);
    expect(here.server.refused).toEqual([username, username]);
    expect([here.server.open, primary.open]).toEqual([[], []]);
  });
});

it('superuser-set on a replica that never learns of it has the password put back on the primary', async () => {
  const { here, primary } = replicaOf(superuserSetStrategy, 100);

  await expect(wholeRotation(here)).rejects.toMatchObject({ name: 'ServiceError' });

  expect(primary.users.get('app')?.password).toBe('first-password');
});

it.each([
  ['promotion in setSecret', undefined, ['setSecret']],
  ['promotion in finishSecret', 'finish', ['setSecret', 'testSecret', 'finishSecret']],
] as const)(
  'with %s nothing is taken back once another delivery, let in sooner, has promoted',
  async (_, cutover, rest) => {
    const { here, primary, hooks } = replicaOf(superuserSetStrategy, 1);
    const options = cutover === undefined ? {} : { cutover };
    const token = await here.store.begin();
    await step(here, token, 'createSecret', options);
    const logins: string[] = [];
    hooks.login = async (username) => {
      // The first proves AWSCURRENT, the second is refused by the replica, and the third would find that it has caught up.
      if (username !== 'app' || logins.push(username) !== 3) return;
      for (const name of rest) await step(here, token, name, options);
      throw new UnreachableError('too many connections', { code: 'UNREACHABLE_LOGIN', hint: 'repeat it' });
    };

    await step(here, token, 'setSecret', options);

    const current = await labelled(here.store, 'AWSCURRENT');
    expect(logins.length).toBeGreaterThan(3);
    expect((await byLabel(here.store)).AWSCURRENT).toBe(token);
    expect(primary.users.get('app')?.password).toBe(current?.password);
    expect([here.server.open, primary.open]).toEqual([[], []]);
  },
);

it('a replica that cannot be reached is no replica that lags', async () => {
  const login = { engine: 'memory', host: 'nowhere.test', username: 'app', password: 'first-password' };

  const waiting = replayed(memoryEngine(), login, timelessContext());

  await expect(waiting).rejects.toMatchObject({ code: 'UNREACHABLE_TCP' });
});

it('a replica that knows it at once is logged in to once', async () => {
  const server = memoryServer();
  server.users.set('app', { password: 'first-password', rights: new Set() });
  const login = { engine: 'memory', host: server.host, username: 'app', password: 'first-password' };

  await replayed(memoryEngine(server), login, timelessContext());

  expect(server.taken).toEqual(['app']);
  expect(server.open).toEqual([]);
});
