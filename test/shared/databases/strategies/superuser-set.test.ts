import { describe, expect, it } from 'vitest';
import type { TakeBack } from '../../../../shared/databases/engine.ts';
import { superuserSetStrategy } from '../../../../shared/databases/strategies/superuser-set.ts';
import { UnreachableError } from '../../../../shared/rotation/errors.ts';
import type { Rotation } from '../../../../shared/rotation/rotation.ts';
import { crashPlan } from '../../../conformance/crash.ts';
import { rotation, step, wholeRotation } from '../../../conformance/rotate.ts';
import { describeStrategy } from '../../../conformance/strategy.case.ts';
import { timelessContext } from '../../../support/context.ts';
import { memoryWorld } from '../../../support/memory-world.ts';
import { byLabel, labelled } from '../../../support/store.ts';

const world = () => memoryWorld(superuserSetStrategy);

describeStrategy({
  name: 'superuser-set in memory',
  outage: 'brief',
  logins: 3,
  world: async () => world(),
  lag: ({ store }, reads) => Object.assign(store, { lag: reads }),
});

describe('superuser-set', () => {
  it('keeps the user, and the old password stops working', async () => {
    const here = world();
    const before = await labelled(here.store, 'AWSCURRENT');

    await wholeRotation(here);

    const after = await labelled(here.store, 'AWSCURRENT');
    expect(after).toEqual({ ...before, password: expect.not.stringMatching(String(before?.password)) });
    expect([await here.opens(before as never), await here.opens(after as never)]).toEqual([false, true]);
  });

  it('needs masterarn', async () => {
    const here = world();
    const { masterarn: _, ...value } = (await labelled(here.store, 'AWSCURRENT')) ?? {};
    await here.store.putCurrent(JSON.stringify(value));

    await expect(wholeRotation(here)).rejects.toMatchObject({ fact: expect.stringContaining('masterarn') });
  });

  it('does nothing for a user whose password nobody proved, although the superuser could', async () => {
    const here = world();
    here.server.users.set('victim', { password: 'a password of other people', rights: new Set() });
    const value = await labelled(here.store, 'AWSCURRENT');
    await here.store.putCurrent(JSON.stringify({ ...value, username: 'victim', password: 'a guess' }));

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'LOCKED_OUT' });

    expect(here.server.users.get('victim')?.password).toBe('a password of other people');
    expect(here.server.refused).not.toContain('root');
  });

  it('is rescued by AWSPREVIOUS, and by a version without a label', async () => {
    const here = world();
    await wholeRotation(here);
    const first = await labelled(here.store, 'AWSPREVIOUS');
    await here.setPassword('app', String(first?.password));
    const byPrevious = await wholeRotation(here);
    const value = await labelled(here.store, 'AWSCURRENT');
    for (const password of ['not it', 'not it either']) {
      await here.store.putCurrent(JSON.stringify({ ...value, password }));
    }

    const byForgotten = await wholeRotation(here);

    expect([byPrevious.reports, byForgotten.reports]).toEqual([
      ['recovered', 'succeeded'],
      ['recovered', 'succeeded'],
    ]);
    expect(await here.opens((await labelled(here.store, 'AWSCURRENT')) as never)).toBe(true);
  });

  it('has the superuser put the old password back when the new one fails its test', async () => {
    const here = world();
    const token = await here.store.begin();
    await step(here, token, 'createSecret');
    const broken = {
      ...here,
      strategy: (plan: never) => ({
        ...here.strategy(plan),
        test: () => Promise.reject(new Error('the proof failed')),
      }),
    };

    const progress: Rotation<object>['progress'] = { working: 'unknown' };

    await expect(step(broken, token, 'setSecret', { progress })).rejects.toThrow('the proof failed');

    expect(progress.working).toBe('AWSCURRENT');
    expect(await here.opens((await labelled(here.store, 'AWSCURRENT')) as never)).toBe(true);
    expect(here.server.open.length).toBe(0);
    expect(await rotation(here, token)).toEqual(['succeeded']);
  });

  it('refuses to set the password of the superuser itself, whose own secret would be wrong then', async () => {
    const here = world();
    const value = await labelled(here.store, 'AWSCURRENT');
    await here.store.putCurrent(JSON.stringify({ ...value, username: 'root', password: 'root-password' }));
    const before = await byLabel(here.store);

    await expect(wholeRotation(here)).rejects.toMatchObject({
      code: 'INVALID_SECRET',
      hint: expect.stringContaining('single-user'),
    });

    expect(here.server.users.get('root')?.password).toBe('root-password');
    expect((await byLabel(here.store)).AWSCURRENT).toBe(before.AWSCURRENT);
  });

  it('says so in a configuration check, before anybody has logged in', async () => {
    const here = world();
    const value = await labelled(here.store, 'AWSCURRENT');
    await here.store.putCurrent(JSON.stringify({ ...value, username: 'root', password: 'root-password' }));
    const strategy = here.strategy(crashPlan());
    const current = strategy.schema.parse(JSON.stringify(await labelled(here.store, 'AWSCURRENT')), 'AWSCURRENT');

    const refused = strategy.check?.({ current } as never, timelessContext());

    await expect(refused).rejects.toMatchObject({
      code: 'INVALID_SECRET',
      hint: expect.stringContaining('single-user'),
    });
    expect(here.server.taken).toEqual([]);
  });

  it('lets no superuser log in for a pending value of another place', async () => {
    const here = world();
    const token = await here.store.begin();
    const value = await labelled(here.store, 'AWSCURRENT');
    await here.store.versions.put(here.store.secretId, token, JSON.stringify({ ...value, host: 'elsewhere.test' }));

    await expect(step(here, token, 'setSecret')).rejects.toMatchObject({ code: 'TARGET_MISMATCH' });

    expect(here.server.taken).toEqual([]);
  });

  it('calls a superuser that cannot be reached unreachable, and changes nothing', async () => {
    const here = memoryWorld((engine, source) =>
      superuserSetStrategy(engine, {
        superuserFor: async (...args) => ({ ...(await source.superuserFor(...args)), host: 'nowhere.test' }),
      }),
    );

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'UNREACHABLE_TCP' });

    expect(here.server.users.get('app')?.password).toBe('first-password');
  });

  it('calls a superuser that is refused a PermissionError, and changes nothing', async () => {
    const here = world();
    await here.setPassword('root', 'changed');
    const before = await labelled(here.store, 'AWSCURRENT');

    await expect(wholeRotation(here)).rejects.toMatchObject({
      name: 'PermissionError',
      hint: expect.stringContaining('masterarn'),
    });

    expect(await here.opens(before as never)).toBe(true);
  });

  it.each([
    ['is put back', (setting: () => Promise<TakeBack>) => setting(), true],
    [
      'cannot be put back',
      async (setting: () => Promise<TakeBack>) => {
        await setting();
        return () => Promise.reject(new Error('the session is gone'));
      },
      false,
    ],
    [
      'is put back in another form, where the first is not seen to open',
      async (setting: () => Promise<TakeBack>) => {
        const takeBack = await setting();
        return Object.assign(async () => {}, { otherwise: () => takeBack() });
      },
      true,
    ],
  ])('a replica that fails leaves no session open: the password %s', async (_what, through, isBack) => {
    const here = memoryWorld((engine, source) =>
      superuserSetStrategy(
        {
          ...engine,
          async connect(login, ctx) {
            // The same server by another name: what a replica is to samePlace.
            const session = await engine.connect({ ...login, host: 'db.test' }, ctx);
            if (login.username === 'app' && login.password !== 'first-password') {
              await session.close();
              throw new UnreachableError('no answer', { code: 'UNREACHABLE_LOGIN', hint: 'look' });
            }
            return { ...session, setPassword: (...args) => through(() => session.setPassword(...args)) };
          },
        },
        { superuserFor: async (...args) => ({ ...(await source.superuserFor(...args)), host: 'primary.test' }) },
      ),
    );

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'UNREACHABLE_LOGIN' });

    expect(here.server.open).toEqual([]);
    expect(here.server.users.get('app')?.password === 'first-password').toBe(isBack);
  });

  it('does not ask a primary what a replica knows of a password', async () => {
    const asked: string[] = [];
    const here = memoryWorld((engine, source) =>
      superuserSetStrategy(
        {
          ...engine,
          async connect(login, ctx) {
            const session = await engine.connect({ ...login, host: 'db.test' }, ctx);
            return { ...session, opens: async (username) => asked.push(username) < 0 };
          },
        },
        { superuserFor: async (...args) => ({ ...(await source.superuserFor(...args)), host: 'primary.test' }) },
      ),
    );

    await wholeRotation(here);

    expect(asked).toEqual([]);
  });

  it('keeps a pending value that an earlier try set, with the superuser away from it', async () => {
    const here = world();
    const token = await here.store.begin();
    await step(here, token, 'createSecret');
    const pending = String((await labelled(here.store, 'AWSPENDING'))?.password);
    await here.setPassword('app', pending);

    const { reports } = await step(here, token, 'setSecret');

    expect(reports).toEqual(['recovered']);
    expect(here.server.users.get('app')?.password).toBe(pending);
    expect(here.server.open).toEqual([]);
  });
});
