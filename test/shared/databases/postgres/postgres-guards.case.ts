/** What keeps a rotation from harm that it would do, or suffer, in rare places: each dies without the one clause that is its reason. */
import { describe, expect, it } from 'vitest';
import { openConnection } from '../../../../shared/databases/postgres/connection.ts';
import { postgres, product } from '../../../../shared/databases/postgres/postgres.ts';
import { privileges as privilegesOn } from '../../../../shared/databases/postgres/privileges.ts';
import type { RealPostgres } from '../../../support/postgres-server.ts';
import { postgresKit } from './postgres-kit.ts';

export function describePostgresGuards(server: RealPostgres): void {
  const { ctx, pair, privileges, count } = postgresKit(server, 'guard');
  const tied = async () => {
    const made = await pair();
    await made.align(made.login.username, made.other.username, made.other.password);
    return { ...made, again: () => made.align(made.login.username, made.other.username, made.other.password) };
  };
  /** By the superuser, who can take it away again. */
  const bySuperuser = (text: string) => server.sqlAs(server.superuser, text);
  const membership = (of: string, member: string) =>
    server.sql(
      "SELECT to_jsonb(m) ->> 'admin_option' AS admin FROM pg_auth_members m WHERE roleid = $1::text::regrole AND member = $2::text::regrole",
      [of, member],
    );

  describe('of a clone', () => {
    it('objects are given to the base user also when nothing else differs', async () => {
      const { login, other, again } = await tied();
      await server.sql(`GRANT CREATE ON DATABASE postgres TO ${other.username}, ${login.username}`);
      await server.sqlAs(other, `SET ROLE NONE; CREATE SCHEMA ${other.username}`);
      await server.sql(`REVOKE CREATE ON DATABASE postgres FROM ${other.username}`);

      await again();

      const owner = await server.sql('SELECT nspowner::regrole::text AS name FROM pg_namespace WHERE nspname = $1', [
        other.username,
      ]);
      expect(owner).toEqual([{ name: login.username }]);
    });

    it('what all databases share is given to the base user, and what is in another database is left', async () => {
      const { login, other, again } = await tied();
      const [own, foreign] = [`own${count()}`, `foreign${count()}`];
      await bySuperuser(`GRANT ${other.username} TO rds_like`);
      for (const text of [`CREATE DATABASE ${own} OWNER ${other.username}`, `CREATE DATABASE ${foreign}`])
        await bySuperuser(text);
      await bySuperuser(`REVOKE ${other.username} FROM rds_like`).catch(() => {});
      const there = await server.connectAs({ ...server.running.superuser, database: foreign });
      await there.query(`CREATE SCHEMA theirs AUTHORIZATION ${other.username}`);

      await again();

      const owner = await server.sql('SELECT datdba::regrole::text AS name FROM pg_database WHERE datname = $1', [own]);
      const left = await there.query(
        "SELECT nspowner::regrole::text AS name FROM pg_namespace WHERE nspname = 'theirs'",
      );
      await there.end();
      expect(owner).toEqual([{ name: login.username }]);
      expect(left.rows).toEqual([{ name: other.username }]);
      expect(await privileges(other)).toEqual(await privileges(login));
    });

    it('the option to pass its membership in the base user on is taken', async () => {
      const { login, other, again } = await tied();
      await bySuperuser(`GRANT ${login.username} TO ${other.username} WITH ADMIN OPTION`);

      await again();

      expect(await membership(login.username, other.username)).toEqual([{ admin: 'false' }]);
    });

    it('a right on a column that was dropped is none', async () => {
      const { login, other, again } = await tied();
      const table = `shared.dropped${count()}`;
      await bySuperuser(`CREATE TABLE ${table} (x int, y int)`);
      await bySuperuser(`GRANT SELECT (x) ON ${table} TO ${other.username}`);
      await bySuperuser(`ALTER TABLE ${table} DROP COLUMN x`);

      await again();

      expect(await privileges(other)).toEqual(await privileges(login));
    });

    it('a right that the base user has too is left: the superuser may not be able to take it', async () => {
      const { login, other, again } = await tied();
      const maker = `maker${count()}`;
      await server.sql(`CREATE ROLE ${maker}; ALTER DEFAULT PRIVILEGES FOR ROLE ${maker}
                          GRANT SELECT ON TABLES TO ${login.username}, ${other.username}`);

      await again();

      expect(await privileges(other)).toEqual(await privileges(login));
    });

    it.each([
      ['more', 'less'],
      ['less', 'more'],
    ])('of AWS, in use: a group that it has with %s options than the base user takes none from either', async (its) => {
      const { login, other, align } = await pair();
      const group = `group${count()}`;
      await bySuperuser(`CREATE ROLE ${other.username} LOGIN PASSWORD 'clone password' IN ROLE ${login.username}`);
      await bySuperuser(`CREATE ROLE ${group}`);
      const option = (more: boolean) => (more ? 'WITH ADMIN OPTION' : '');
      await bySuperuser(`GRANT ${group} TO ${other.username} ${option(its === 'more')}`);
      await bySuperuser(`GRANT ${group} TO ${login.username} ${option(its === 'less')}`);

      await align(other.username, login.username, login.password);

      expect(await membership(group, login.username)).toEqual([{ admin: 'true' }]);
      expect(await privileges(other)).toEqual(await privileges(login));
    });
  });

  it('what somebody left in pg_temp, on a session of a pooler, is not what is read', async () => {
    const { login } = await pair();
    const connection = await openConnection(login, product, ctx);
    const before = await privilegesOn(connection, login.username);
    await connection.transaction('READ WRITE', async ({ query }) => {
      await query('CREATE TEMP VIEW pg_roles AS SELECT * FROM pg_catalog.pg_roles WHERE false');
    });

    const after = await privilegesOn(connection, login.username);
    await connection.close();

    expect(after).toEqual(before);
    expect(after).not.toEqual([]);
  });

  it('a real superuser, who is a member of every role, is told as one of none', async () => {
    const { login } = await pair();
    await server.sql(`ALTER ROLE ${login.username} SUPERUSER`);

    const lines = await privileges(login);

    expect(lines).toContain('attribute SUPERUSER');
    expect(lines.filter((line) => line.startsWith('member of'))).toEqual([]);
  });

  describe('two changes of one role take turns:', () => {
    /** Holds the turn, and lets go once somebody waits for it. Gives what the role's password was meanwhile. */
    const inTurn = async (username: string, work: () => Promise<unknown>) => {
      const kept = () => server.sql('SELECT rolpassword FROM pg_authid WHERE rolname = $1', [username]);
      const holder = await server.connectAs(server.running.superuser);
      await holder.query(`BEGIN; SELECT pg_advisory_xact_lock(hashtext('rekey ${username}'))`);
      const before = await kept();
      const working = work();
      const waits = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
      await expect.poll(async () => (await server.sql(waits)).length).toBe(1);
      const meanwhile = await kept();
      await holder.query('COMMIT');
      await holder.end();
      await working;
      expect(meanwhile).toEqual(before);
      expect(await kept()).not.toEqual(before);
    };

    it('one that sets, and one that takes back', async () => {
      const { login } = await pair();
      const session = await postgres.connect(login, ctx);
      let takeBack: () => Promise<void> = () => expect.fail('nothing was set');

      await inTurn(login.username, async () => {
        takeBack = await session.setPassword(login.username, 'second password');
      });
      await inTurn(login.username, () => takeBack());
      await session.close();

      await server.sqlAs(login, 'SELECT 1');
    });
  });

  it('a table of the clone that is in use is not waited for as long as others would wait behind us', async () => {
    const { login, other, align } = await pair();
    await bySuperuser(`CREATE ROLE ${other.username} LOGIN PASSWORD 'clone password' IN ROLE ${login.username}`);
    await server.sql(`CREATE SCHEMA ${other.username} AUTHORIZATION ${other.username};
                      GRANT CREATE ON DATABASE postgres TO ${login.username}`);
    await server.sqlAs(other, `CREATE TABLE ${other.username}.busy (x int)`);
    const reader = await server.connectAs(other);
    await reader.query(`BEGIN; SELECT * FROM ${other.username}.busy`);
    const from = performance.now();

    const refused = await align(other.username, login.username, login.password).catch((error: unknown) => error);
    const waited = performance.now() - from;
    await reader.query('ROLLBACK');
    await reader.end();

    expect(refused).toMatchObject({ code: 'LOCK_TIMEOUT' });
    // A transaction of ours waits for 10 s elsewhere.
    expect(waited).toBeLessThan(9_000);
  });
}
