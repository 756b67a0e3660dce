/** How a connection to MySQL or MariaDB comes about, and how it does not. */
import { connect, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { DatabaseEngine } from '../../../../shared/databases/engine.ts';
import { openConnection } from '../../../../shared/databases/mysql/connection.ts';
import { mariadb } from '../../../../shared/databases/mysql/mariadb.ts';
import { mysql } from '../../../../shared/databases/mysql/mysql.ts';
import { testContext } from '../../../support/context.ts';
import type { RealMysql } from '../../../support/mysql-server.ts';

export function describeMysqlConnecting(engine: DatabaseEngine, server: RealMysql): void {
  const { context: ctx } = server;
  const onMysql = server.product === 'MySQL';
  let serial = 0;
  const user = async () => {
    const name = `app_connecting${++serial}`;
    await server.createUser(name, 'base password');
    return { name, login: server.login(name, 'base password') };
  };

  it('a limit of the server or of the user cuts no statement of ours short', async () => {
    const { name, login } = await user();
    const limit = onMysql ? 'max_execution_time' : 'max_statement_time';
    const [before] = await server.sql(`SELECT @@GLOBAL.${limit} AS most, @@GLOBAL.lock_wait_timeout AS wait`);
    await server.sql(`SET GLOBAL ${limit} = ${onMysql ? 100 : 0.1}, GLOBAL lock_wait_timeout = 1`);
    if (!onMysql) await server.sql(`ALTER USER ${name} WITH MAX_STATEMENT_TIME 0.1`);

    const connection = await openConnection(login, { port: 3306, product: server.product }, ctx);
    const [seen] = await connection.query(
      `SELECT @@SESSION.${limit} + 0 AS most, @@SESSION.lock_wait_timeout AS wait, SLEEP(0.2) AS cut`,
    );
    await connection.close();
    await server.sql(`SET GLOBAL ${limit} = ${before?.most}, GLOBAL lock_wait_timeout = ${before?.wait}`);

    expect({ most: Number(seen?.most), wait: seen?.wait, cut: seen?.cut }).toEqual({
      most: onMysql ? 15_000 : 15,
      wait: 10,
      cut: 0,
    });
  });

  it.each([
    ['ends the connection without a word', ''],
    ['has too many connections (1040)', '\x17\0\0\0\xff\x10\x04Too many connections'],
  ])('a server that at first %s is waited for', async (_what, bytes) => {
    const { login } = await user();
    let taken = 0;
    const waking = createServer((socket) => {
      socket.on('error', () => {});
      taken += 1;
      if (taken === 1) return void socket.end(Buffer.from(bytes, 'latin1'));
      const through = connect(Number(login.port), '127.0.0.1');
      through.on('error', () => {});
      socket.pipe(through).pipe(socket);
    });
    await new Promise<void>((resolve) => waking.listen(0, '127.0.0.1', resolve));
    const { port } = waking.address() as { port: number };

    const session = await engine.connect({ ...login, port }, ctx);
    await session.ping();
    await session.close();
    waking.close();

    expect(taken).toBe(2);
  });

  describe('refusals', () => {
    it('a database that does not exist is a mistake in the secret, and one that is closed a missing right', async () => {
      const { login } = await user();

      const refusals: Error[] = [];
      for (const [who, dbname] of [
        [server.superuser, 'nowhere'],
        [login, 'mysql'],
      ] as const) {
        refusals.push(await engine.connect({ ...who, dbname }, ctx).catch((error) => error));
      }

      expect(refusals).toMatchObject([
        { name: 'InvalidSecretError', hint: expect.stringContaining('dbname') },
        { name: 'PermissionError', hint: expect.stringContaining('dbname') },
      ]);
    });

    it('a locked account is not taken for a wrong password', async () => {
      const { name, login } = await user();
      await server.sql(`ALTER USER ${name} ACCOUNT LOCK`);

      const refused = engine.connect(login, ctx);

      await expect(refused).rejects.toMatchObject({ name: 'PermissionError', hint: expect.stringContaining('UNLOCK') });
    });

    it('an expired password may still be changed, and then opens again', async () => {
      const { name, login } = await user();
      await server.sql(`ALTER USER ${name} PASSWORD EXPIRE`);
      const session = await engine.connect(login, ctx);

      await session.setPassword(name, 'second password');
      await session.close();

      expect(await server.opens({ ...login, password: 'second password' })).toBe(true);
    });

    it('another product at the address is named', async () => {
      const { login } = await user();
      const other = onMysql ? mariadb : mysql;

      const refused = other.connect(login, ctx);

      await expect(refused).rejects.toMatchObject({
        name: 'InvalidSecretError',
        fact: expect.stringContaining(server.product),
      });
    });
  });

  it.each([
    ['speaks HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['sends a greeting that is cut off', '\x02\0\0\0\x0a9'],
    ['sends the packet of another protocol', 'R\0\0\0\x08\0\0\0\x03'],
    ['sends an error before any greeting', '\x12\0\0\0\xff\x69\x04Host is blocked'],
  ])('a server that %s is unreachable, and ends nothing but the connection', async (_what, bytes) => {
    const { login } = await user();
    const stranger = createServer((socket) => {
      socket.on('error', () => {});
      socket.end(Buffer.from(bytes, 'latin1'));
    });
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const { port } = stranger.address() as { port: number };

    const errors = [
      await engine.connect({ ...login, port }, ctx).catch((error) => error),
      await engine.connect({ ...login, port, tls: false }, ctx).catch((error) => error),
    ];
    stranger.close();

    expect(errors.map(({ name }) => name)).toEqual(['UnreachableError', 'UnreachableError']);
    expect(errors[0].fact).toContain(`localhost:${port}`);
  });

  describe('TLS', () => {
    it('is used, and plain text never is, unless the secret says "ssl": false', async () => {
      const { login } = await user();
      const session = await engine.connect(login, ctx);
      await session.close();

      const plain = engine.connect({ ...login, tls: false }, ctx);

      await expect(plain).rejects.toMatchObject({
        // MariaDB 10 answers as it does to a wrong password.
        code: server.version.startsWith('10.') ? 'AUTHENTICATION_REFUSED' : 'UNREACHABLE_TLS',
        hint: expect.stringContaining('"ssl": false'),
      });
    });

    it('an issuer that is not trusted ends it, before anything is sent', async () => {
      const { login } = await user();

      const refused = engine.connect(login, testContext());

      await expect(refused).rejects.toMatchObject({
        code: 'UNREACHABLE_TLS',
        hint: expect.stringContaining('DATABASE_CA_BUNDLE'),
      });
    });

    it('takes an address for a host only when the certificate has it', async () => {
      const { login } = await user();

      await (await engine.connect({ ...login, host: '127.0.0.1' }, ctx)).close();
      const refused = engine.connect({ ...login, host: '127.0.0.2' }, ctx);

      await expect(refused).rejects.toMatchObject({ name: 'UnreachableError' });
    });
  });
}
