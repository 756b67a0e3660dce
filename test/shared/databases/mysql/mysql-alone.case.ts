/** What MySQL has and MariaDB has not, but for dual passwords: partial revokes, locking after failed logins, other plugins. */
import { expect, it } from 'vitest';
import { mysql } from '../../../../shared/databases/mysql/mysql.ts';
import type { RealMysql } from '../../../support/mysql-server.ts';
import { stored } from '../../../support/pair-proof.ts';

export function describeMysqlAlone(server: RealMysql): void {
  const { context: ctx } = server;
  let serial = 0;
  const user = async (password = 'first password') => {
    const name = `app_alone${++serial}`;
    await server.createUser(name, password);
    return server.login(name, password);
  };
  const clone = async (from: string) => {
    const root = await mysql.connect(server.superuser, ctx);
    await root.cloneUser(from, `${from}_clone`, 'clone password', stored('first password')).finally(() => root.close());
    return server.login(`${from}_clone`, 'clone password');
  };
  const privileges = async (login: typeof server.superuser) => {
    const session = await mysql.connect(login, ctx);
    const lines = await session.privileges();
    await session.close();
    return lines;
  };
  const opening = async (login: typeof server.superuser, passwords: readonly string[]) => {
    const open: string[] = [];
    for (const password of passwords) if (await server.opens({ ...login, password })) open.push(password);
    return open;
  };

  it('FAILED_LOGIN_ATTEMPTS 1, lock time and password rules come along, and go again', async () => {
    const login = await user();
    await server.sql(
      `ALTER USER ${login.username} FAILED_LOGIN_ATTEMPTS 1 PASSWORD_LOCK_TIME UNBOUNDED PASSWORD HISTORY 3 PASSWORD REUSE INTERVAL 9 DAY PASSWORD REQUIRE CURRENT OPTIONAL`,
    );
    const other = await clone(login.username);
    const [base, given] = [await privileges(login), await privileges(other)];

    await server.sql(
      `ALTER USER ${login.username} FAILED_LOGIN_ATTEMPTS 0 PASSWORD_LOCK_TIME 0 PASSWORD HISTORY DEFAULT`,
    );
    await clone(login.username);

    expect(given).toEqual(base);
    expect(given).toEqual(expect.arrayContaining(['account FAILED_LOGIN_ATTEMPTS 1', 'account PASSWORD HISTORY 3']));
    expect(await privileges(other)).toEqual(await privileges(login));
  });

  it('partial revokes come along, and go again', async () => {
    await server.sql('SET GLOBAL partial_revokes = ON');
    const login = await user();
    await server.sql(`GRANT SELECT, INSERT ON *.* TO ${login.username}`);
    await server.sql(`REVOKE INSERT ON shared.* FROM ${login.username}`);
    const other = await clone(login.username);
    const [base, given] = [await privileges(login), await privileges(other)];
    const refused = await server.sqlAs(other, 'INSERT INTO shared.granted VALUES (1, 1)').catch((error) => error.errno);

    await server.sql(`GRANT INSERT ON shared.* TO ${login.username}`);
    await server.sql(`REVOKE SELECT ON shared.* FROM ${login.username}`);
    await clone(login.username);

    expect(given).toEqual(base);
    expect(given).toContain('not INSERT ON `shared`.*');
    expect(refused).toBe(1142);
    expect(await privileges(other)).toEqual(await privileges(login));
    expect(await privileges(other)).toContain('not SELECT ON `shared`.*');
    await server.sqlAs(other, 'INSERT INTO shared.granted VALUES (1, 1)');
  });

  it('dynamic privileges come along with their own option to pass them on', async () => {
    const login = await user();
    await server.sql(`GRANT XA_RECOVER_ADMIN ON *.* TO ${login.username} WITH GRANT OPTION`);
    await server.sql(`GRANT ROLE_ADMIN ON *.* TO ${login.username}`);
    const other = await clone(login.username);
    const given = await privileges(other);

    await server.sql(`REVOKE XA_RECOVER_ADMIN ON *.* FROM ${login.username}`);
    await server.sql(`GRANT XA_RECOVER_ADMIN ON *.* TO ${login.username}`);
    await clone(login.username);

    expect(given).toEqual(expect.arrayContaining(['ROLE_ADMIN ON *.*', 'XA_RECOVER_ADMIN ON *.* WITH GRANT OPTION']));
    expect(await privileges(other)).toEqual(await privileges(login));
    expect(await privileges(other)).toContain('XA_RECOVER_ADMIN ON *.*');
  });

  it('an account with PASSWORD REQUIRE CURRENT changes its own password', async () => {
    const login = await user();
    await server.sql(`ALTER USER ${login.username} PASSWORD REQUIRE CURRENT`);
    const session = await mysql.connect(login, ctx);

    await session.setPassword(login.username, 'second password');
    await session.setPassword(login.username, 'third password');
    await session.close();

    expect(await opening(login, ['first password', 'second password', 'third password'])).toEqual(['third password']);
  });

  it('a session that comes late changes nothing once the password moved on', async () => {
    const login = await user();
    const late = await mysql.connect(login, ctx);
    for (const [before, next] of [
      ['first password', 'second password'],
      ['second password', 'third password'],
    ] as const) {
      const session = await mysql.connect({ ...login, password: before }, ctx);
      await session.setPassword(login.username, next).finally(() => session.close());
    }

    const refused = late.setPassword(login.username, 'second password');

    await expect(refused).rejects.toMatchObject({ code: 'AUTHENTICATION_REFUSED' });
    await late.close();
    expect(await opening(login, ['first password', 'second password', 'third password'])).toEqual(['third password']);
  });

  it.each([
    ['', 0],
    [', also where the server wants passwords to differ', 50],
  ])('a session that comes second with the same new password is content%s', async (_where, percentage) => {
    const login = await user('First password 1');
    const second = await mysql.connect(login, ctx);
    const first = await mysql.connect(login, ctx);
    await server.sql("INSTALL COMPONENT 'file://component_validate_password'");
    await server.sql(`SET GLOBAL validate_password.changed_characters_percentage = ${percentage}`);
    await first.setPassword(login.username, 'QWERTZ uiopas 99').finally(() => first.close());

    const outcome = await second.setPassword(login.username, 'QWERTZ uiopas 99').then(
      () => undefined,
      (error) => error,
    );
    await second.close();
    await server.sql("UNINSTALL COMPONENT 'file://component_validate_password'");

    expect(outcome).toBeUndefined();
    expect(await opening(login, ['First password 1', 'QWERTZ uiopas 99'])).toEqual(['QWERTZ uiopas 99']);
  });

  it('a new password that is much like the previous one is taken where only a named one is compared', async () => {
    const login = await user('First password 1');
    await server.sql("INSTALL COMPONENT 'file://component_validate_password'");
    await server.sql('SET GLOBAL validate_password.changed_characters_percentage = 100');
    const session = await mysql.connect(login, ctx);

    const outcome = await session.setPassword(login.username, 'First password 2').then(
      () => undefined,
      (error) => error,
    );
    await session.close();
    await server.sql("UNINSTALL COMPONENT 'file://component_validate_password'");

    expect(outcome).toBeUndefined();
    expect(await opening(login, ['First password 1', 'First password 2'])).toEqual(['First password 2']);
  });

  it.each(['caching_sha2_password', 'sha256_password'])(
    'a superuser hands over a hash that the server would make itself: %s',
    async (plugin) => {
      const login = await user();
      await server.sql(`ALTER USER ${login.username} IDENTIFIED WITH ${plugin} BY 'first password'`);
      const other = await clone(login.username);

      const of = (name: string) =>
        server.sql(
          'SELECT plugin, LEFT(authentication_string, 7) AS format, LENGTH(authentication_string) AS length FROM mysql.user WHERE User = ?',
          [name],
        );

      expect(await server.opens(other)).toBe(true);
      const [[made], [own]] = [await of(other.username), await of(login.username)];
      expect(made).toMatchObject({ plugin, length: own?.length });
      if (plugin === 'caching_sha2_password') expect(made?.format).toBe(own?.format);
    },
  );

  it('a clone that is there follows its base to another plugin, and the difference would have been seen', async () => {
    const login = await user();
    const other = await clone(login.username);
    await server.sql(`ALTER USER ${login.username} IDENTIFIED WITH sha256_password BY 'first password'`);
    const differing = [await privileges(login), await privileges(other)].map((lines) =>
      lines.filter((line) => line.includes('logs in')),
    );

    await clone(login.username);

    expect(differing).toEqual([
      ['account logs in with sha256_password'],
      ['account logs in with caching_sha2_password'],
    ]);
    expect(await server.sql('SELECT plugin FROM mysql.user WHERE User = ?', [other.username])).toEqual([
      { plugin: 'sha256_password' },
    ]);
    expect(await privileges(other)).toEqual(await privileges(login));
  });

  it('an account that logs in without a password is refused by name of its plugin', async () => {
    const login = await user();
    await server.sql("INSTALL PLUGIN mysql_no_login SONAME 'mysql_no_login.so'").catch(() => {});
    await server.sql(`CREATE USER ${login.username}@'10.0.0.1' IDENTIFIED WITH mysql_no_login`);

    const refused = clone(login.username);

    await expect(refused).rejects.toMatchObject({
      name: 'PermissionError',
      fact: expect.stringContaining('mysql_no_login'),
    });
  });

  it('a password that the server finds too weak is a matter of the settings, and is not shown', async () => {
    const login = await user();
    await server.sql("INSTALL COMPONENT 'file://component_validate_password'");
    const session = await mysql.connect(login, ctx);

    const refused = await session.setPassword(login.username, 'swordfish').catch((error) => error);
    await session.close();
    await server.sql("UNINSTALL COMPONENT 'file://component_validate_password'");

    expect(refused).toMatchObject({
      code: 'PASSWORD_REFUSED',
      hint: expect.stringContaining('validate_password'),
    });
    expect(String(refused.stack) + String(refused.cause?.stack)).not.toContain('swordfish');
    expect(await server.opens(login)).toBe(true);
  });

  it('an expired password is changed only where no quotes stand in it: how the server reads them is not known then', async () => {
    const login = await user();
    await server.sql(`ALTER USER ${login.username} PASSWORD EXPIRE`);
    const session = await mysql.connect(login, ctx);

    const refused = session.setPassword(login.username, "it's quoted");

    await expect(refused).rejects.toMatchObject({ name: 'PermissionError', fact: expect.stringContaining('expired') });
    await session.close();
  });
}
