/** PostgreSQL's pairs of users: one owner, equal rights, and nobody else touched. */
import { describe, expect, it } from 'vitest';
import { postgres } from '../../../../shared/databases/postgres/postgres.ts';
import type { RealPostgres } from '../../../support/postgres-server.ts';
import { postgresKit } from './postgres-kit.ts';

export function describePostgresPairs(server: RealPostgres): void {
  const { ctx, pair, privileges, count } = postgresKit(server, 'pair');

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

    it('gives both statements when the superuser administers neither role', async () => {
      const { login, other, align } = await pair();
      await server.sql(`CREATE ROLE ${other.username} LOGIN PASSWORD 'clone password' IN ROLE ${login.username}`);
      if (server.version >= 16) await server.sql(`REVOKE ${login.username} FROM rds_like`);

      const aligned = align(login.username, other.username, other.password);

      if (server.version < 16) return expect(await aligned).toBeUndefined();
      const grant = (name: string) => `GRANT "${name}" TO "rds_like" WITH ADMIN OPTION`;
      const refused = await aligned.then(
        () => expect.fail('it was not refused'),
        (error: { code: string; hint: string }) => error,
      );
      expect(refused.code).toBe('PERMISSION_DENIED');
      expect(refused.hint).toContain(`run ${grant(login.username)}; ${grant(other.username)}, then rotate again`);
      for (const { username } of [login, other]) await server.sql(grant(username));
      await align(login.username, other.username, other.password);
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

    it.each([`"$user",public`, 'public,"$user"', ''])(
      'a search_path that was stored as %j, by set_config',
      async (path) => {
        const { login, other, align } = await pair();
        await server.sql("SELECT set_config('search_path', $1, false)", [path]);
        await server.sql(`ALTER ROLE ${login.username} SET search_path FROM CURRENT`);
        await server.sql('RESET search_path');

        await align(login.username, other.username, other.password);
        await align(other.username, login.username, login.password);

        expect(await privileges(other)).toEqual(await privileges(login));
      },
    );

    it('the role that the base acts as', async () => {
      const { login, other, align } = await pair();
      await server.sql(`CREATE ROLE ${login.username}_owner`);
      await server.sql(`GRANT ${login.username}_owner TO ${login.username}`);
      await server.sql(`ALTER ROLE ${login.username} SET role = '${login.username}_owner'`);

      await align(login.username, other.username, other.password);

      expect(await server.sqlAs(other, 'SELECT current_user AS name')).toEqual([{ name: `${login.username}_owner` }]);
      expect(await privileges(other)).toEqual(await privileges(login));
    });

    it.each(['owner', 'none'])('the role that the base acts as in one database: %s', async (acted) => {
      const { login, other, align } = await pair();
      const role = acted === 'owner' ? `${login.username}_owner` : acted;
      await server.sql(`CREATE ROLE ${login.username}_owner`);
      await server.sql(`GRANT ${login.username}_owner TO ${login.username}`);
      await server.sql(`ALTER ROLE ${login.username} SET role = '${login.username}_owner'`);
      await server.sql(`ALTER ROLE ${login.username} IN DATABASE postgres SET role = '${role}'`);

      await align(login.username, other.username, other.password);

      expect(await server.sqlAs(other, 'SELECT current_user AS name')).toEqual(
        await server.sqlAs(login, 'SELECT current_user AS name'),
      );
      expect(await privileges(other)).toEqual(await privileges(login));
    });

    it('memberships with their options: the clone keeps none by its own name', async () => {
      const { login, other, align } = await pair();
      const group = `group${count()}`;
      await server.sqlAs(server.superuser, `CREATE ROLE ${group}`);
      await server.sqlAs(server.superuser, `GRANT ${group} TO ${login.username}`);
      await align(login.username, other.username, other.password);
      await server.sqlAs(server.superuser, `GRANT ${group} TO ${other.username} WITH ADMIN OPTION`);
      const before = await privileges(other);

      await align(other.username, login.username, login.password);

      expect(before).not.toEqual(await privileges(login));
      expect(await privileges(other)).toEqual(await privileges(login));
      const admins = await server.sql(
        'SELECT 1 FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = $1 AND m.admin_option',
        [other.username],
      );
      expect(admins).toEqual([]);
    });

    it('attributes and settings of the base role, also when it is changed while the clone is in use', async () => {
      const { login, other, align } = await pair();
      await server.sql(`ALTER ROLE ${login.username} CREATEDB CONNECTION LIMIT 50`);
      await align(login.username, other.username, other.password);
      await server.sql(`ALTER ROLE ${login.username} NOCREATEDB CONNECTION LIMIT 5`);
      await server.sql(`ALTER ROLE ${login.username} SET work_mem = '6MB'`);

      await align(other.username, login.username, login.password);

      expect(await privileges(login)).toEqual(
        expect.arrayContaining(['attribute NOCREATEDB', 'attribute CONNECTION LIMIT 5']),
      );
      expect(await privileges(other)).toEqual(await privileges(login));
    });

    it.each(['NOLOGIN', "VALID UNTIL '2001-01-01'", 'CONNECTION LIMIT 0'])(
      'but not %s of the base role, while the clone is in use',
      async (attribute) => {
        const { login, other, align } = await pair();
        await align(login.username, other.username, other.password);
        await server.sql(`ALTER ROLE ${login.username} ${attribute}`);

        await align(other.username, login.username, login.password);

        await server.sqlAs(other, 'SELECT 1');
      },
    );

    it('what the clone has, when the base role is gone and made again', async () => {
      const { login, other, align } = await pair();
      await align(login.username, other.username, other.password);
      await server.sql(`ALTER ROLE ${login.username} SET work_mem = '7MB'`);
      await align(login.username, other.username, other.password);
      await server.sql(`DROP ROLE ${login.username}`);
      await server.sql(`ALTER ROLE ${other.username} RESET role`);

      await align(other.username, login.username, login.password);

      expect(await server.sqlAs(login, 'SHOW work_mem')).toEqual([{ work_mem: '7MB' }]);
      expect(await privileges(login)).toEqual(await privileges(other));
    });

    it('what a clone of AWS may do by its own name while it is in use: the base role gets it', async () => {
      const { login, other, align } = await pair();
      await server.sqlAs(
        server.superuser,
        `CREATE ROLE ${other.username} LOGIN PASSWORD 'clone password' IN ROLE ${login.username}`,
      );
      const schema = `by_name${count()}`;
      await server.sql(`CREATE SCHEMA ${schema} AUTHORIZATION rds_like`);
      await server.sqlAs(server.superuser, `CREATE TABLE ${schema}."Odd Name" (x int, y int)`);
      const grants = [
        `GRANT USAGE ON SCHEMA ${schema} TO ${other.username}`,
        `GRANT SELECT (x) ON ${schema}."Odd Name" TO ${other.username}`,
        `ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT SELECT ON TABLES TO ${other.username}`,
      ];
      for (const grant of grants) await server.sqlAs(server.superuser, grant);

      await align(other.username, login.username, login.password);

      await server.sqlAs(login, `SELECT x FROM ${schema}."Odd Name"`);
      expect(await privileges(login)).toEqual(await privileges(other));
    });
  });

  describe('two users that only have the names of a pair', () => {
    it('are refused with a statement that makes them one', async () => {
      const { login, other, align } = await pair();
      await server.createUser(other.username, 'made by hand');
      const refused = await align(login.username, other.username, other.password).catch((error) => error);
      const [statement = 'none'] = /GRANT .*?(?=;)/.exec(refused.hint) ?? [];
      await server.sqlAs(server.superuser, statement);

      await align(login.username, other.username, other.password);

      expect(statement).toBe(`GRANT "${login.username}" TO "${other.username}"`);
      expect(await privileges(other)).toEqual(await privileges(login));
    });

    it('are adopted when a stored version opens the base: whatever the clone in use had, both have', async () => {
      const { login, other, align } = await pair();
      const group = `group${count()}`;
      await server.createUser(other.username, other.password);
      await server.sqlAs(server.superuser, `CREATE ROLE ${group}`);
      await server.sqlAs(server.superuser, `GRANT ${group} TO ${other.username}`);
      await server.sql(`GRANT SELECT ON shared.granted TO ${group}`);
      await server.sql(`GRANT CREATE ON DATABASE postgres TO ${login.username}, ${other.username}`);
      await server.sqlAs(other, `CREATE SCHEMA ${other.username}; CREATE TABLE ${other.username}.own (x int)`);

      await align(other.username, login.username, 'turned password', ['a guess', login.password]);

      const now = { ...login, password: 'turned password' };
      for (const each of [other, now]) {
        await server.sqlAs(each, `SELECT * FROM shared.granted, ${other.username}.own`);
      }
      expect(await privileges(other)).toContain(`acts as ${login.username}`);
      expect(await privileges(other)).toEqual(await privileges(now));
    });

    it.runIf(server.version >= 16)('are left alone when the superuser may not tie them, also when proven', async () => {
      const { login, other, align } = await pair();
      await server.sql(`CREATE ROLE ${other.username} LOGIN PASSWORD 'made by hand'`);
      const made = { ...other, password: 'made by hand' };
      const before = [await privileges(login), await privileges(made)];

      const refused = align(login.username, other.username, other.password, [made.password]);

      await expect(refused).rejects.toMatchObject({ name: 'PermissionError' });
      expect([await privileges(login), await privileges(made)]).toEqual(before);
    });
  });

  describe('what is not the pair’s stays as it was', () => {
    it.skipIf(server.version < 16)(
      'the memberships of the superuser, where a setting would make it a member of the clone',
      async () => {
        const { login, other, align } = await pair();
        await server.sql("ALTER ROLE rds_like SET createrole_self_grant = 'set, inherit'");

        await align(login.username, other.username, other.password);
        await server.sql('ALTER ROLE rds_like RESET createrole_self_grant');

        const members = await server.sql(
          `SELECT m.inherit_option, m.set_option FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid
          WHERE r.rolname = $1 AND m.member = 'rds_like'::regrole`,
          [other.username],
        );
        expect(members).toEqual([{ inherit_option: false, set_option: false }]);
      },
    );

    it('the memberships of the superuser', async () => {
      const { login, other, align } = await pair();
      const memberships = () =>
        server.sql(`SELECT r.rolname, to_jsonb(m) - 'oid' AS row FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid
                     WHERE m.member = 'rds_like'::regrole AND r.rolname = '${login.username}' ORDER BY m.grantor`);
      if (server.version >= 16) {
        await server.sqlAs(server.superuser, `GRANT ${login.username} TO rds_like WITH INHERIT FALSE, SET TRUE`);
      }
      const before = await memberships();

      await align(login.username, other.username, other.password);
      await align(other.username, login.username, login.password);

      expect(await memberships()).toEqual(before);
    });

    it('the tables of the application: a lock that is not to be had is given up, on the server too', async () => {
      const { login, other, align } = await pair();
      await server.sqlAs(
        server.superuser,
        `CREATE ROLE ${other.username} LOGIN PASSWORD 'clone password' IN ROLE ${login.username}`,
      );
      await server.sql(`GRANT CREATE ON DATABASE postgres TO ${login.username}`);
      await server.sqlAs(other, `CREATE SCHEMA ${other.username}; CREATE TABLE ${other.username}.busy (x int)`);
      const reader = await server.connectAs(other);
      await reader.query(`BEGIN; SELECT * FROM ${other.username}.busy`);

      const refused = await align(other.username, login.username, login.password).catch((error) => error);

      expect(refused).toMatchObject({ code: 'LOCK_TIMEOUT', retryable: true });
      await server.sqlAs(other, `SELECT * FROM ${other.username}.busy`);
      await reader.query('COMMIT');
      await reader.end();
      await align(other.username, login.username, login.password);
    });
  });
}
