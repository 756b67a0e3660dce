/** What MySQL and MariaDB keep of a password before a change, after it, and after it was taken back. */
import { describe, expect, it } from 'vitest';
import type { DatabaseEngine } from '../../../../shared/databases/engine.ts';
import type { DatabaseLogin } from '../../../../shared/databases/secret.ts';
import { loadPlugin, type RealMysql } from '../../../support/mysql-server.ts';

const FIRST = 'First-password-1';
const SECOND = 'Second-password-2';

export function describeMysqlVerifiers(engine: DatabaseEngine, server: RealMysql): void {
  const { context: ctx } = server;
  const isMysql = server.product === 'MySQL';
  let serial = 0;
  const user = async (how: string) => {
    const username = `kept${++serial}`;
    await server.sql(`CREATE USER ${username} ${how}`);
    return server.login(username, FIRST);
  };
  const kept = async ({ username }: DatabaseLogin) =>
    isMysql
      ? server.sql(
          "SELECT plugin, HEX(authentication_string) AS first, HEX(User_attributes->>'$.additional_password') AS second FROM mysql.user WHERE User = ?",
          [username],
        )
      : server.sql(
          "SELECT JSON_VALUE(Priv, '$.plugin') AS plugin, JSON_VALUE(Priv, '$.authentication_string') AS first FROM mysql.global_priv WHERE User = ?",
          [username],
        );
  const proven = async (login: DatabaseLogin) => {
    const session = await engine.connect(login, ctx);
    await session.close();
    return session.proven;
  };
  const there = async (by: 'the user itself' | 'a superuser', login: DatabaseLogin) => {
    const proof = await proven(login);
    const session = await engine.connect(by === 'a superuser' ? server.superuser : login, ctx);
    const takeBack = await session.setPassword(login.username, SECOND, proof);
    const after = await kept(login);
    await proven({ ...login, password: SECOND });
    await takeBack();
    const again = await kept(login);
    await session.close();
    await proven(login);
    return { after, again };
  };

  const plugins = isMysql
    ? [
        ['caching_sha2_password', `IDENTIFIED WITH caching_sha2_password BY '${FIRST}'`],
        ['sha256_password', `IDENTIFIED WITH sha256_password BY '${FIRST}'`],
      ]
    : [
        ['mysql_native_password', `IDENTIFIED VIA mysql_native_password USING PASSWORD('${FIRST}')`],
        ['ed25519', `IDENTIFIED VIA ed25519 USING PASSWORD('${FIRST}')`],
      ];

  describe.each(plugins)('what is kept of a password with %s', (plugin, how) => {
    const ready = async (skip: (reason: string) => void) => {
      if (plugin === 'ed25519') await loadPlugin(server, 'auth_ed25519', skip);
      return user(how);
    };

    it('is what it was, byte for byte, once a superuser took the change back', async ({ skip }) => {
      const login = await ready(skip);
      const before = await kept(login);

      const { after, again } = await there('a superuser', login);

      expect(after).not.toEqual(before);
      expect(after[0]?.plugin).toBe(plugin);
      expect(again).toEqual(before);
    });

    it('is of the same plugin, and opens, once the user itself took the change back', async ({ skip }) => {
      const login = await ready(skip);
      const before = await kept(login);

      const { after, again } = await there('the user itself', login);

      expect([after[0]?.plugin, again[0]?.plugin]).toEqual([plugin, plugin]);
      // MariaDB's hashes of one password are one; MySQL takes no hash from who has no further rights, and salts anew.
      if (!isMysql) expect(again).toEqual(before);
    });
  });

  const title = 'of an account of MySQL alone';
  const why = 'MariaDB has neither dual passwords nor rounds';
  describe.skipIf(!isMysql)(isMysql ? title : `${title} (${why})`, () => {
    it('a second password, as dual passwords leave it, is there again once a superuser took the change back', async () => {
      const login = await user(`IDENTIFIED BY 'Older-password-0'`);
      await server.sql(`ALTER USER ${login.username} IDENTIFIED BY '${FIRST}' RETAIN CURRENT PASSWORD`);
      const before = await kept(login);

      const { again } = await there('a superuser', login);

      expect(before[0]?.second).not.toBeNull();
      expect(again).toEqual(before);
      await proven({ ...login, password: 'Older-password-0' });
    });

    it('and is gone once the change stayed', async () => {
      const login = await user(`IDENTIFIED BY 'Older-password-0'`);
      await server.sql(`ALTER USER ${login.username} IDENTIFIED BY '${FIRST}' RETAIN CURRENT PASSWORD`);
      const root = await engine.connect(server.superuser, ctx);

      await root.setPassword(login.username, SECOND, await proven(login));
      await root.close();

      expect((await kept(login))[0]?.second).toBeNull();
      await proven({ ...login, password: SECOND });
    });

    it('rounds of caching_sha2_password are never fewer than before', async () => {
      const login = await user(`IDENTIFIED WITH caching_sha2_password BY '${FIRST}'`);
      const rounds = ([row]: Record<string, unknown>[]) =>
        Number.parseInt(Buffer.from(String(row?.first), 'hex').toString('latin1', 3, 6), 16) * 1000;
      const usual = rounds(await kept(login));
      // As a server has kept them that was set to more than this one is now.
      const strong = await strongHash(FIRST, usual * 2);
      await server.sql(`ALTER USER ${login.username} IDENTIFIED WITH caching_sha2_password AS 0x${strong}`);

      const { after } = await there('a superuser', login);

      expect(usual).toBeGreaterThan(0);
      expect(rounds(after)).toBe(usual * 2);
    });
  });
}

async function strongHash(password: string, rounds: number): Promise<string> {
  const { shaCrypt } = await import('../../../../shared/databases/mysql/sha-crypt.ts');
  const salt = Buffer.from('twenty bytes of salt');
  const thousands = (rounds / 1000).toString(16).toUpperCase().padStart(3, '0');
  const parts = [Buffer.from(`$A$${thousands}$`), salt, Buffer.from(shaCrypt(Buffer.from(password), salt, rounds))];
  return Buffer.concat(parts).toString('hex');
}
