import { describe, expect, it } from 'vitest';
import type { DatabaseEngine } from '../../../../shared/databases/engine.ts';
import { dualPasswordStrategy } from '../../../../shared/databases/strategies/dual-password.ts';
import { REVOKE_PREVIOUS } from '../../../../shared/rotation/strategy.ts';
import { step, wholeRotation } from '../../../conformance/rotate.ts';
import { describeStrategy } from '../../../conformance/strategy.case.ts';
import { memoryEngine } from '../../../support/memory-engine.ts';
import { memoryWorld } from '../../../support/memory-world.ts';
import { byLabel, labelled } from '../../../support/store.ts';

const world = () => memoryWorld(dualPasswordStrategy);

describeStrategy({
  name: 'dual-password in memory',
  outage: 'none',
  logins: 2,
  world: async () => world(),
  lag: ({ store }, reads) => Object.assign(store, { lag: reads }),
});

it('dual passwords: the previous value stays valid for one rotation, and no longer', async () => {
  const here = world();
  const first = await labelled(here.store, 'AWSCURRENT');

  await wholeRotation(here);
  const second = await labelled(here.store, 'AWSCURRENT');
  const afterOne = [await here.opens(first as never), await here.opens(second as never)];
  await wholeRotation(here);
  const afterTwo = [await here.opens(first as never), await here.opens(second as never)];

  expect([afterOne, afterTwo]).toEqual([
    [true, true],
    [false, true],
  ]);
});

it('dual passwords: keeps the pending value when an earlier try got through and AWSCURRENT is refused since', async () => {
  const here = world();
  const token = await here.store.begin();
  await step(here, token, 'createSecret');
  await here.setPassword('app', String((await labelled(here.store, 'AWSPENDING'))?.password));

  const { reports } = await step(here, token, 'setSecret');

  expect(reports).toEqual(['recovered']);
  expect((await byLabel(here.store)).AWSCURRENT).toBe(token);
  expect(await here.opens((await labelled(here.store, 'AWSCURRENT')) as never)).toBe(true);
});

it('dual passwords: a server without them is refused, and nothing is changed', async () => {
  const without = (engine: DatabaseEngine): DatabaseEngine => ({
    ...engine,
    connect: async (login, ctx) => {
      const { addPassword: _, ...session } = await engine.connect(login, ctx);
      return session;
    },
  });
  const here = memoryWorld((engine) => dualPasswordStrategy(without(engine)));
  const before = await labelled(here.store, 'AWSCURRENT');

  const refused = wholeRotation(here);

  await expect(refused).rejects.toMatchObject({
    name: 'PermissionError',
    fact: expect.stringContaining('no dual passwords'),
  });
  expect(await here.opens(before as never)).toBe(true);
  expect(here.server.open.length).toBe(0);
});

