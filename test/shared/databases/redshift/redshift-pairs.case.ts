/** Redshift's pairs of users: the base is the model, and nobody else is touched. */
import { describe, expect, it } from 'vitest';
import type { TestRedshift } from '../../../support/redshift-server.ts';
import { redshiftKit } from './redshift-kit.ts';

export function describeRedshiftPairs(server: TestRedshift): void {
  const { pair, privileges } = redshiftKit(server, 'pair');

  describe('the pair is equal in', () => {
    it('grants by name on schemas, tables, columns, functions, procedures, languages and the database, and in what comes later', async () => {
      const { name, login, other, align } = await pair();
      const schema = `everything_${name}`;
      for (const statement of [
        `CREATE SCHEMA ${schema}`,
        `CREATE TABLE ${schema}."Odd Name" (x int, y int)`,
        `CREATE VIEW ${schema}.view AS SELECT 1 AS one`,
        `CREATE FUNCTION ${schema}.f(int) RETURNS int STABLE AS $$ SELECT $1 $$ LANGUAGE sql`,
        `REVOKE EXECUTE ON FUNCTION ${schema}.f(int) FROM PUBLIC`,
        `CREATE PROCEDURE ${schema}.p(INOUT a int) LANGUAGE plpgsql AS $$ BEGIN a := 1; END $$`,
        `GRANT USAGE, CREATE ON SCHEMA ${schema} TO ${name}`,
        `GRANT SELECT (x), UPDATE (y) ON ${schema}."Odd Name" TO ${name}`,
        `GRANT DELETE ON ${schema}."Odd Name" TO ${name}`,
        `GRANT SELECT ON ${schema}.view TO ${name} WITH GRANT OPTION`,
        `GRANT EXECUTE ON FUNCTION ${schema}.f(int) TO ${name}`,
        `GRANT EXECUTE ON PROCEDURE ${schema}.p(int) TO ${name}`,
        `GRANT USAGE ON LANGUAGE plpgsql TO ${name}`,
        `GRANT CREATE, TEMP ON DATABASE dev TO ${name}`,
        `ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT SELECT ON TABLES TO ${name}`,
      ]) {
        await server.sql(statement);
      }

      await align();

      const lines = await privileges(other);
      expect(lines).toEqual(await privileges(login));
      expect(lines).toEqual(
        expect.arrayContaining([
          `DELETE ON TABLE "${schema}"."Odd Name"`,
          `UPDATE ("y") ON TABLE "${schema}"."Odd Name"`,
          `SELECT ON TABLE "${schema}"."view" WITH GRANT OPTION`,
          'USAGE ON LANGUAGE "plpgsql"',
          'CREATE ON DATABASE "dev"',
        ]),
      );
      expect(lines).toContainEqual(expect.stringMatching(/^EXECUTE ON PROCEDURE .*"p"/));
      expect(lines).toContainEqual(expect.stringMatching(/^ALTER DEFAULT PRIVILEGES FOR USER .* SELECT ON TABLES$/));
    });

    it('groups, both ways', async () => {
      const { name, login, other, align } = await pair();
      for (const group of ['readers', 'writers']) await server.sql(`CREATE GROUP ${group}_${name}`);
      await server.sql(`ALTER GROUP readers_${name} ADD USER ${name}`);
      await align();
      const first = await privileges(other);

      await server.sql(`ALTER GROUP readers_${name} DROP USER ${name}`);
      await server.sql(`ALTER GROUP writers_${name} ADD USER ${other.username}`);
      await align();

      expect(first).toContain(`member of group readers_${name}`);
      expect((await privileges(other)).filter((line) => line.startsWith('member'))).toEqual([
        `member of group rekey_${name}`,
      ]);
      expect(await privileges(other)).toEqual(await privileges(login));
    });

    it('settings, expiry, connection limit and CREATEDB, and what was taken back', async () => {
      const { name, login, other, align } = await pair();
      await server.sql(`ALTER USER ${name} SET search_path TO app, "$user", "with space", public`);
      await server.sql(`ALTER USER ${name} SET statement_timeout TO '60000'`);
      await server.sql(`ALTER USER ${name} CREATEDB`);
      await server.sql(`ALTER USER ${name} CONNECTION LIMIT 7`);
      await server.sql(`ALTER USER ${name} VALID UNTIL '2099-01-01'`);
      await align();
      const [base, clone] = [await privileges(login), await privileges(other)];
      const paths = [await server.sqlAs(login, 'SHOW search_path'), await server.sqlAs(other, 'SHOW search_path')];
      const limit = await server.sql(
        'SELECT connection_limit AS useconnlimit FROM svv_user_info WHERE user_name = $1',
        [other.username],
      );

      await server.sql(`ALTER USER ${name} RESET search_path`);
      await server.sql(`ALTER USER ${name} NOCREATEDB`);
      await align();

      expect(clone).toEqual(base);
      expect(clone).toEqual(expect.arrayContaining(['attribute CREATEDB', 'attribute CONNECTION LIMIT 7']));
      expect(paths[1]).toEqual(paths[0]);
      expect(String(limit[0]?.useconnlimit)).toBe('7');
      expect(await privileges(other)).toEqual(await privileges(login));
      expect(await privileges(other)).not.toContain('attribute CREATEDB');
    });

    it('what was given to the base while the clone is in use', async () => {
      const { name, login, other, align } = await pair();
      await align();
      await server.sql(`CREATE GROUP late_${name}`);
      await server.sql(`ALTER GROUP late_${name} ADD USER ${name}`);
      await server.grant(name);
      await server.sql(`ALTER USER ${name} SET statement_timeout TO '70000'`);
      await server.sql(`ALTER USER ${name} CONNECTION LIMIT 9`);

      await align(other, login);

      expect(await server.mayUse(other)).toBe(true);
      expect(await server.sqlAs(other, 'SHOW statement_timeout')).toEqual([{ statement_timeout: '70s' }]);
      expect(await privileges(other)).toContain(`member of group late_${name}`);
      expect(await privileges(other)).toEqual(await privileges(login));
      const limit = await server.sql(
        'SELECT connection_limit AS useconnlimit FROM svv_user_info WHERE user_name = $1',
        [other.username],
      );
      expect(String(limit[0]?.useconnlimit)).toBe('9');
    });

    it('a connection limit that one of the two got by hand is seen', async () => {
      const { login, other, align } = await pair();
      await align();

      await server.sql(`ALTER USER ${other.username} CONNECTION LIMIT 3`);

      expect(await privileges(other)).toContain('attribute CONNECTION LIMIT 3');
      expect(await privileges(login)).toContain('attribute CONNECTION LIMIT UNLIMITED');
    });

    it.each(["VALID UNTIL '2001-01-01'", 'CONNECTION LIMIT 0'])(
      'but not in %s of the base, while the clone is in use',
      async (attribute) => {
        const { login, other, align } = await pair();
        await align();
        await server.sql(`ALTER USER ${login.username} ${attribute}`);

        await align(other, login);

        await server.sqlAs(other, 'SELECT 1');
      },
    );

    it('what the clone has, when the base is gone and made again', async () => {
      const { login, other, align } = await pair();
      await server.grant(login.username);
      await align();
      await server.revoke(login.username);
      await server.sql(`DROP USER ${login.username}`);

      await align(other, login);

      expect(await server.mayUse(login)).toBe(true);
      expect(await privileges(login)).toEqual(await privileges(other));
    });

    it('what either of them owns: the other one may use it, now and after the next turn', async () => {
      const { name, login, other, align } = await pair();
      await server.sql(`CREATE SCHEMA owned_${name}`);
      await server.sql(`GRANT USAGE, CREATE ON SCHEMA owned_${name} TO ${name}`);
      await server.sqlAs(login, `CREATE TABLE owned_${name}.by_base (x int)`);
      await align();
      await server.sqlAs(other, `INSERT INTO owned_${name}.by_base VALUES (1)`);
      await server.sqlAs(other, `CREATE TABLE owned_${name}.by_clone (x int)`);

      await align(other, login);

      await server.sqlAs(login, `INSERT INTO owned_${name}.by_clone VALUES (1)`);
      expect(await privileges(login)).toEqual(await privileges(other));
      for (const right of ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'REFERENCES']) {
        const line = `${right} ON TABLE "owned_${name}"."by_clone", which the pair owns`;
        expect(await privileges(login)).toContain(line);
      }
    });
  });

  it('is unequal as long as one may not use what the other owns', async () => {
    const { name, login, other, align } = await pair();
    await align();
    await server.sql(`CREATE SCHEMA unequal_${name}`);
    await server.sql(`GRANT ALL ON SCHEMA unequal_${name} TO ${name}, ${other.username}`);

    await server.sqlAs(login, `CREATE TABLE unequal_${name}.late (x int)`);

    expect(await privileges(other)).not.toEqual(await privileges(login));
  });

  describe('two users that only have the names of a pair', () => {
    it('are refused with a hint that adopts them', async () => {
      const { name, login, other, align } = await pair();
      await server.grant(login.username);
      await server.createUser(other.username, 'Somebody-elses-1');

      const asClone = await align(login, { ...other, password: 'Stolen-password-1' }).catch((error) => error);
      const adopting = /run (CREATE GROUP .*?;) (ALTER GROUP .*?);/.exec(asClone.hint) ?? [];
      for (const statement of adopting.slice(1)) await server.sql(statement);
      await align();

      expect(asClone.code).toBe('TARGET_MISMATCH');
      expect(adopting[2]).toBe(`ALTER GROUP "rekey_${name}" ADD USER "${name}", "${other.username}"`);
      expect(await privileges(other)).toEqual(await privileges(login));
    });

    it('lose nothing when they are adopted while the clone is in use: the base gets what only the clone had', async () => {
      const { name, login, other, align } = await pair();
      await server.createUser(other.username, other.password);
      await server.sql(`CREATE GROUP own_${name}`);
      await server.sql(`ALTER GROUP own_${name} ADD USER ${other.username}`);
      await server.sql(`GRANT SELECT ON shared.granted TO ${other.username} WITH GRANT OPTION`);
      const before = await privileges(other);

      await align(other, login, [login.password]);

      expect(await privileges(other)).toEqual(expect.arrayContaining([...before]));
      expect(await privileges(login)).toEqual(await privileges(other));
    });

    it('are no pair because one of them was in one', async () => {
      const { login, other, align } = await pair();
      await align();
      await server.sql(`DROP USER ${other.username}`);
      await server.createUser(other.username, 'Somebody-elses-1');

      const refused = await align().catch((error) => error);

      expect(refused).toMatchObject({ code: 'TARGET_MISMATCH', hint: expect.stringContaining('ALTER GROUP') });
      expect(refused.hint).not.toContain('CREATE GROUP');
      await server.sqlAs({ ...other, password: 'Somebody-elses-1' }, 'SELECT 1');
      await server.sqlAs(login, 'SELECT 1');
    });
  });
}
