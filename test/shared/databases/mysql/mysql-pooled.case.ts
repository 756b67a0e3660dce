/** What a change leaves on a session of MySQL or MariaDB that a pooler keeps. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseEngine } from '../../../../shared/databases/engine.ts';
import type { RealMysql } from '../../../support/mysql-server.ts';
import { sharingPooler } from '../../../support/sharing-pooler.ts';

export function describeMysqlPooled(engine: DatabaseEngine, server: RealMysql): void {
  const { context: ctx } = server;

  describe('behind a pooler that keeps the session, the lock of a change is released when', () => {
    // The stand-in has to read what is said to see its client go.
    beforeAll(async () => void (await server.sql('SET GLOBAL require_secure_transport = OFF')));
    afterAll(async () => void (await server.sql('SET GLOBAL require_secure_transport = ON')));
    const user = async (name: string) => {
      await server.createUser(name, 'first password');
      const login = server.login(name, 'first password');
      // Over TLS first: then MySQL lets it in without the password in clear.
      await (await engine.connect(login, ctx)).close();
      return login;
    };
    const isFree = async (username: string) => {
      const name = `rekey cut-over ${createHash('sha256').update(username).digest('hex').slice(0, 40)}`;
      const [row] = await server.sql('SELECT IS_FREE_LOCK(?) AS free', [name]);
      return Number(row?.free) === 1;
    };

    it.each([
      ['a user changed its own password', 'pooled_own', true],
      ['its change failed', 'pooled_failed', false],
    ])('%s', async (_what, name, succeeds) => {
      const login = await user(name);
      const pooler = await sharingPooler({ host: login.host, port: Number(login.port) });
      try {
        const session = await engine.connect({ ...login, host: pooler.host, port: pooler.port, tls: false }, ctx);
        // Meanwhile somebody drops the user: the change fails, and the session lives on.
        if (!succeeds) await server.sql(`DROP USER ${name}`);
        const change = session.setPassword(name, 'second password');
        if (succeeds) await change;
        else await expect(change).rejects.toThrow();
        const whileOpen = await isFree(name);
        await session.close();

        expect([whileOpen, await isFree(name), pooler.kept()]).toEqual([false, true, 1]);
      } finally {
        await pooler.close();
      }
    });

    it.each([
      ['a user changed its own password, where nothing tells that there is a pooler', 'pooled_unseen', false],
      ['a superuser changed it', 'pooled_other', true],
    ])('%s', async (_what, name, bySuperuser) => {
      const login = await user(name);
      await (await engine.connect(server.superuser, ctx)).close();
      const renumbers = bySuperuser;
      const pooler = await sharingPooler({ host: login.host, port: Number(login.port), renumbers });
      try {
        const who = bySuperuser ? server.superuser : login;
        const session = await engine.connect({ ...who, host: pooler.host, port: pooler.port, tls: false }, ctx);
        await session.setPassword(login.username, 'second password');
        const whileOpen = await isFree(login.username);
        await session.close();

        expect([whileOpen, await isFree(login.username), pooler.kept()]).toEqual([false, true, 1]);
      } finally {
        await pooler.close();
      }
    });

    it.each([
      ['and its settings are those from before', true],
      ['and a session that nobody else is seen to use costs no statement more', false],
    ])('%s', async (_what, renumbers) => {
      const login = await user(`pooled_settings_${renumbers}`);
      const pooler = await sharingPooler({ host: login.host, port: Number(login.port), renumbers });
      const limit = server.product === 'MySQL' ? 'max_execution_time' : 'max_statement_time';
      const settings = (of: string) =>
        ['sql_mode', 'sql_quote_show_create', 'lock_wait_timeout', limit].map((name) => `@@${of}.${name}`).join(',');
      // As the driver's login asks for it; SET NAMES chooses another one.
      const collation = server.product === 'MySQL' ? '|utf8mb4_general_ci' : '|utf8mb4_';
      const [before] = await server.sql(`SELECT CONCAT_WS('|', ${settings('GLOBAL')}) AS text`);
      try {
        const session = await engine.connect({ ...login, host: pooler.host, port: pooler.port, tls: false }, ctx);
        await session.ping();
        await session.close();
        const sets = pooler.statements.filter((text) => text.includes('SET ')).length;
        const after = await pooler.say(
          `SELECT CONCAT_WS('|', ${settings('SESSION')}, @@collation_connection, IFNULL(@rekey_sql_mode, 'no variable'))`,
        );

        expect(before?.text).toMatch(/STRICT_TRANS_TABLES.*\|/);
        const isRestored = after.includes(`${before?.text}${collation}`);
        expect([isRestored, after.includes('|no variable'), sets]).toEqual([renumbers, renumbers, renumbers ? 2 : 1]);
      } finally {
        await pooler.close();
      }
    });

    it('and its statements are as many as before: the limit of sessions is read with the lock', async () => {
      const login = await user('pooled_count');
      const pooler = await sharingPooler({ host: login.host, port: Number(login.port) });
      try {
        const session = await engine.connect({ ...login, host: pooler.host, port: pooler.port, tls: false }, ctx);
        await session.setPassword(login.username, 'second password');
        await session.close();
        const locks = pooler.statements.filter((text) => /GET_LOCK|RELEASE_LOCK|max_user_connections/.test(text));
        expect(locks.map((text) => /[A-Z]+ [A-Z_]+/.exec(text)?.[0])).toEqual(['SELECT GET_LOCK', 'DO RELEASE_LOCK']);
      } finally {
        await pooler.close();
      }
    });
  });
}