describe('dual passwords that end before the next rotation', () => {
  const asked: Date[] = [];
  const later = async (at: Date) => void asked.push(at);
  const choosing = (after: string, more: object) => {
    const here = world();
    Object.assign(here.store, { tags: { 'rekey:revoke-after': after } });
    return { ...here, context: (given: object) => here.context({ ...more, ...given }) };
  };

  it('are asked for at the time that the owner chose, and then only the current one works', async () => {
    const here = choosing('7d', { later });
    const first = (await labelled(here.store, 'AWSCURRENT')) as never;
    const { token } = await wholeRotation(here);

    const { reports } = await step(here, token, REVOKE_PREVIOUS);

    const days = (asked.map(Number)[0] ?? 0) - Date.now();
    expect(days / 86_400_000).toBeCloseTo(7, 2);
    expect(reports).toEqual(['revoked']);
    const second = (await labelled(here.store, 'AWSCURRENT')) as never;
    expect([await here.opens(first), await here.opens(second)]).toEqual([false, true]);
  });

  it('are left alone while the next rotation has made AWSCURRENT the older one', async () => {
    const here = choosing('7d', { later });
    const { token } = await wholeRotation(here);
    const next = await here.store.begin();
    for (const name of ['createSecret', 'setSecret']) await step(here, next, name, { cutover: 'finish' });

    const { reports, news } = await step(here, token, REVOKE_PREVIOUS);

    expect(reports).toEqual(['postponed']);
    expect(news).toMatchObject([{ because: expect.stringContaining('the older of two passwords') }]);
    expect(await here.opens((await labelled(here.store, 'AWSCURRENT')) as never)).toBe(true);
    expect(await here.opens((await labelled(here.store, 'AWSPENDING')) as never)).toBe(true);
  });

  it('are asked about again a day later, and told why, while AWSCURRENT is the older one', async () => {
    const until: Date[] = [];
    const here = choosing('7d', { later: async (at: Date) => void until.push(at) });
    const { token } = await wholeRotation(here);
    const next = await here.store.begin();
    for (const name of ['createSecret', 'setSecret']) await step(here, next, name, { cutover: 'finish' });
    until.splice(0);

    await step(here, token, REVOKE_PREVIOUS);

    expect((Number(until[0]) - Date.now()) / 86_400_000).toBeCloseTo(1, 2);
    expect(here.server.open).toEqual([]);
  });

  it('are chosen by a field of the secret as well, and a word that means nothing is refused before a value is made', async () => {
    const here = { ...world(), context: (given: object) => world().context({ later, ...given }) };
    const value = await labelled(here.store, 'AWSCURRENT');
    asked.splice(0);
    await here.store.putCurrent(JSON.stringify({ ...value, revokeAfter: '2d' }));
    const { token } = await wholeRotation(here);
    const { reports } = await step(here, token, REVOKE_PREVIOUS);
    await here.store.putCurrent(JSON.stringify({ ...(await labelled(here.store, 'AWSCURRENT')), revokeAfter: 'soon' }));

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'INVALID_SECRET' });

    expect(reports).toEqual(['revoked']);
    expect((Number(asked[0]) - Date.now()) / 86_400_000).toBeCloseTo(2, 2);
    expect(JSON.stringify(await labelled(here.store, 'AWSPENDING'))).toBe(undefined);
  });

  it('are asked for by nobody who chose none', async () => {
    const here = { ...world(), context: (given: object) => world().context({ later, ...given }) };
    asked.splice(0);

    await wholeRotation(here);

    expect(asked).toEqual([]);
  });

  it('stay when their owner changed the choice since', async () => {
    const here = choosing('7d', { later });
    const first = (await labelled(here.store, 'AWSCURRENT')) as never;
    const { token } = await wholeRotation(here);
    here.store.tags = { 'rekey:revoke-after': 'next-rotation' };

    const { reports, answer } = await step(here, token, REVOKE_PREVIOUS);

    expect(reports).toEqual([]);
    expect(answer).toEqual({ outcome: 'kept', because: 'its owner chose that the next rotation ends it' });
    expect(await here.opens(first)).toBe(true);
  });

  it('cannot end on a server without them', async () => {
    const here = choosing('7d', { later });
    const { token } = await wholeRotation(here);
    const without = memoryWorld((engine) =>
      dualPasswordStrategy({
        ...engine,
        connect: async (login, ctx) => {
          const { discardOldPassword: _, ...session } = await memoryEngine(here.server).connect(login, ctx);
          return session;
        },
      }),
    );

    await expect(step({ ...here, strategy: without.strategy }, token, REVOKE_PREVIOUS)).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      fact: expect.stringContaining('no dual passwords'),
    });

    expect(here.server.open).toEqual([]);
    expect(here.server.users.get('app')?.second).toBe('first-password');
  });

  it('are refused before anything is changed where the function cannot be called later', async () => {
    const here = choosing('7d', {});
    const before = here.server.users.get('app')?.password;

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'INVALID_CONFIGURATION' });

    expect(await labelled(here.store, 'AWSPENDING')).toBeUndefined();
    expect(here.server.users.get('app')).toMatchObject({ password: before });
    expect(here.server.users.get('app')?.second).toBeUndefined();
  });
});

/** A server that hears all it may. */
function listening() {
  const heard: string[] = [];
  const here = memoryWorld((engine) =>
    dualPasswordStrategy({
      ...engine,
      async connect(login, ctx) {
        const session = await engine.connect(login, ctx);
        return {
          ...session,
          async addPassword(password, abandoned) {
            heard.push(...(await Array.fromAsync(abandoned?.() ?? [])));
            await session.addPassword?.(password);
          },
        };
      },
    }),
  );
  return { here, heard };
}

describe('dual passwords: what a server may want to hear of rotations that nobody finished', () => {
  it('is nothing where no other version is', async () => {
    const { here, heard } = listening();

    await wholeRotation(here);

    expect(heard).toEqual([]);
  });

  it('are the passwords of this user at this place, AWSPREVIOUS first, then without a label, newest first', async () => {
    const { here, heard } = listening();
    const value = await labelled(here.store, 'AWSCURRENT');
    const put = (more: object) => here.store.putCurrent(JSON.stringify({ ...value, ...more }));
    await put({ password: 'older' });
    await put({ password: 'of another user', username: 'somebody_else' });
    await put({ password: 'of another host', host: 'old.test' });
    await put({ password: 'newer' });
    await put({ password: 'previous' });
    await put({});

    await wholeRotation(here);

    expect(heard).toEqual(['previous', 'newer', 'older', 'first-password']);
  });

  it.each([
    ['user', { username: 'somebody_else' }],
    ['host', { host: 'old.test' }],
  ])('are none of another %s, also with AWSPREVIOUS', async (_what, other) => {
    const { here, heard } = listening();
    const value = await labelled(here.store, 'AWSCURRENT');
    await here.store.putCurrent(JSON.stringify({ ...value, ...other, password: 'previous' }));
    await here.store.putCurrent(JSON.stringify(value));

    await wholeRotation(here);

    expect(heard).toEqual(['first-password']);
  });
});
