/** A real standby, which streams from a real primary: it takes logins, and no change. */
import { afterAll, describe, expect, it } from 'vitest';
import { openConnection } from '../../../../shared/databases/postgres/connection.ts';
import { postgres, product } from '../../../../shared/databases/postgres/postgres.ts';
import { stored } from '../../../support/pair-proof.ts';
import { realPostgres } from '../../../support/postgres-server.ts';
import { startStandby } from '../../../support/postgres-standby.ts';

const server = await realPostgres();
const standby = await startStandby(server.running);
afterAll(async () => {
  await standby.stop();
  await server.stop();
});
const { context: ctx } = server;
let serial = 0;
const user = async () => {
  const name = `replicated${++serial}`;
  await server.createUser(name, 'first password');
  await standby.caughtUp();
  const onPrimary = server.login(name, 'first password');
  return { name, onPrimary, onStandby: { ...onPrimary, port: standby.port } };
};

describe('a standby', () => {
  it('takes the logins of the primary, with the same rights', async () => {
    const { name, onPrimary, onStandby } = await user();
    await server.grant(name);
    await standby.caughtUp();
    const sessions = [await postgres.connect(onPrimary, ctx), await postgres.connect(onStandby, ctx)];

    const [here, there] = await Promise.all(sessions.map((session) => session.privileges()));
    for (const session of sessions) await session.close();

    expect(there).toEqual(here);
    expect(there).toContain('SELECT ON TABLE shared.granted');
  });

  it.each([
    ['the change of a password', 'setPassword'],
    ['a clone', 'cloneUser'],
  ] as const)('refuses %s as READ_ONLY, and names the primary as the way out', async (_what, member) => {
    const { name, onPrimary, onStandby } = await user();
    const login = member === 'setPassword' ? onStandby : { ...server.superuser, port: standby.port };
    const session = await postgres.connect(login, ctx);

    const error = await (member === 'setPassword'
      ? session.setPassword(name, 'second password')
      : session.cloneUser(name, `${name}_clone`, 'second password', stored('first password'))
    ).catch((thrown: unknown) => thrown);
    await session.ping();
    await session.close();

    expect(error).toMatchObject({
      name: 'PermissionError',
      code: 'READ_ONLY',
      retryable: false,
      fact: `localhost:${standby.port} takes no changes`,
      hint: expect.stringContaining('endpoint of the primary'),
    });
    await standby.caughtUp();
    for (const login of [onPrimary, onStandby]) await (await postgres.connect(login, ctx)).close();
    expect(await server.sql('SELECT 1 FROM pg_roles WHERE rolname = $1', [`${name}_clone`])).toEqual([]);
  });
});

it.each(['a statement', 'the message that begins'])(
  'a primary that lacks a feature (0A000) in %s is not called a standby',
  async (where) => {
    const connection = await openConnection(server.superuser, product, ctx);
    const lacks = 'WITH x AS (SELECT 1) SELECT * FROM x FOR UPDATE OF x';

    const error = await (where === 'a statement'
      ? connection.transaction('READ WRITE', ({ query }) => query(lacks))
      : connection.transaction('READ WRITE', () => expect.fail('it began'), lacks)
    ).catch((thrown: unknown) => thrown);
    await connection.close();

    expect(error).toMatchObject({ code: 'SERVICE_FAILED', fact: expect.stringContaining('0A000') });
  },
);
