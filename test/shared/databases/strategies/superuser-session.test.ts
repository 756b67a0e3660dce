/** A superuser that does not get in: whose secret is to be looked at, and for what. */
import { describe, expect, it } from 'vitest';
import type { DatabaseEngine } from '../../../../shared/databases/engine.ts';
import { alternatingUsersStrategy } from '../../../../shared/databases/strategies/alternating-users.ts';
import { dualPasswordStrategy } from '../../../../shared/databases/strategies/dual-password.ts';
import { singleUserStrategy } from '../../../../shared/databases/strategies/single-user.ts';
import { connectSuperuser } from '../../../../shared/databases/strategies/superuser-session.ts';
import { superuserSetStrategy } from '../../../../shared/databases/strategies/superuser-set.ts';
import { InvalidSecretError, PermissionError } from '../../../../shared/rotation/errors.ts';
import { configurationCheck } from '../../../conformance/rotate.ts';
import { timelessContext } from '../../../support/context.ts';
import type { MemoryUser } from '../../../support/memory-engine.ts';
import { memoryEngine, memoryServer } from '../../../support/memory-engine.ts';
import { memoryWorld } from '../../../support/memory-world.ts';
import { labelled } from '../../../support/store.ts';

const server = memoryServer();
server.users.set('root', { password: 'root-password', rights: new Set(), superuser: true });
const login = { engine: 'memory', host: server.host, port: server.port, username: 'root' };
const connect = (password: string) =>
  connectSuperuser(memoryEngine(server), { ...login, password }, 'arn:super', timelessContext());

it('that is refused has a wrong password in its own secret', async () => {
  await expect(connect('another')).rejects.toMatchObject({
    name: 'PermissionError',
    code: 'PERMISSION_DENIED',
    about: 'arn:super',
    hint: expect.stringContaining('masterarn'),
  });
});

it('that the driver can make no login with keeps that code, and the hint for it: its password may be right', async () => {
  server.unsupported.add('root-password');

  const refused = connect('root-password');

  await expect(refused).rejects.toMatchObject({
    name: 'PermissionError',
    code: 'LOGIN_UNSUPPORTED',
    hint: 'use another driver',
  });
  server.unsupported.clear();
});

/** A configuration check in a world in memory, whose engine or superuser differs in something, or that has a clone. */
async function check(
  strategy: typeof alternatingUsersStrategy,
  differ: (engine: DatabaseEngine) => Partial<DatabaseEngine>,
  superuser: object = {},
  clone?: MemoryUser,
  before?: object,
  fields?: object,
) {
  const here = memoryWorld((engine, { superuserFor }) =>
    strategy(
      { ...engine, ...differ(engine) },
      { superuserFor: async (...args) => ({ ...(await superuserFor(...args)), ...superuser }) },
    ),
  );
  if (clone !== undefined) here.server.users.set('app_clone', clone);
  const current = await labelled(here.store, 'AWSCURRENT');
  if (before !== undefined) {
    await here.store.putCurrent(JSON.stringify({ ...current, ...before }));
    await here.store.putCurrent(JSON.stringify(current));
  }
  if (fields !== undefined) await here.store.putCurrent(JSON.stringify({ ...current, ...fields }));
  const checked = await configurationCheck(here);
  expect(here.server.open).toEqual([]);
  return checked;
}

describe.each([
  ['alternating users', alternatingUsersStrategy],
  ['superuser set', superuserSetStrategy],
])('a configuration check of %s', (_name, strategy) => {
  it('passes where all is as it must be', async () => {
    expect((await check(strategy, () => ({}))).reports).toEqual(['checked']);
  });

  it('says that the superuser secret does not open the server', async () => {
    await expect(check(strategy, () => ({}), { password: 'another' })).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      about: 'arn:superuser',
    });
  });

  it('asks the superuser something, and not only lets it in', async () => {
    const silent = (engine: DatabaseEngine): Partial<DatabaseEngine> => ({
      async connect(login, ctx) {
        const session = await engine.connect(login, ctx);
        const ping = () => Promise.reject(new PermissionError('root may not even ask', { hint: 'do' }));
        return login.username === 'root' ? { ...session, ping } : session;
      },
    });

    await expect(check(strategy, silent)).rejects.toThrow('root may not even ask');
  });
});

