/** What stands between a login and the server: a pooler that shares the server's sessions, and one that maps the login's name. */
import { connect, createServer } from 'node:net';
import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { startPostgres } from '../../../../local/servers/postgres/server.ts';
import { postgres } from '../../../../shared/databases/postgres/postgres.ts';
import { testContext } from '../../../support/context.ts';
import { findPgbouncer, startPgbouncer } from '../../../support/pgbouncer.ts';
import { int32 } from '../../../support/strange-postgres.ts';

const server = await startPostgres({ hba: 'host all all 127.0.0.1/32 scram-sha-256\n' });
const admin = new pg.Client({
  host: '127.0.0.1',
  port: server.port,
  user: server.superuser.username,
  password: server.superuser.password,
  database: 'postgres',
});
await admin.connect();
const ctx = testContext();
afterAll(async () => {
  await admin.end();
  await server.stop();
});

let serial = 0;
async function user(port = server.port) {
  const username = `app${++serial}`;
  await admin.query(`CREATE ROLE ${username} LOGIN PASSWORD 'first password'`);
  return { engine: 'postgres', host: '127.0.0.1', port, username, password: 'first password', tls: false } as const;
}
const kept = async (username: string) =>
  (await admin.query('SELECT rolpassword FROM pg_authid WHERE rolname = $1', [username])).rows[0]?.rolpassword;
const locks = async () =>
  (await admin.query("SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory'")).rows[0]?.n;

const pgbouncer = await findPgbouncer();

describe.skipIf(pgbouncer === undefined)('through PgBouncer in transaction mode, with one session for all', () => {
  it('two rotations pass, the proof included, and nothing is left on the session', async () => {
    const bouncer = await startPgbouncer(pgbouncer?.program ?? '', server, 1);
    const first = await user(bouncer.port);
    const left: unknown[] = [];

    let password: string = first.password;
    for (const next of ['second password', 'third password']) {
      const session = await postgres.connect({ ...first, password }, ctx);
      await session.setPassword(first.username, next);
      const proof = await postgres.connect({ ...first, password: next }, ctx);
      await proof.ping();
      await proof.close();
      left.push(await locks());
      await session.close();
      password = next;
    }
    const app = new pg.Client({
      host: '127.0.0.1',
      port: bouncer.port,
      user: first.username,
      password,
      database: 'postgres',
    });
    await app.connect();
    const { rows } = await app.query(
      `SELECT current_user = session_user AS itself, current_setting('search_path') AS path,
              current_setting('lock_timeout') AS wait, (SELECT count(*)::int FROM pg_prepared_statements) AS prepared`,
    );
    await app.end();
    await bouncer.stop();

    expect(left).toEqual([0, 0]);
    expect(rows).toEqual([{ itself: true, path: '"$user", public', wait: '0', prepared: 0 }]);
  });

  it('a change that is taken back leaves the verifier that was there', async () => {
    const bouncer = await startPgbouncer(pgbouncer?.program ?? '', server, 1);
    const login = await user(bouncer.port);
    const session = await postgres.connect(login, ctx);

    const takeBack = await session.setPassword(login.username, 'second password');
    await takeBack();
    await session.close();
    const again = await postgres.connect(login, ctx);
    await again.ping();
    await again.close();
    await bouncer.stop();

    expect(await locks()).toBe(0);
  });
});

it('without a pooler the lock stays until the session ends', async () => {
  const login = await user();
  const session = await postgres.connect(login, ctx);

  await session.setPassword(login.username, 'second password');
  const held = await locks();
  await session.close();

  expect(held).toBe(1);
  await expect.poll(locks).toBe(0);
});

describe('a login whose name is mapped on the way', () => {
  it.each(['.tenant', '@server'])('changes the role that is logged in: app%s', async (suffix) => {
    const login = await user();
    const mapped = await mapping(server.port, login.username + suffix, login.username);
    const alias = { ...login, port: mapped.port, username: login.username + suffix };
    const session = await postgres.connect(alias, ctx);

    await session.setPassword(alias.username, 'second password');
    const proof = await postgres.connect({ ...alias, password: 'second password' }, ctx);
    await proof.close();
    await session.close();
    mapped.close();

    const direct = await postgres.connect({ ...login, password: 'second password' }, ctx);
    await direct.close();
  });

  it('is refused where the role may be that of many logins, and nothing is changed', async () => {
    const login = await user();
    const mapped = await mapping(server.port, 'somebody', login.username);
    const before = await kept(login.username);
    const session = await postgres.connect({ ...login, port: mapped.port, username: 'somebody' }, ctx);

    const refused = await session.setPassword('somebody', 'second password').catch((error: unknown) => error);
    await session.close();
    mapped.close();

    expect(refused).toMatchObject({ code: 'TARGET_MISMATCH', fact: expect.stringContaining(login.username) });
    expect(await kept(login.username)).toBe(before);
  });

  it('is refused with alternating users, also where a role of its name exists', async () => {
    const login = await user();
    const alias = `${login.username}.tenant`;
    await admin.query(`CREATE ROLE "${alias}" LOGIN`);
    const mapped = await mapping(server.port, alias, login.username);
    const session = await postgres.connect({ ...login, port: mapped.port, username: alias }, ctx);

    const refused = await session.privileges().catch((error: unknown) => error);
    await session.close();
    mapped.close();

    expect(refused).toMatchObject({ code: 'TARGET_MISMATCH' });
  });

  it('is no name of a role for a superuser', async () => {
    const root = { ...(await user()), ...server.superuser };
    const session = await postgres.connect(root, ctx);

    const refused = await session.setPassword('app.nobody', 'second password').catch((error: unknown) => error);
    await session.close();

    expect(refused).toMatchObject({ code: 'INVALID_SECRET', hint: expect.stringContaining('pooler') });
  });
});

/** Passes everything on, with another user in the start-up message. */
async function mapping(port: number, from: string, to: string) {
  const proxy = createServer((socket) => {
    const through = connect(port, '127.0.0.1');
    for (const end of [socket, through]) end.on('error', () => {});
    socket.once('data', (startup) => {
      const body = startup.toString('latin1', 4).replace(`user\0${from}\0`, `user\0${to}\0`);
      through.write(Buffer.concat([int32(body.length + 4), Buffer.from(body, 'latin1')]));
      socket.pipe(through).pipe(socket);
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return { port: (proxy.address() as { port: number }).port, close: () => void proxy.close() };
}
