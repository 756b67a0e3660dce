/** What MariaDB has and MySQL has not: its own plugins, and passwords that it insists on looking into. */
import { describe, expect, it } from 'vitest';
import { mariadb } from '../../../../shared/databases/mysql/mariadb.ts';
import { isShown } from '../../../support/log-search.ts';
import { loadPlugin, type RealMysql } from '../../../support/mysql-server.ts';
import { stored } from '../../../support/pair-proof.ts';

export function describeMariadbAlone(server: RealMysql): void {
  const { context: ctx } = server;
  let serial = 0;
  const user = async (made: string) => {
    const name = `app_alone${++serial}`;
    await server.sql(`CREATE USER ${name} IDENTIFIED ${made}`);
    return server.login(name, 'First-password-1');
  };
  const session = (login: typeof server.superuser) => mariadb.connect(login, ctx);
  const opens = (login: typeof server.superuser, password: string) =>
    session({ ...login, password }).then(
      (open) => open.close().then(() => true),
      (error) => {
        if (error.name === 'AuthenticationError') return false;
        throw error;
      },
    );

  it('ed25519: logs in, changes its password, and is cloned, by hashes alone', async ({ skip }) => {
    await loadPlugin(server, 'auth_ed25519', skip);
    const login = await user("VIA ed25519 USING PASSWORD('First-password-1')");
    const own = await session(login);
    const root = await session(server.superuser);

    await own.setPassword(login.username, 'wanted-by-log ключ');
    await root.cloneUser(
      login.username,
      `${login.username}_clone`,
      'wanted-by-log clone',
      stored('wanted-by-log ключ'),
    );
    for (const each of [own, root]) await each.close();

    const other = server.login(`${login.username}_clone`, 'wanted-by-log clone');
    const plugins = await server.sql('SELECT plugin FROM mysql.user WHERE User IN (?, ?)', [
      login.username,
      other.username,
    ]);
    expect(await opens(login, 'wanted-by-log ключ')).toBe(true);
    expect(await opens(login, 'First-password-1')).toBe(false);
    expect(await opens(other, 'wanted-by-log clone')).toBe(true);
    expect(plugins).toEqual([{ plugin: 'ed25519' }, { plugin: 'ed25519' }]);
    expect(await server.generalLog()).not.toContain('wanted-by-log');
  });

  it('a clone that is there follows its base to ed25519', async ({ skip }) => {
    await loadPlugin(server, 'auth_ed25519', skip);
    const login = await user("BY 'First-password-1'");
    const other = server.login(`${login.username}_clone`, 'Clone-password-1');
    const root = await session(server.superuser);
    await root.cloneUser(login.username, other.username, other.password, stored('First-password-1'));
    await server.sql(`ALTER USER ${login.username} IDENTIFIED VIA ed25519 USING PASSWORD('First-password-1')`);

    await root.cloneUser(login.username, other.username, other.password, stored('First-password-1'));
    await root.close();

    expect(await server.sql('SELECT plugin FROM mysql.user WHERE User = ?', [other.username])).toEqual([
      { plugin: 'ed25519' },
    ]);
    expect(await opens(other, other.password)).toBe(true);
    const both = await Promise.all([login, other].map(session));
    const [of, ofOther] = await Promise.all(both.map((each) => each.privileges()));
    for (const each of both) await each.close();
    expect(of).toContain('account logs in with ed25519');
    expect(ofOther).toEqual(of);
  });

  it.each([
    ['unix_socket', 'VIA unix_socket', 'unix_socket'],
    ['more than one', "VIA unix_socket OR mysql_native_password USING PASSWORD('y')", 'more than one'],
  ])('an account of %s is not cloned, and the reason is told', async (_what, made, told) => {
    const login = await user(made);
    const root = await session(server.superuser);

    const refused = root.cloneUser(
      login.username,
      `${login.username}_clone`,
      'Clone-password-1',
      stored(login.password),
    );

    await expect(refused).rejects.toMatchObject({ name: 'PermissionError', fact: expect.stringContaining(told) });
    await root.close();
  });

  describe('a server that insists on looking into new passwords', () => {
    it('gets them, and rejects a weak one as a matter of the settings', async ({ skip }) => {
      await loadPlugin(server, 'simple_password_check', skip);
      const login = await user("BY 'First-password-1'");
      const own = await session(login);
      const root = await session(server.superuser);
      const password = { ...ctx.password, clearText: 'never' } as const;
      const forbidden = await mariadb.connect(login, { ...ctx, password });
      const kept = await forbidden.setPassword(login.username, 'Kept-from-it-1').catch((error) => error);
      await forbidden.close();
      await server.sql('SET GLOBAL require_secure_transport = OFF');
      const plain = await mariadb.connect({ ...login, tls: false }, ctx);
      const unsent = await plain.setPassword(login.username, 'Kept-from-the-way-1').catch((error) => error);
      await plain.close();
      await server.sql('SET GLOBAL require_secure_transport = ON');

      expect(await opens(login, 'First-password-1')).toBe(true);
      for (const each of ['Second-password-2', 'Clone-password-1', 'swordfish'])
        isShown(each, 'docs/engines/mariadb.md: where the server insists on the password itself');
      await own.setPassword(login.username, 'Second-password-2');
      await root.cloneUser(login.username, `${login.username}_clone`, 'Clone-password-1', stored('Second-password-2'));
      const weak = await own.setPassword(login.username, 'swordfish').catch((error) => error);
      for (const each of [own, root]) await each.close();
      await server.sql("UNINSTALL SONAME 'simple_password_check'");

      expect(await opens(login, 'Second-password-2')).toBe(true);
      expect(await opens(server.login(`${login.username}_clone`, 'Clone-password-1'), 'Clone-password-1')).toBe(true);
      expect(kept).toMatchObject({ code: 'PASSWORD_REFUSED', fact: expect.stringContaining('CLEAR_TEXT=never') });
      expect(unsent).toMatchObject({ code: 'PASSWORD_REFUSED', fact: expect.stringContaining('over TLS only') });
      expect(await server.generalLog()).not.toMatch(/Kept-from/);
      expect(weak).toMatchObject({ code: 'PASSWORD_REFUSED' });
      expect(String(weak.stack) + String(weak.cause?.stack)).not.toContain('swordfish');
    });
  });
}
