import { describe, expect, it } from 'vitest';
import { singleUserStrategy } from '../../../../shared/databases/strategies/single-user.ts';
import { PermissionError } from '../../../../shared/rotation/errors.ts';
import type { Rotation } from '../../../../shared/rotation/rotation.ts';
import { rotation, step, wholeRotation } from '../../../conformance/rotate.ts';
import { describeStrategy } from '../../../conformance/strategy.case.ts';
import { changed, memoryWorld } from '../../../support/memory-world.ts';
import { labelled } from '../../../support/store.ts';

const world = () => memoryWorld(singleUserStrategy);

describeStrategy({
  name: 'single-user in memory',
  outage: 'brief',
  logins: 2,
  world: async () => world(),
  lag: ({ store }, reads) => Object.assign(store, { lag: reads }),
});

describe('single-user, when AWSCURRENT is refused', () => {
  it('logs in with AWSPREVIOUS, and says that it recovered', async () => {
    const { server, store, ...rest } = world();
    const here = { server, store, ...rest };
    await wholeRotation(here);
    await here.setPassword('app', String((await labelled(store, 'AWSPREVIOUS'))?.password));

    const { reports } = await wholeRotation(here);

    expect(reports).toEqual(['recovered', 'succeeded']);
    expect(await here.opens((await labelled(store, 'AWSCURRENT')) as never)).toBe(true);
  });

  it('never sends a previous value to another host, and goes on to versions without a label', async () => {
    const here = world();
    const value = await labelled(here.store, 'AWSCURRENT');
    await here.store.putCurrent(JSON.stringify({ ...value, host: 'old.test' }));
    await here.store.putCurrent(JSON.stringify({ ...value, password: 'not it' }));

    const { reports } = await wholeRotation(here);

    expect(reports).toEqual(['recovered', 'succeeded']);
    expect(here.server.refused).toEqual(['app', 'app']);
  });

  it('is locked out when nothing stored opens the system, and works again once a person has stored what does', async () => {
    const here = world();
    await here.setPassword('app', 'set by hand');

    await expect(wholeRotation(here)).rejects.toMatchObject({ name: 'LockedOutError', code: 'LOCKED_OUT' });

    const value = await labelled(here.store, 'AWSCURRENT');
    await here.store.putCurrent(JSON.stringify({ ...value, password: 'set by hand' }));
    expect((await wholeRotation(here)).reports).toEqual(['succeeded']);
  });
});

describe('single-user, when the driver can make no login with a stored value', () => {
  it('goes on to the next one', async () => {
    const here = world();
    await wholeRotation(here);
    const previous = String((await labelled(here.store, 'AWSPREVIOUS'))?.password);
    await here.setPassword('app', previous);
    here.server.unsupported.add(String((await labelled(here.store, 'AWSCURRENT'))?.password));

    const { reports } = await wholeRotation(here);

    expect(reports).toEqual(['recovered', 'succeeded']);
  });

  it('calls nothing a lock-out when no other opens: another driver may log in with it', async () => {
    const here = world();
    here.server.unsupported.add('first-password');
    const progress: Rotation<object>['progress'] = { working: 'AWSCURRENT' };
    const token = await here.store.begin();
    await step(here, token, 'createSecret');

    await expect(step(here, token, 'setSecret', { progress })).rejects.toMatchObject({ code: 'LOGIN_UNSUPPORTED' });

    expect(here.server.users.get('app')?.password).toBe('first-password');
  });
});

