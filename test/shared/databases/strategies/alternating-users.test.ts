import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { alternatingUsersStrategy } from '../../../../shared/databases/strategies/alternating-users.ts';
import { PermissionError, UnreachableError } from '../../../../shared/rotation/errors.ts';
import { redactor } from '../../../../shared/rotation/redact.ts';
import { crashPlan } from '../../../conformance/crash.ts';
import { configurationCheck, openLabels, rollback, step, wholeRotation } from '../../../conformance/rotate.ts';
import { describeStrategy } from '../../../conformance/strategy.case.ts';
import { changed, memoryWorld } from '../../../support/memory-world.ts';
import { byLabel, labelled } from '../../../support/store.ts';

const world = () => memoryWorld(alternatingUsersStrategy);

describeStrategy({
  name: 'alternating-users in memory',
  outage: 'none',
  logins: 3,
  world: async () => world(),
  lag: ({ store }, reads) => Object.assign(store, { lag: reads }),
});

it('alternating users leave no session open when one of two logins at once fails', async () => {
  const here = world();
  await wholeRotation(here);
  const plan = crashPlan();
  const { engine } = plan;
  plan.engine = (port) =>
    engine({
      ...port,
      async connect(login, ctx) {
        if (login.username === 'app')
          throw new UnreachableError('no answer', { code: 'CONNECTION_LOST', hint: 'repeat it' });
        const session = await port.connect(login, ctx);
        const privileges = () => turn().then(() => session.privileges());
        return { ...session, privileges };
      },
    });
  const { schema, test } = here.strategy(plan);
  const current = schema.parse(JSON.stringify(await labelled(here.store, 'AWSCURRENT')), 'AWSCURRENT');

  await expect(test({ pending: { ...current, username: 'app' }, current }, here.context({}))).rejects.toThrow(
    'no answer',
  );

  expect(here.server.open).toEqual([]);
});

it('alternating users take turns, and the previous one keeps its password', async () => {
  const here = world();

  await wholeRotation(here);
  const first = await labelled(here.store, 'AWSCURRENT');
  await wholeRotation(here);
  const second = await labelled(here.store, 'AWSCURRENT');

  expect([first?.username, second?.username]).toEqual(['app_clone', 'app']);
  expect(await here.opens(first as never)).toBe(true);
});

it('alternating users are not promoted when the two may do different things, and the difference is named', async () => {
  const here = world();
  const token = await here.store.begin();
  await step(here, token, 'createSecret');
  const before = await byLabel(here.store);
  const differing = {
    ...here,
    strategy: (plan: never) => {
      const strategy = here.strategy(plan);
      return {
        ...strategy,
        async set(...args: Parameters<typeof strategy.set>) {
          const change = await strategy.set(...args);
          here.server.users.get('app_clone')?.rights.add('drop orders');
          here.server.users.get('app_clone')?.rights.delete('read orders');
          return change;
        },
      };
    },
  };

  const refused = step(differing, token, 'setSecret');

  await expect(refused).rejects.toMatchObject({
    code: 'PRIVILEGES_DIFFER',
    fact: expect.stringContaining('missing read orders; surplus drop orders'),
  });
  expect((await byLabel(here.store)).AWSCURRENT).toBe(before.AWSCURRENT);
});

it('alternating users: a superuser that is refused is a PermissionError that names its secret', async () => {
  const here = world();
  await here.setPassword('root', 'changed');

  await expect(wholeRotation(here)).rejects.toMatchObject({
    name: 'PermissionError',
    hint: expect.stringContaining('masterarn'),
  });
});

it('alternating users: no superuser acts on the word of a secret that does not open the system itself', async () => {
  const here = world();
  const value = await labelled(here.store, 'AWSCURRENT');
  await here.store.putCurrent(JSON.stringify({ ...value, password: 'a guess' }));

  await expect(wholeRotation(here)).rejects.toMatchObject({
    code: 'AUTHENTICATION_REFUSED',
    hint: expect.stringMatching(
      /see that app is there; rekey rollback .*; else reset the password of app by hand, store it/,
    ),
  });

  expect(here.server.users.has('app_clone')).toBe(false);
  expect(here.server.taken).toEqual([]);
});

