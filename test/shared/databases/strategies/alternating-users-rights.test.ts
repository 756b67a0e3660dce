/** What the session that proved AWSCURRENT tells of its rights, and when both users are asked. */
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { alternatingUsersStrategy } from '../../../../shared/databases/strategies/alternating-users.ts';
import { AuthenticationError, PermissionError, UnreachableError } from '../../../../shared/rotation/errors.ts';
import type { CrashPlan } from '../../../conformance/crash.ts';
import { crashPlan } from '../../../conformance/crash.ts';
import { step, wholeRotation } from '../../../conformance/rotate.ts';
import { changed, memoryWorld } from '../../../support/memory-world.ts';
import { byLabel, labelled } from '../../../support/store.ts';

const world = () => memoryWorld(alternatingUsersStrategy);

describe('alternating users, when what set has seen of the rights of AWSCURRENT', () => {
  /** Changes what a session of `app` answers to the first look at its rights. */
  const looking = (first: (here: ReturnType<typeof world>) => Promise<readonly string[]>) => {
    const here = world();
    let looks = 0;
    return {
      ...here,
      strategy: (plan: CrashPlan) =>
        here.strategy({
          ...plan,
          engine: (port) => ({
            ...plan.engine(port),
            async connect(login, ctx) {
              const session = await plan.engine(port).connect(login, ctx);
              if (login.username !== 'app' || looks++ > 0) return session;
              return { ...session, privileges: () => first(here) };
            },
          }),
        }),
    };
  };

  const withSurplus = (here: ReturnType<typeof looking>) =>
    changed(here, (strategy) => ({
      async set(...args) {
        const made = await strategy.set(...args);
        here.server.users.get('app_clone')?.rights.add('drop orders');
        return made;
      },
    }));

  it.each([
    ['is no longer so', async () => ['of before']],
    ['failed', async () => Promise.reject(new PermissionError('it may not look', { hint: 'grant it' }))],
  ])('%s, both are looked at again', async (_what, first) => {
    const here = looking(first);

    await wholeRotation(here);

    expect(await labelled(here.store, 'AWSCURRENT')).toMatchObject({ username: 'app_clone' });
    expect(here.server.taken).toEqual(expect.arrayContaining(['app', 'root', 'app_clone', 'app']));
  });

  it('failed, a user that may do something else is not promoted', async () => {
    const here = looking(async () => Promise.reject(new PermissionError('it may not look', { hint: 'grant it' })));
    const before = (await byLabel(here.store)).AWSCURRENT;

    await expect(wholeRotation(withSurplus(here))).rejects.toMatchObject({ code: 'PRIVILEGES_DIFFER' });

    expect((await byLabel(here.store)).AWSCURRENT).toBe(before);
  });

  it('differs, one session of each is enough to say so', async () => {
    const here = looking(async () => ['of before']);
    Object.assign(here.server.users.get('app') ?? {}, { exclusive: true });

    await expect(wholeRotation(withSurplus(here))).rejects.toMatchObject({ code: 'PRIVILEGES_DIFFER' });

    expect(here.server.open).toEqual([]);
  });

  it('is what the other one may, it is not asked again', async () => {
    const here = looking(async () => ['read orders']);

    await wholeRotation(here);

    expect(here.server.taken).toEqual(['app', 'root', 'app_clone']);
  });
});

it('alternating users are compared in testSecret too, where finishSecret promotes', async () => {
  const here = changed(world(), (strategy) => ({
    async set(...args) {
      const made = await strategy.set(...args);
      here.server.users.get('app_clone')?.rights.add('drop orders');
      return made;
    },
  }));
  const token = await here.store.begin();
  const options = { cutover: 'finish' } as const;
  for (const name of ['createSecret', 'setSecret']) await step(here, token, name, options);

  await expect(step(here, token, 'testSecret', options)).rejects.toMatchObject({ code: 'PRIVILEGES_DIFFER' });
});

it('alternating users: what is wrong with the superuser secret is nobody’s business while AWSCURRENT is refused', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  const here = memoryWorld((engine) =>
    alternatingUsersStrategy(engine, {
      superuserFor: () => Promise.reject(new PermissionError('no such secret', { hint: 'name another' })),
    }),
  );
  await here.setPassword('app', 'changed');

  await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'AUTHENTICATION_REFUSED' });
  await turn();

  expect(unhandled).toEqual([]);
});

it.each([
  ['a login that the driver cannot make', new AuthenticationError('no', { hint: 'do', code: 'LOGIN_UNSUPPORTED' })],
  ['a server that is not there', new UnreachableError('no', { hint: 'do', code: 'UNREACHABLE_TCP' })],
])('alternating users: the hint of %s is its own', async (_what, error) => {
  const here = world();
  const plan = crashPlan();
  const { engine } = plan;
  plan.engine = (port) => engine({ ...port, connect: () => Promise.reject(error) });
  const token = await here.store.begin();
  await step(here, token, 'createSecret');

  await expect(step(here, token, 'setSecret', { plan })).rejects.toMatchObject({ code: error.code, hint: 'do' });
});
