/** A superuser that does not get in: whose secret is to be looked at, and for what. */
import { describe, expect, it } from 'vitest';
import type { DatabaseEngine } from '../../../../shared/databases/engine.ts';
import { alternatingUsersStrategy } from '../../../../shared/databases/strategies/alternating-users.ts';
import { connectSuperuser } from '../../../../shared/databases/strategies/superuser-session.ts';
import { superuserSetStrategy } from '../../../../shared/databases/strategies/superuser-set.ts';
import { InvalidSecretError, PermissionError } from '../../../../shared/rotation/errors.ts';
import { step } from '../../../conformance/rotate.ts';
import { timelessContext } from '../../../support/context.ts';
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

/** A configuration check in a world in memory, whose engine or superuser differs in something. */
async function check(
  strategy: typeof alternatingUsersStrategy,
  differ: (engine: DatabaseEngine) => Partial<DatabaseEngine>,
  superuser: object = {},
) {
  const here = memoryWorld((engine, { superuserFor }) =>
    strategy(
      { ...engine, ...differ(engine) },
      { superuserFor: async (...args) => ({ ...(await superuserFor(...args)), ...superuser }) },
    ),
  );
  const token = await here.store.begin();
  await here.store.versions.put(here.store.secretId, token, JSON.stringify(await labelled(here.store, 'AWSCURRENT')));
  return step(here, token, 'testSecret');
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