it.each([
  ['may do more', (rights: Set<string>) => rights.add('drop orders'), 'surplus drop orders'],
  ['may do less', (rights: Set<string>) => rights.delete('read orders'), 'missing read orders'],
])('alternating users: a new user that %s than the current one is not promoted', async (_what, change, difference) => {
  const here = changed(world(), (strategy) => ({
    async set(...args) {
      const made = await strategy.set(...args);
      change(here.server.users.get('app_clone')?.rights ?? new Set());
      return made;
    },
  }));
  const before = (await byLabel(here.store)).AWSCURRENT;

  const error = await wholeRotation(here).catch((thrown: unknown) => thrown);

  expect((await byLabel(here.store)).AWSCURRENT).toBe(before);
  expect(error).toMatchObject({
    code: 'PRIVILEGES_DIFFER',
    fact: `app_clone and app may do different things: ${difference}`,
  });
});

it.each([
  [3, 'surplus right 0, right 1, right 2'],
  [5, 'surplus right 0, right 1, right 2 and 2 more'],
])('alternating users: of %i differences the error names three', async (count, words) => {
  const here = changed(world(), (strategy) => ({
    async set(...args) {
      const made = await strategy.set(...args);
      for (let i = 0; i < count; i++) here.server.users.get('app_clone')?.rights.add(`right ${i}`);
      return made;
    },
  }));

  await expect(wholeRotation(here)).rejects.toMatchObject({ fact: expect.stringMatching(new RegExp(`: ${words}$`)) });
});

describe('alternating users, when somebody with the name of the other one is there', () => {
  const strangers = async () => {
    const here = world();
    here.server.users.set('app_clone', { password: 'of the other', rights: new Set(['read payroll']) });
    const value = await labelled(here.store, 'AWSCURRENT');
    const put = (more: object) => here.store.putCurrent(JSON.stringify({ ...value, ...more }));
    return { here, put, other: () => here.server.users.get('app_clone') };
  };
  const isUntouched = { password: 'of the other', rights: new Set(['read payroll']) };

  it('a stranger is refused, and keeps its password and its rights', async () => {
    const { here, other } = await strangers();

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'TARGET_MISMATCH' });

    expect(other()).toEqual(isUntouched);
    expect(here.server.open).toEqual([]);
  });

  it.each([
    ['AWSPREVIOUS', []],
    ['a version without a label', [{ password: 'first-password' }]],
  ])('it is the pair when %s opens it', async (_where, later) => {
    const { here, put, other } = await strangers();
    await put({ username: 'app_clone', password: 'of the other' });
    for (const value of [...later, {}]) await put(value);

    await wholeRotation(here);

    expect((await labelled(here.store, 'AWSCURRENT'))?.username).toBe('app_clone');
    expect(other()?.rights).toEqual(new Set(['read orders']));
  });

  it.each([
    ['of another host', { host: 'old.test' }],
    ['of another user', { username: 'app_other' }],
  ])('a stored password %s proves nothing, wherever it is stored', async (_what, more) => {
    for (const later of [[{}], [{}, {}]]) {
      const { here, put, other } = await strangers();
      await put({ username: 'app_clone', password: 'of the other', ...more });
      for (const value of later) await put(value);

      await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'TARGET_MISMATCH' });

      expect(other()).toEqual(isUntouched);
    }
  });
});

it('alternating users: the superuser works in the database of the secret, or in none', async () => {
  const logins: (readonly [string, unknown])[] = [];
  const databaseIn = (login: object) => ('dbname' in login ? login.dbname : 'none of its own');
  const here = memoryWorld((engine, { superuserFor }) =>
    alternatingUsersStrategy(
      {
        ...engine,
        connect: (login, ctx) => {
          logins.push([login.username, databaseIn(login)]);
          return engine.connect(login, ctx);
        },
      },
      { superuserFor: async (...args) => ({ ...(await superuserFor(...args)), dbname: 'of the superuser' }) },
    ),
  );
  await wholeRotation(here);
  const value = await labelled(here.store, 'AWSCURRENT');
  await here.store.putCurrent(JSON.stringify({ ...value, dbname: 'shop' }));
  await wholeRotation(here);

  expect(logins.filter(([username]) => username === 'root')).toEqual([
    ['root', 'none of its own'],
    ['root', 'shop'],
  ]);
});

