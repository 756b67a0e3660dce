/** PostgreSQL's own cases, many of them what AWS's templates were seen to get wrong. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { postgres } from '../../../shared/engines/postgres.ts';
import type { RealPostgres } from '../../support/postgres-server.ts';

export function describePostgres(server: RealPostgres): void {
  const { context: ctx } = server;
  let serial = 0;
  const pair = async () => {
    const name = `pair${++serial}`;
    await server.createUser(name, 'base password');
    const login = server.login(name, 'base password');
    const other = server.login(`${name}_clone`, 'clone password');
    const rootSession = () => postgres.connect(server.superuser, ctx);
    const align = async (from: string, to: string, password: string) => {
      const session = await rootSession();
      try {
        await session.cloneUser(from, to, password);
      } finally {
        await session.close();
      }
    };
    return { login, other, align };
  };
  const privileges = async (login: typeof server.superuser) => {
    const session = await postgres.connect(login, ctx);
    const lines = await session.privileges();
    await session.close();
    return lines;
  };

  describe('the pair shares one owner', () => {
    it('what the clone makes belongs to the base role, and stays usable for the other user', async () => {
      const { login, other, align } = await pair();
      await server.sql(`CREATE SCHEMA ${login.username} AUTHORIZATION ${login.username}`);
      await align(login.username, other.username, other.password);

      await server.sqlAs(other, `CREATE TABLE ${login.username}.made (x int)`);
      await align(other.username, login.username, 'base password');

      await server.sqlAs(login, `ALTER TABLE ${login.username}.made ADD COLUMN y int`);
      await server.sqlAs(other, `DROP TABLE ${login.username}.made`);
    });

    it('takes over what a clone of AWS made for itself', async () => {
      const { login, other, align } = await pair();
      await server.sql(`CREATE ROLE ${other.username} LOGIN PASSWORD 'clone password' IN ROLE ${login.username}`);
      if (server.version >= 16) await server.sql(`GRANT ${other.username} TO rds_like WITH ADMIN OPTION`);
      await server.sql(`GRANT CREATE ON DATABASE postgres TO ${login.username}`);
      await server.sqlAs(other, `CREATE SCHEMA ${other.username}`);
      await server.sqlAs(other, `CREATE TABLE ${other.username}.orders (x int)`);

      await align(other.username, login.username, login.password);

      await server.sqlAs(login, `INSERT INTO ${other.username}.orders VALUES (1)`);
      await server.sqlAs(other, `SELECT * FROM ${other.username}.orders`);
    });

    it('says what to run when the superuser may not give such objects to the base role', async () => {
      const { login, other, align } = await pair();
      await server.sql(`CREATE ROLE ${other.username} LOGIN PASSWORD 'clone password' IN ROLE ${login.username}`);
      await server.sql(`CREATE SCHEMA ${other.username} AUTHORIZATION ${other.username}`);

      const refused = align(other.username, login.username, 'another password');

      await expect(refused).rejects.toMatchObject({ name: 'PermissionError' });
      await server.sqlAs(login, 'SELECT 1');
      await server.sqlAs(other, 'SELECT 1');
    });

    it('the clone may change its own password', async () => {
      const { login, other, align } = await pair();
      await align(login.username, other.username, other.password);
      const session = await postgres.connect(other, ctx);

      await session.setPassword(other.username, 'changed by itself');
      await session.close();

      const rows = await server.sqlAs({ ...other, password: 'changed by itself' }, 'SELECT current_user AS name');
      expect(rows).toEqual([{ name: login.username }]);
    });
  });

  describe('the pair is equal in', () => {
    it('settings, connection limit, expiry and CREATEDB, both ways', async () => {
      const { login, other, align } = await pair();
      await server.sql(`ALTER ROLE ${login.username} SET search_path = app, "$user", 'with space', public`);
      await server.sql(`ALTER ROLE ${login.username} IN DATABASE postgres SET work_mem = '5MB'`);
      await server.sql(`ALTER ROLE ${login.username} CREATEDB CONNECTION LIMIT 7 VALID UNTIL '2099-01-01'`);
      await align(login.username, other.username, other.password);
      const [base, clone] = [await privileges(login), await privileges(other)];
      const paths = [
        await server.sqlAs(login, 'SHOW search_path'),
        await server.sqlAs(other, 'SHOW search_path'),
        await server.sqlAs(other, 'SHOW work_mem'),
      ];

      await server.sql(`ALTER ROLE ${login.username} RESET search_path`);
      await server.sql(`ALTER ROLE ${login.username} NOCREATEDB CONNECTION LIMIT -1`);
      await align(login.username, other.username, other.password);

      expect(clone).toEqual(base);
      expect(clone).toEqual(expect.arrayContaining(['attribute CREATEDB', 'attribute CONNECTION LIMIT 7']));
      expect(paths[1]).toEqual(paths[0]);
      expect(paths[2]).toEqual([{ work_mem: '5MB' }]);
      expect(await privileges(other)).toEqual(await privileges(login));
      expect(await privileges(other)).toEqual(
        expect.arrayContaining(['attribute NOCREATEDB', 'attribute CONNECTION LIMIT -1']),
      );
    });

    it('the role that the base acts as', async () => {
      const { login, other, align } = await pair();
      await server.sql(`CREATE ROLE ${login.username}_owner`);
      await server.sql(`GRANT ${login.username}_owner TO ${login.username}`);
      await server.sql(`ALTER ROLE ${login.username} SET role = '${login.username}_owner'`);

      await align(login.username, other.username, other.password);

      expect(await server.sqlAs(other, 'SELECT current_user AS name')).toEqual([{ name: `${login.username}_owner` }]);
      expect(await privileges(other)).toEqual(await privileges(login));
    });

    it('memberships: the clone loses what the base does not have', async () => {
      const { login, other, align } = await pair();
      await align(login.username, other.username, other.password);
      await server.sql('DROP ROLE IF EXISTS surplus');
      await server.sql('SET ROLE rds_like; CREATE ROLE surplus; RESET ROLE');
      await server.sql(`SET ROLE rds_like; GRANT surplus TO ${other.username}; RESET ROLE`);
      const before = await privileges(other);

      await align(login.username, other.username, other.password);

      expect(before).toContain('member of surplus');
      expect(await privileges(other)).toEqual(await privileges(login));
    });

    it('rights that were granted to the clone by name while it is in use: the base gets them too', async () => {
      const { login, other, align } = await pair();
      await server.sql(`CREATE SCHEMA by_name${serial} AUTHORIZATION rds_like`);
      await server.sqlAs(server.superuser, `CREATE TABLE by_name${serial}."Odd Name" (x int, y int)`);
      await align(login.username, other.username, other.password);
      const grants = [
        `GRANT USAGE ON SCHEMA by_name${serial} TO ${other.username}`,
        `GRANT SELECT (x) ON by_name${serial}."Odd Name" TO ${other.username}`,
        `ALTER DEFAULT PRIVILEGES IN SCHEMA by_name${serial} GRANT SELECT ON TABLES TO ${other.username}`,
      ];
      for (const grant of grants) await server.sqlAs(server.superuser, grant);

      await align(other.username, login.username, login.password);

      await server.sqlAs(login, `SELECT x FROM by_name${serial}."Odd Name"`);
      expect(await privileges(login)).toEqual(await privileges(other));
    });
  });

  describe('no password on its way, and none left behind', () => {
    it('neither log nor pg_stat_activity shows it, whether the change passes or fails', async () => {
      const { login, other, align } = await pair();
      const session = await postgres.connect(login, ctx);
      await session.setPassword(login.username, 'wanted-by-log-1');
      await align(login.username, other.username, 'wanted-by-log-2');
      await session.setPassword('postgres', 'wanted-by-log-3').catch(() => {});

      const active = await server.sql('SELECT query FROM pg_stat_activity WHERE usename = $1', [login.username]);
      const log = await readFile(server.logFile, 'utf8');
      await session.close();

      expect(JSON.stringify(active)).not.toContain('wanted-by-log');
      expect(log).toContain(`ALTER ROLE "${login.username}" PASSWORD`);
      expect(log).not.toContain('wanted-by-log');
    });

    it('stores SCRAM verifiers, and md5 hashes where the server is set to md5', async () => {
      const { login } = await pair();
      const session = await postgres.connect(login, ctx);
      await server.sql(`ALTER ROLE ${login.username} SET password_encryption = 'scram-sha-256'`);
      const scramSession = await postgres.connect(login, ctx);
      await scramSession.setPassword(login.username, 'by scram');
      const [scram] = await stored(login.username);
      await server.sql(`ALTER ROLE ${login.username} SET password_encryption = 'md5'`);
      const md5Session = await postgres.connect({ ...login, password: 'by scram' }, ctx);
      await md5Session.setPassword(login.username, 'by md5');
      const [md5] = await stored(login.username);
      for (const each of [session, scramSession, md5Session]) await each.close();

      expect(String(scram?.rolpassword)).toMatch(/^SCRAM-SHA-256\$4096:/);
      expect(String(md5?.rolpassword)).toMatch(/^md5[0-9a-f]{32}$/);
    });

    const stored = (name: string) => server.sql('SELECT rolpassword FROM pg_authid WHERE rolname = $1', [name]);
  });

  it('changes the password of a role that is read-only by default', async () => {
    const { login } = await pair();
    await server.sql(`ALTER ROLE ${login.username} SET default_transaction_read_only = on`);
    const session = await postgres.connect(login, ctx);

    await session.setPassword(login.username, 'changed all the same');
    await session.close();

    await server.sqlAs({ ...login, password: 'changed all the same' }, 'SELECT 1');
  });

  describe('TLS', () => {
    it('is used, and plain text never is, unless the secret says "ssl": false', async () => {
      const { login } = await pair();
      const session = await postgres.connect(login, ctx);
      const [row] = await server.sql(
        'SELECT bool_and(s.ssl) AS tls FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) WHERE a.usename = $1',
        [login.username],
      );
      await session.close();

      const plain = postgres.connect({ ...login, ssl: 'FALSE' }, ctx);

      await expect(plain).rejects.toMatchObject({
        code: 'UNREACHABLE_TLS',
        hint: expect.stringContaining('"ssl": false'),
      });
      expect(row).toEqual({ tls: true });
    });

    it('an issuer that is not trusted ends it, before anything is sent', async () => {
      const { login } = await pair();
      const { testContext } = await import('../../support/context.ts');

      const refused = postgres.connect(login, testContext());

      await expect(refused).rejects.toMatchObject({
        code: 'UNREACHABLE_TLS',
        hint: expect.stringContaining('DATABASE_CA_BUNDLE'),
      });
    });
  });

  it('a database that does not exist is a mistake in the secret, not a lock-out', async () => {
    const { login } = await pair();

    const refused = postgres.connect({ ...login, dbname: 'nowhere' }, ctx);

    await expect(refused).rejects.toMatchObject({
      name: 'InvalidSecretError',
      hint: expect.stringContaining('dbname'),
    });
  });

  it('a role without LOGIN is refused as a login', async () => {
    const { login } = await pair();
    await server.sql(`ALTER ROLE ${login.username} NOLOGIN`);

    const refused = postgres.connect(login, ctx);

    await expect(refused).rejects.toMatchObject({ name: 'AuthenticationError' });
  });
}
