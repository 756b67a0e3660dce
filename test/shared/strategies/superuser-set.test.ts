import { describe, expect, it } from 'vitest';
import { superuserSetStrategy } from '../../../shared/strategies/superuser-set.ts';
import { rotation, step, wholeRotation } from '../../conformance/rotate.ts';
import { describeStrategy } from '../../conformance/strategy.case.ts';
import { memoryWorld } from '../../support/memory-world.ts';
import { byLabel, labelled } from '../../support/store.ts';

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

    await expect(step(broken, token, 'setSecret')).rejects.toThrow('the proof failed');

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
});