it('alternating users: what the superuser logs in with is masked from then on', async () => {
  const here = world();
  const redact = redactor();

  await wholeRotation(here, { redact });

  expect(redact.text('it is root-password')).toBe('it is [redacted]');
});

it('alternating users: a clone that cannot be made leaves no session open, and nothing is promoted', async () => {
  const here = memoryWorld((engine, source) =>
    alternatingUsersStrategy(
      {
        ...engine,
        async connect(login, ctx) {
          const session = await engine.connect(login, ctx);
          return { ...session, cloneUser: () => Promise.reject(new PermissionError('no', { hint: 'grant it' })) };
        },
      },
      source,
    ),
  );
  const before = (await byLabel(here.store)).AWSCURRENT;

  await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });

  expect(here.server.open).toEqual([]);
  expect((await byLabel(here.store)).AWSCURRENT).toBe(before);
});

it('alternating users: in a configuration check the two are one, which logs in once, and so does the superuser', async () => {
  const here = world();

  await configurationCheck(here);

  expect(here.server.taken).toEqual(['app', 'root']);
});

it('alternating users: a configuration check finds a superuser that is refused, and changes nothing', async () => {
  const here = world();
  here.server.users.set('root', { password: 'another', rights: new Set(), superuser: true });

  await expect(configurationCheck(here)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });

  expect([...here.server.users.keys()]).toEqual(['app', 'root']);
  expect(here.server.open).toEqual([]);
});

it('alternating users need masterarn, and change nothing without it', async () => {
  const here = world();
  const { masterarn: _, ...value } = (await labelled(here.store, 'AWSCURRENT')) ?? {};
  await here.store.putCurrent(JSON.stringify(value));

  await expect(wholeRotation(here)).rejects.toMatchObject({ fact: expect.stringContaining('masterarn') });

  expect([here.server.taken, [...here.server.users.keys()]]).toEqual([[], ['app', 'root']]);
});

describe('a rollback to the other user', () => {
  const rotatedTwice = async () => {
    const here = memoryWorld(alternatingUsersStrategy);
    await wholeRotation(here);
    await wholeRotation(here);
    return here;
  };

  it('needs no superuser while the other one works, and may do the same', async () => {
    const here = await rotatedTwice();
    await here.setPassword('root', 'by hand');
    const before = structuredClone(here.server.users);

    const { news } = await rollback(here);

    expect(here.server.users).toEqual(before);
    expect(news).toEqual([{ outcome: 'succeeded', action: 'rollback' }]);
    expect(await openLabels(here)).toEqual(expect.arrayContaining(['AWSCURRENT', 'AWSPREVIOUS']));
  });

  it('brings its rights into line when they differ', async () => {
    const here = await rotatedTwice();
    const { username = '' } = (await labelled(here.store, 'AWSPREVIOUS')) ?? {};
    here.server.users.get(String(username))?.rights.clear();

    await rollback(here);

    expect([...(here.server.users.get(String(username))?.rights ?? [])]).toEqual(['read orders']);
  });

  it('is a rescue when AWSCURRENT is refused, and needs no superuser for it either', async () => {
    const here = await rotatedTwice();
    const { username = '' } = (await labelled(here.store, 'AWSCURRENT')) ?? {};
    await here.setPassword(String(username), 'by hand');
    await here.setPassword('root', 'by hand');

    const { news } = await rollback(here);

    expect(news).toEqual([
      { outcome: 'recovered', recoveredWith: 'AWSPREVIOUS' },
      { outcome: 'succeeded', action: 'rollback' },
    ]);
    expect(await openLabels(here)).toEqual(['AWSCURRENT']);
  });

  it('is no answer to a server that is away', async () => {
    const here = await rotatedTwice();
    const labels = await byLabel(here.store);
    const error = new UnreachableError('away', { code: 'UNREACHABLE_TCP', hint: 'look' });
    const plan = crashPlan({ call: 5, when: 'before', error });

    await expect(rollback(here, { plan })).rejects.toBe(error);

    expect(plan.calls[5]).toBe('connect app_clone');
    expect(await byLabel(here.store)).toEqual(labels);
  });
});
