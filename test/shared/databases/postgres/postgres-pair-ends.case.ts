/** Pairs on a real PostgreSQL server whose rotation is refused, or ends in another way than at first: each ends well, or says what a person runs. */
import { describe, expect, it } from 'vitest';
import { postgres } from '../../../../shared/databases/postgres/postgres.ts';
import type { RealPostgres } from '../../../support/postgres-server.ts';
import { postgresKit } from './postgres-kit.ts';

export function describePostgresPairEnds(server: RealPostgres): void {
  const { ctx, pair, privileges, count } = postgresKit(server, 'ends');
  /** As AWS's template makes the clone: a member of the base user that acts as itself. */
  const ofAws = async () => {
    const made = await pair();
    const { login, other } = made;
    await server.sqlAs(
      server.superuser,
      `CREATE ROLE ${other.username} LOGIN PASSWORD 'clone password' IN ROLE ${login.username}`,
    );
    return made;
  };
  /** Is refused, has a person do what the hint says, and is not refused again. Gives the statements. */
  const obeyed = async (work: () => Promise<unknown>) => {
    const refused: { code: string; hint: string } = await work().then(
      () => expect.fail('it was not refused'),
      (error) => error,
    );
    expect(refused.code).toBe('PERMISSION_DENIED');
    const [, statements = 'none'] = / run (.*), then rotate again$/.exec(refused.hint) ?? [];
    await server.sql(statements);
    await work();
    return statements;
  };

  it('what REASSIGN OWNED never moves is not taken for what a clone owns', async () => {
    const { login, other, align } = await ofAws();
    const fdw = `fdw${count()}`;
    await server.sql(`CREATE FOREIGN DATA WRAPPER ${fdw}; CREATE SERVER ${fdw} FOREIGN DATA WRAPPER ${fdw};
                      CREATE USER MAPPING FOR ${other.username} SERVER ${fdw};
                      ALTER DEFAULT PRIVILEGES FOR ROLE ${other.username} GRANT SELECT ON TABLES TO PUBLIC`);

    await align(other.username, login.username, login.password);
    await align(login.username, other.username, other.password);

    expect(await privileges(other)).toEqual(await privileges(login));
  });

  describe('what lacks is what the hint has a person run:', () => {
    it('of a group that the clone is in, and that the superuser does not administer', async () => {
      const { login, other, align } = await pair();
      const group = `group${count()}`;
      await align(login.username, other.username, other.password);
      await server.sql(`CREATE ROLE ${group} ROLE ${other.username}`);
      if (server.version < 16) await server.sql(`ALTER ROLE ${group} SUPERUSER`);

      const statements = await obeyed(() => align(login.username, other.username, other.password));

      expect(statements).toBe(`REVOKE "${group}" FROM "${other.username}"`);
      expect(await privileges(other)).toEqual(await privileges(login));
    });

    it('of the attribute without which nobody makes or changes a role, and of the role itself', async () => {
      const { login, other, align } = await pair();
      await server.sql(`ALTER ROLE rds_like NOCREATEROLE; REVOKE ${login.username} FROM rds_like`);
      try {
        const statements = await obeyed(() => align(login.username, other.username, other.password));

        expect(statements).toContain('ALTER ROLE "rds_like" CREATEROLE');
      } finally {
        await server.sql('ALTER ROLE rds_like CREATEROLE');
      }
    });

    it('of a role whose password alone is to be changed', async ({ skip }) => {
      if (server.version < 16) skip('CREATEROLE is enough before 16');
      const { login } = await pair();
      await server.sql(`REVOKE ${login.username} FROM rds_like`);
      const set = async () => {
        const root = await postgres.connect(server.superuser, ctx);
        await root.setPassword(login.username, 'another password').finally(() => root.close());
      };

      expect(await obeyed(set)).toBe(`GRANT "${login.username}" TO "rds_like" WITH ADMIN OPTION`);
    });

    it('of a group that the base user is to have, for a clone of AWS has it and is in use', async () => {
      const { login, other, align } = await ofAws();
      const group = `group${count()}`;
      await server.sql(`CREATE ROLE ${group} ROLE ${other.username}`);
      if (server.version < 16) await server.sql(`ALTER ROLE ${group} SUPERUSER`);

      const statements = await obeyed(() => align(other.username, login.username, login.password));

      expect(statements).toContain(`GRANT "${group}" TO "${login.username}"`);
      expect(await privileges(other)).toEqual(await privileges(login));
    });

    it.skipIf(server.version < 15).each(['log_statement', 'app.key'])(
      'of a setting, of a clone that is made, and of one that is there: %s',
      async (name) => {
        const { login, other, align } = await pair();
        await server.sql(`ALTER ROLE ${login.username} SET ${name} = 'all'`);
        const parameter = name.split('.').map((part) => `"${part}"`);
        const clone = () => align(login.username, other.username, other.password);

        const made = await obeyed(clone);
        await server.sql(`REVOKE SET ON PARAMETER ${name} FROM rds_like; ALTER ROLE ${login.username} RESET ${name}`);
        const aligned = await obeyed(clone);
        await server.sql(`REVOKE SET ON PARAMETER ${name} FROM rds_like`);
        await clone();

        expect([made, aligned]).toEqual(Array(2).fill(`GRANT SET ON PARAMETER ${parameter.join('.')} TO "rds_like"`));
        expect(await privileges(other)).toEqual(await privileges(login));
      },
    );

    it.skipIf(server.version < 16)('of an attribute', async () => {
      const { login, other, align } = await pair();
      await align(login.username, other.username, other.password);
      await server.sql(`ALTER ROLE ${login.username} REPLICATION`);

      const statements = await obeyed(() => align(login.username, other.username, other.password));

      expect(statements).toBe(`ALTER ROLE "${other.username}" REPLICATION`);
      expect(await privileges(other)).toEqual(await privileges(login));
    });
  });

  describe('a database with a role for those who work in it', () => {
    const inDatabaseOf = async (owner: string, work: () => Promise<unknown>) => {
      await server.sql(`ALTER DATABASE postgres SET role = ${owner}`);
      try {
        await work();
      } finally {
        await server.sql('ALTER DATABASE postgres RESET role');
      }
    };
    const actsAs = async (login: typeof server.superuser) => server.sqlAs(login, 'SELECT current_user AS name');

    it('has both users of a pair act as it, and is no hindrance to the superuser', async () => {
      const { login, other, align } = await pair();
      const owner = `${login.username}_owner`;
      await server.sqlAs(server.superuser, `CREATE ROLE ${owner} ROLE ${login.username}, rds_like`);

      await align(login.username, other.username, other.password);
      await inDatabaseOf(owner, async () => {
        await align(login.username, other.username, other.password);
        await align(other.username, login.username, login.password);

        expect([await actsAs(login), await actsAs(other)]).toEqual(Array(2).fill([{ name: owner }]));
        expect(await privileges(other)).toEqual(await privileges(login));
      });
      await align(login.username, other.username, other.password);

      expect([await actsAs(login), await actsAs(other)]).toEqual(Array(2).fill([{ name: login.username }]));
      expect(await privileges(other)).toEqual(await privileges(login));
    });

    it('is nothing to users who may not act as it', async () => {
      const { login, other, align } = await pair();
      const owner = `${login.username}_owner`;
      await server.sql(`CREATE ROLE ${owner}`);

      await inDatabaseOf(owner, async () => {
        await align(login.username, other.username, other.password);

        expect([await actsAs(login), await actsAs(other)]).toEqual(Array(2).fill([{ name: login.username }]));
        expect(await privileges(other)).toEqual(await privileges(login));
      });
    });

    it('is less than the role that the superuser has of its own', async () => {
      const { login, other, align } = await pair();
      const owner = `${login.username}_owner`;
      const rotator = { ...server.superuser, username: `rotator${count()}` };
      await server.sqlAs(server.superuser, `CREATE ROLE ${owner} ROLE ${login.username}`);
      await server.sql(`CREATE ROLE ${rotator.username} LOGIN PASSWORD '${rotator.password}' NOINHERIT
                          IN ROLE rds_like, ${owner}; ALTER ROLE ${rotator.username} SET role = rds_like`);

      await inDatabaseOf(owner, async () => {
        await align(login.username, other.username, other.password, [], rotator);

        expect(await privileges(other)).toEqual(await privileges(login));
      });
    });
  });
}