describe('single-user, when the cut-over fails', () => {
  it('sets the old password back when the new one is refused', async () => {
    const here = world();
    const token = await here.store.begin();
    await step(here, token, 'createSecret');
    const broken = {
      ...here,
      strategy: (plan: never) => {
        const strategy = here.strategy(plan);
        return { ...strategy, test: () => Promise.reject(new Error('the proof failed')) };
      },
    };

    await expect(step(broken, token, 'setSecret')).rejects.toThrow('the proof failed');

    expect(await here.opens((await labelled(here.store, 'AWSCURRENT')) as never)).toBe(true);
    expect(await rotation(here, token)).toEqual(['succeeded']);
  });

  it('sets the old password back when the promotion is refused, and tells that AWSCURRENT works', async () => {
    const here = world();
    const token = await here.store.begin();
    await step(here, token, 'createSecret');
    const current = await labelled(here.store, 'AWSCURRENT');
    const { StagingError } = await import('../../../../shared/rotation/errors.ts');
    here.store.versions.promote = async () => {
      throw new StagingError('no', { code: 'CURRENT_MISSING', hint: 'none' });
    };

    await expect(step(here, token, 'setSecret')).rejects.toMatchObject({ code: 'CURRENT_MISSING' });

    expect(await here.opens(current as never)).toBe(true);
  });

  it('keeps the new password when nobody knows whether the label moved, and the repeat converges', async () => {
    const here = world();
    const token = await here.store.begin();
    await step(here, token, 'createSecret');
    const { promote, describe: describeIt } = here.store.versions;
    here.store.versions.promote = async () => {
      here.store.versions.describe = () => Promise.reject(new Error('no answer either'));
      throw new Error('no answer');
    };

    await expect(step(here, token, 'setSecret')).rejects.toThrow('no answer');

    expect(await here.opens((await labelled(here.store, 'AWSPENDING')) as never)).toBe(true);
    Object.assign(here.store.versions, { promote, describe: describeIt });
    await rotation(here, token);
    expect(await here.opens((await labelled(here.store, 'AWSCURRENT')) as never)).toBe(true);
  });

  it('takes nothing back when it is so late that another rotation has come to its end', async () => {
    const here = world();
    const token = await here.store.begin();
    await step(here, token, 'createSecret');
    const { promote } = here.store.versions;
    here.store.versions.promote = async (...late) => {
      here.store.versions.promote = promote;
      await rotation(here, token);
      await wholeRotation(here);
      return promote(...late);
    };
    const progress = { working: 'AWSCURRENT' as const };

    await expect(step(here, token, 'setSecret', { progress })).rejects.toMatchObject({ code: 'CURRENT_MOVED' });

    expect(await here.opens((await labelled(here.store, 'AWSCURRENT')) as never)).toBe(true);
    expect(progress.working).toBe('unknown');
  });

  it('sets the old password back when somebody stored it once more meanwhile', async () => {
    const here = world();
    const token = await here.store.begin();
    await step(here, token, 'createSecret');
    const current = JSON.stringify(await labelled(here.store, 'AWSCURRENT'));
    const { promote } = here.store.versions;
    here.store.versions.promote = async (...late) => {
      await here.store.putCurrent(current);
      return promote(...late);
    };

    await expect(step(here, token, 'setSecret')).rejects.toMatchObject({ code: 'CURRENT_MOVED' });

    expect(await here.opens(JSON.parse(current))).toBe(true);
  });

  it('passes when the promotion was applied although its answer was an error', async () => {
    const here = world();
    const { promote } = here.store.versions;
    here.store.versions.promote = async (...args) => {
      await promote(...args);
      throw new Error('HTTP 500');
    };

    const { reports } = await wholeRotation(here);

    expect(reports).toEqual(['succeeded']);
  });
});

it('single-user: a change that the server refuses leaves no session open, and the old password', async () => {
  const here = memoryWorld((engine) =>
    singleUserStrategy({
      ...engine,
      async connect(login, ctx) {
        const session = await engine.connect(login, ctx);
        return { ...session, setPassword: () => Promise.reject(new PermissionError('no', { hint: 'grant it' })) };
      },
    }),
  );

  await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });

  expect(here.server.open).toEqual([]);
  expect(here.server.users.get('app')?.password).toBe('first-password');
});

describe('single-user, for an account that may have one session', () => {
  const exclusive = () => {
    const here = world();
    here.server.users.set('app', { password: 'first-password', rights: new Set(), exclusive: true });
    return here;
  };

  it('closes the session before the new password is proven', async () => {
    const here = exclusive();

    const { reports } = await wholeRotation(here);

    expect(reports).toEqual(['succeeded']);
    expect(here.server.open).toEqual([]);
    expect(await here.opens((await labelled(here.store, 'AWSCURRENT')) as never)).toBe(true);
  });

  it('tells what recovered it, all the same', async () => {
    const here = exclusive();
    const value = await labelled(here.store, 'AWSCURRENT');
    await here.store.putCurrent(JSON.stringify({ ...value, password: 'not it' }));

    expect((await wholeRotation(here)).reports).toEqual(['recovered', 'succeeded']);
  });

  it('takes nothing back, for no session is open that could, and the repeat converges', async () => {
    const here = exclusive();
    const token = await here.store.begin();
    await step(here, token, 'createSecret');
    const pending = String((await labelled(here.store, 'AWSPENDING'))?.password);
    const progress: Rotation<object>['progress'] = { working: 'unknown' };
    const broken = changed(here, () => ({ test: () => Promise.reject(new Error('the proof failed')) }));

    await expect(step(broken, token, 'setSecret', { progress })).rejects.toThrow('the proof failed');

    expect(here.server.users.get('app')?.password).toBe(pending);
    expect(progress.working).toBe('unknown');
    expect(await rotation(here, token)).toEqual(['recovered', 'succeeded']);
  });
});

it.each([
  ['keeps the lock and the session until the promotion, on a server with locks', new Map(), ['app']],
  ['leaves no session that an account may have no room for, on a server without', undefined, []],
] as const)('single-user, when AWSPENDING opens the system already, %s', async (_what, locks, expected) => {
  const seen: string[][] = [];
  const here = memoryWorld(singleUserStrategy);
  if (locks !== undefined) here.server.locks = locks as Map<string, Promise<void>>;
  const token = await here.store.begin();
  await step(here, token, 'createSecret');
  const { password } = JSON.parse(String(await here.store.valueOf(token)));
  await here.setPassword('app', password);
  const watched = changed(here, () => ({ test: async () => void seen.push([...here.server.open]) }));

  await step(watched, token, 'setSecret');

  expect(seen).toEqual([expected]);
  expect(here.server.open).toEqual([]);
});
