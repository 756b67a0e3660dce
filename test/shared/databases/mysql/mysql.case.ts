/** The cases that MySQL and MariaDB share, many of them what AWS's templates were seen to get wrong. */
import { describe, expect, it } from 'vitest';
import type { DatabaseEngine } from '../../../../shared/databases/engine.ts';
import type { RealMysql } from '../../../support/mysql-server.ts';
import { stored } from '../../../support/pair-proof.ts';

export function describeMysqlFamily(engine: DatabaseEngine, server: RealMysql): void {
  const { context: ctx } = server;
  const onMysql = server.product === 'MySQL';
  let serial = 0;
  const align = async (from: string, to: string, password: string, own = 'base password') => {
    const session = await engine.connect(server.superuser, ctx);
    try {
      await session.cloneUser(from, to, password, stored(own));
    } finally {
      await session.close();
    }
  };
  const pair = async () => {
    const name = `app_pair${++serial}`;
    await server.createUser(name, 'base password');
    const login = server.login(name, 'base password');
    const other = server.login(`${name}_clone`, 'clone password');
    return { name, login, other, clone: () => align(name, other.username, 'clone password') };
  };
  const privileges = async (login: typeof server.superuser) => {
    const session = await engine.connect(login, ctx);
    const lines = await session.privileges();
    await session.close();
    return lines;
  };
  const hosts = async (name: string) =>
    (await server.sql('SELECT Host AS host FROM mysql.user WHERE User = ? ORDER BY 1', [name])).map(({ host }) => host);

  describe('the pair is equal, and stays equal when something is taken away, in', () => {
    it.each([
      [
        'rights on columns, tables, schemas and routines',
        [
          'SELECT (x, y), INSERT (x), DELETE ON shared.granted',
          'CREATE VIEW, DROP ON shared.*',
          'EXECUTE ON PROCEDURE shared.`do it`',
        ],
      ],
      ['rights on everything', ['SELECT, PROCESS, CREATE USER ON *.*', 'ALL PRIVILEGES ON shared.*']],
      ['rights on schemas by pattern, and on odd names', ['SELECT ON `sh\\_%`.*', 'SELECT ON `we``ird ON db`.*']],
      ['the option to pass rights on', ['SELECT ON shared.granted', 'GRANT OPTION']],
    ])('%s', async (_what, rights) => {
      const { name, other, login, clone } = await pair();
      await server.sql('CREATE PROCEDURE IF NOT EXISTS shared.`do it`() DO 1');
      const tail = rights.includes('GRANT OPTION') ? ' WITH GRANT OPTION' : '';
      const grants = rights.filter((right) => right !== 'GRANT OPTION');
      for (const grant of grants) await server.sql(`GRANT ${grant} TO ${name}${tail}`);
      await clone();
      const [base, given] = [await privileges(login), await privileges(other)];

      for (const grant of grants) await server.sql(`REVOKE ${grant} FROM ${name}`);
      if (tail !== '') await server.sql(`REVOKE GRANT OPTION ON shared.granted FROM ${name}`);
      await clone();

      expect(given).toEqual(base);
      expect(given.filter((line) => !line.startsWith('account'))).not.toEqual([]);
      expect(await privileges(other)).toEqual(await privileges(login));
      expect((await privileges(other)).filter((line) => !line.startsWith('account'))).toEqual([]);
    });

    it('a narrower right where there were all', async () => {
      const { name, other, login, clone } = await pair();
      await server.sql(`GRANT ALL PRIVILEGES ON shared.* TO ${name} WITH GRANT OPTION`);
      await clone();
      await server.sql(`REVOKE ALL PRIVILEGES, GRANT OPTION FROM ${name}`);
      await server.sql(`GRANT SELECT ON shared.* TO ${name}`);

      await clone();

      expect(await privileges(other)).toEqual(await privileges(login));
      expect(await privileges(other)).toContain('SELECT ON `shared`.*');
    });

    it('a right on a column where there was one on the table, too', async () => {
      const { name, other, login, clone } = await pair();
      await server.sql(`GRANT SELECT, SELECT (x) ON shared.granted TO ${name}`);
      await clone();
      await server.sql(`REVOKE SELECT ON shared.granted FROM ${name}`);
      await server.sql(`GRANT SELECT (x) ON shared.granted TO ${name}`);

      await clone();

      expect(await privileges(other)).toEqual(await privileges(login));
      expect(await privileges(other)).toContain('SELECT (`x`) ON `shared`.`granted`');
      expect(await server.mayUse(other)).toBe(false);
    });

    it('roles, default roles, and the option to pass them on', async () => {
      const { name, other, login, clone } = await pair();
      const role = `reader${serial}`;
      await server.sql(`CREATE ROLE ${role}`);
      await server.sql(`GRANT SELECT ON shared.granted TO ${role}`);
      // MariaDB lets only those pass a role on who have it with ADMIN OPTION.
      if (!onMysql) await server.sql(`GRANT ${role} TO rds_like WITH ADMIN OPTION`);
      await server.sql(`GRANT ${role} TO ${name} WITH ADMIN OPTION`);
      await server.sql(`SET DEFAULT ROLE ${role} ${onMysql ? 'TO' : 'FOR'} ${name}`);
      await clone();
      const [base, given, may] = [await privileges(login), await privileges(other), await server.mayUse(other)];

      await server.sql(`SET DEFAULT ROLE NONE ${onMysql ? 'TO' : 'FOR'} ${name}`);
      await clone();
      const mayStill = await server.mayUse(other);
      await server.sql(`REVOKE ${role} FROM ${name}`);
      await clone();

      expect(given).toEqual(base);
      expect(given.filter((line) => line.includes(role))).toHaveLength(2);
      expect([may, mayStill]).toEqual([true, false]);
      expect(await privileges(other)).toEqual(await privileges(login));
      expect((await privileges(other)).join()).not.toContain(role);
    });

    it('TLS requirements, limits, expiry and lock', async () => {
      const { name, other, login, clone } = await pair();
      await server.sql(
        `ALTER USER ${name} REQUIRE SSL WITH MAX_QUERIES_PER_HOUR 900 MAX_USER_CONNECTIONS 7 PASSWORD EXPIRE INTERVAL 90 DAY`,
      );
      await clone();
      const [base, given] = [await privileges(login), await privileges(other)];

      await server.sql(
        `ALTER USER ${name} REQUIRE NONE WITH MAX_QUERIES_PER_HOUR 0 MAX_USER_CONNECTIONS 0 PASSWORD EXPIRE NEVER`,
      );
      await clone();

      expect(given).toEqual(base);
      expect(given.join()).toMatch(/REQUIRE SSL.*|MAX_USER_CONNECTIONS 7/);
      expect(await privileges(other)).toEqual(await privileges(login));
      expect((await privileges(other)).join()).not.toMatch(/SSL|MAX_/);
    });

    it('certificates that it must show, whatever their names hold', async () => {
      const { name, other, clone } = await pair();
      await server.sql(
        `CREATE USER ${name}@'10.0.0.1' IDENTIFIED BY 'base password' REQUIRE ISSUER '/CN=o''brien "CA"' AND SUBJECT '/O=a\\\\b REQUIRE NONE'`,
      );

      await clone();

      const columns =
        'ssl_type, CONVERT(x509_issuer USING utf8mb4) AS issuer, CONVERT(x509_subject USING utf8mb4) AS subject';
      const of = (user: string) =>
        server.sql(`SELECT ${columns} FROM mysql.user WHERE User = ? AND Host = '10.0.0.1'`, [user]);
      expect(await of(other.username)).toEqual(await of(name));
      expect(await of(name)).toMatchObject([{ subject: '/O=a\\b REQUIRE NONE' }]);
    });

    it('the hosts that it may come from', async () => {
      const { name, other, clone } = await pair();
      await server.sql(`CREATE USER ${name}@'127.0.0.1' IDENTIFIED BY 'base password'`);
      await server.sql(`GRANT SELECT ON shared.granted TO ${name}@'127.0.0.1'`);
      await clone();
      const [here, may] = [await hosts(other.username), await server.mayUse(other)];

      await server.sql(`DROP USER ${name}@'%'`);
      await clone();

      expect(here).toEqual(['%', '127.0.0.1']);
      expect(may).toBe(true);
      expect(await hosts(other.username)).toEqual(['127.0.0.1']);
      expect(await server.opens(other)).toBe(true);
    });
  });

  it('the grants of the page are enough for the superuser', async () => {
    const { name, other, login } = await pair();
    const role = `enough${serial}`;
    await server.sql(`CREATE USER rotator${serial} IDENTIFIED BY 'rotator password'`);
    await server.sql(`GRANT CREATE USER ON *.* TO rotator${serial}`);
    await server.sql(`GRANT SELECT ON mysql.* TO rotator${serial}`);
    await server.sql(`GRANT SELECT, INSERT ON shared.* TO rotator${serial} WITH GRANT OPTION`);
    await server.sql(`CREATE ROLE ${role}`);
    await server.sql(
      onMysql ? `GRANT ROLE_ADMIN ON *.* TO rotator${serial}` : `GRANT ${role} TO rotator${serial} WITH ADMIN OPTION`,
    );
    if (!onMysql) await server.sql(`GRANT UPDATE ON mysql.* TO rotator${serial}`);
    await server.sql(`GRANT SELECT, INSERT ON shared.* TO ${name}`);
    await server.sql(`GRANT ${role} TO ${name}`);
    await server.sql(`SET DEFAULT ROLE ${role} ${onMysql ? 'TO' : 'FOR'} ${name}`);
    const rotator = await engine.connect(server.login(`rotator${serial}`, 'rotator password'), ctx);

    await rotator.cloneUser(name, other.username, 'clone password', stored('base password'));
    await server.sql(`REVOKE INSERT ON shared.* FROM ${name}`);
    await server.sql(`SET DEFAULT ROLE NONE ${onMysql ? 'TO' : 'FOR'} ${name}`);
    await rotator.cloneUser(name, other.username, 'clone password', stored('base password'));
    await rotator.setPassword(name, 'set by the rotator');
    await rotator.close();

    expect(await privileges(other)).toEqual(await privileges({ ...login, password: 'set by the rotator' }));
  });

  it('an account that is limited to a host rotates, and its clone is limited to the same', async () => {
    const name = `app_host${++serial}`;
    await server.sql(`CREATE USER ${name}@'127.0.0.1' IDENTIFIED BY 'base password'`);
    const own = await engine.connect(server.login(name, 'base password'), ctx);
    await own.setPassword(name, 'second password');
    await own.close();

    await align(name, `${name}_clone`, 'clone password', 'second password');

    expect(await server.opens({ username: name, password: 'second password' })).toBe(true);
    expect(await server.opens({ username: `${name}_clone`, password: 'clone password' })).toBe(true);
    expect(await hosts(`${name}_clone`)).toEqual(['127.0.0.1']);
  });

  it('an account of the base that the clone in use has not is never dropped: a person decides', async () => {
    const { name, other, clone } = await pair();
    await clone();
    await server.sql(`CREATE USER ${name}@'10.9.%' IDENTIFIED BY 'x'`);

    const refused = align(other.username, name, 'another password', other.password);

    await expect(refused).rejects.toMatchObject({ code: 'PRIVILEGES_DIFFER', fact: expect.stringContaining('10.9.%') });
    expect(await hosts(name)).toEqual(['%', '10.9.%']);
    expect(await server.opens({ username: name, password: 'base password' })).toBe(true);
  });

  it('rights on a table that is gone come along, for they come alive with its return', async () => {
    const { name, other, login, clone } = await pair();
    await server.sql(`CREATE TABLE shared.gone${serial} (x int)`);
    await server.sql(`GRANT SELECT ON shared.gone${serial} TO ${name}`);
    await server.sql(`DROP TABLE shared.gone${serial}`);

    await clone();

    expect(await privileges(other)).toEqual(await privileges(login));
    expect((await privileges(other)).join()).toContain(`SELECT ON \`shared\`.\`gone${serial}\``);
    expect((await privileges(other)).join()).not.toContain('CREATE');
  });

  it('a half-made clone has no password of the rotation, and the repeat completes it', async () => {
    const { name, other, login, clone } = await pair();
    await server.sql(`GRANT SELECT ON shared.granted TO ${name}`);
    await server.sql(`GRANT SHUTDOWN ON *.* TO ${name}`);
    const refused = await clone().catch((error) => error);
    const halfMade = [await hosts(other.username), await server.opens(other)];
    await server.sql(`REVOKE SHUTDOWN ON *.* FROM ${name}`);

    await clone();

    expect(refused).toMatchObject({ name: 'PermissionError' });
    expect(halfMade).toEqual([['%'], false]);
    expect(await privileges(other)).toEqual(await privileges(login));
    expect(await server.mayUse(other)).toBe(true);
  });

  it('an account that is allowed one connection says so, and takes a new password', async () => {
    const { name, login } = await pair();
    await server.sql(`ALTER USER ${name} WITH MAX_USER_CONNECTIONS 1`);
    const session = await engine.connect(login, ctx);

    await session.setPassword(name, 'second password');
    const { exclusive } = session;
    await session.close();

    expect(exclusive).toBe(true);
    await expect.poll(() => server.opens({ ...login, password: 'second password' })).toBe(true);
  });

  it('a superuser sets the password of a user at every host', async () => {
    const { name } = await pair();
    await server.sql(`CREATE USER ${name}@'127.0.0.1' IDENTIFIED BY 'another'`);
    const root = await engine.connect(server.superuser, ctx);

    await root.setPassword(name, 'set by the superuser');
    await root.close();

    expect(await server.opens({ username: name, password: 'set by the superuser' })).toBe(true);
    await server.sql(`DROP USER ${name}@'127.0.0.1'`);
    expect(await server.opens({ username: name, password: 'set by the superuser' })).toBe(true);
  });

  it('reads rights also where the server is set to show names without quotes', async () => {
    const { name, login, other, clone } = await pair();
    await server.grant(name);
    await server.sql('SET GLOBAL sql_quote_show_create = 0');

    await clone().finally(() => server.sql('SET GLOBAL sql_quote_show_create = 1'));

    expect([await server.mayUse(login), await server.mayUse(other)]).toEqual([true, true]);
  });

  it('no password is in the general log, whether the change passes or fails', async () => {
    const { name, login, other } = await pair();
    const session = await engine.connect(login, ctx);
    await session.setPassword(name, 'wanted-by-log-1');
    await session.setPassword('rds_like', 'wanted-by-log-2').catch(() => {});
    await session.setPassword(name, 'wanted-by-log-3');
    await session.close();
    const root = await engine.connect(server.superuser, ctx);
    await root.setPassword(name, 'wanted-by-log-4');
    await root.cloneUser(name, other.username, 'wanted-by-log-5', stored('wanted-by-log-4'));
    await root.close();
    await align(name, other.username, 'clone password', 'wanted-by-log-4');

    const log = await server.generalLog();

    expect(log).toMatch(new RegExp(onMysql ? 'IDENTIFIED BY <secret>' : 'SET PASSWORD'));
    expect(log).toContain(`CREATE USER '${other.username}'@'%'`);
    expect(log).not.toContain('wanted-by-log');
  });
}