it('a configuration check finds that the user of the name of a clone is a stranger, and leaves both as they are', async () => {
  const stranger = { password: 'of somebody else', rights: new Set<string>() };

  const refused = check(alternatingUsersStrategy, () => ({}), {}, stranger);

  await expect(refused).rejects.toMatchObject({ code: 'TARGET_MISMATCH' });
  expect(stranger).toEqual({ password: 'of somebody else', rights: new Set() });
});

it('a configuration check takes two users for a pair that a stored version of the secret opens', async () => {
  const known = { password: 'first-password', rights: new Set<string>() };

  await check(alternatingUsersStrategy, () => ({}), {}, known, { username: 'app_clone', password: 'first-password' });

  expect(known).toEqual({ password: 'first-password', rights: new Set() });
});

it.each([
  ['alternating users', alternatingUsersStrategy, { superuser: false }],
  ['superuser set', superuserSetStrategy, { superuser: false }],
])('a configuration check of %s finds a superuser that lacks the right to', async (_name, strategy, root) => {
  const lesser = (engine: DatabaseEngine): Partial<DatabaseEngine> => ({
    async connect(login, ctx) {
      const session = await engine.connect(login, ctx);
      const refuse = () => Promise.reject(new PermissionError('root may not', { hint: 'grant it' }));
      return login.username === 'root'
        ? { ...session, rehearsal: { setPassword: refuse, cloneUser: refuse } }
        : session;
    },
  });

  await expect(check(strategy, lesser, root)).rejects.toThrow('root may not');
});

it.each([
  ['single user', singleUserStrategy],
  ['dual passwords', dualPasswordStrategy],
  ['alternating users', alternatingUsersStrategy],
  ['superuser set', superuserSetStrategy],
])('a configuration check of %s finds settings that leave no password to choose', async (_name, strategy) => {
  const password = { maxLength: 2, forbidden: '', excludedByDefault: '' };

  await expect(check(strategy, () => ({ password }))).rejects.toMatchObject({ code: 'INVALID_CONFIGURATION' });
});

it('a configuration check of a single user asks whether it may change its own password', async () => {
  const asked: unknown[] = [];
  const asking = (engine: DatabaseEngine): Partial<DatabaseEngine> => ({
    connect: async (login, ctx) => {
      const setPassword = async (username: string) => void asked.push(username);
      const session = await engine.connect(login, ctx);
      return { ...session, rehearsal: { setPassword, cloneUser: () => expect.unreachable() } };
    },
  });

  await check(singleUserStrategy, asking);

  expect(asked).toEqual(['app']);
});

const strategies = { singleUserStrategy, alternatingUsersStrategy, superuserSetStrategy };
describe.each(Object.entries(strategies))('a configuration check: %s', (_name, strategy) => {
  it.each([
    ['nothing', undefined],
    ['no password', { cloneUser: async () => {} }],
  ])('passes on an engine that rehearses %s', async (_what, rehearsal) => {
    const lesser = (engine: DatabaseEngine): Partial<DatabaseEngine> => ({
      async connect(login, ctx) {
        const { rehearsal: _, ...session } = await engine.connect(login, ctx);
        return { ...session, ...(rehearsal && { rehearsal }) };
      },
    });

    expect((await check(strategy, lesser)).reports).toEqual(['checked']);
  });
});

it('a configuration check of dual passwords finds a time to revoke that nobody can read', async () => {
  const refused = check(dualPasswordStrategy, () => ({}), {}, undefined, undefined, { revokeAfter: 'soon' });

  await expect(refused).rejects.toMatchObject({ code: 'INVALID_SECRET' });
});

it('a configuration check of dual passwords finds a server that has none', async () => {
  const one = (engine: DatabaseEngine): Partial<DatabaseEngine> => ({
    async connect(login, ctx) {
      const { addPassword: _, ...session } = await engine.connect(login, ctx);
      return session;
    },
  });

  await expect(check(dualPasswordStrategy, one)).rejects.toThrow('has no dual passwords');
});

it('a configuration check finds a name too long for a pair', async () => {
  const counterpart = () => {
    throw new InvalidSecretError('the name is too long', { hint: 'do' });
  };

  await expect(check(alternatingUsersStrategy, () => ({ counterpart }))).rejects.toThrow('the name is too long');
});

it('a configuration check finds a superuser secret that is for the rotated user', async () => {
  const same = { username: 'app', password: 'first-password' };

  await expect(check(superuserSetStrategy, () => ({}), same)).rejects.toMatchObject({ code: 'INVALID_SECRET' });
});
