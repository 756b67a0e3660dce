/** A statement that ends before its time is told by who ended it: somebody, or the limit that a session of ours has. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { DatabaseEngine } from '../../../../shared/databases/engine.ts';
import { openConnection } from '../../../../shared/databases/mysql/connection.ts';
import type { RealMysql } from '../../../support/mysql-server.ts';

const LONG =
  'SELECT COUNT(*) FROM information_schema.columns a, information_schema.columns b, information_schema.columns c';

export function describeMysqlKilled(engine: DatabaseEngine, server: RealMysql): void {
  const { context: ctx } = server;
  const kind = { port: 3306, product: server.product };
  let serial = 0;
  const user = async () => {
    const name = `app_killed${++serial}`;
    await server.createUser(name, 'first password');
    return server.login(name, 'first password');
  };
  /** Ends the statement, or the session, of a user that does something which matches. */
  const kill = async (what: string, username: string, where: string) => {
    const find = () =>
      server.sql(`SELECT id AS id FROM information_schema.processlist WHERE user = ? AND ${where}`, [username]);
    await expect.poll(async () => (await find()).length).toBe(1);
    const [found] = await find();
    await server.sql(`KILL ${what} ${Number(found?.id)}`);
  };
  const bySomebody = (username: string) => ({
    code: 'SERVICE_FAILED',
    retryable: true,
    fact: expect.stringMatching(new RegExp(`^somebody ended a statement of ${username} .*error 1317`)),
  });

  describe('a statement that ends before its time', () => {
    it('by KILL QUERY is told as ended by somebody', async () => {
      const login = await user();
      const connection = await openConnection(login, kind, ctx);
      const outcome = connection.query(LONG).catch((error) => error);

      await kill('QUERY', login.username, "info LIKE 'SELECT COUNT%'");

      expect(await outcome).toMatchObject(bySomebody(login.username));
      await connection.close();
    });

    it('by KILL QUERY while it waits for its turn, too, and nothing has changed', async () => {
      const login = await user();
      const name = `rekey cut-over ${createHash('sha256').update(login.username).digest('hex').slice(0, 40)}`;
      await server.sql('DO GET_LOCK(?, 1)', [name]);
      const session = await engine.connect(login, ctx);
      const outcome = session.setPassword(login.username, 'second password').catch((error) => error);

      await kill('QUERY', login.username, "info LIKE 'SELECT GET_LOCK%'");

      expect(await outcome).toMatchObject(bySomebody(login.username));
      await session.close();
      await server.sql('DO RELEASE_LOCK(?)', [name]);
      expect(await server.opens(login)).toBe(true);
    });

    it('by KILL QUERY in the middle of the change, too, and the old password stays', async () => {
      const login = await user();
      const session = await engine.connect(login, ctx);
      await server.sql('FLUSH TABLES WITH READ LOCK');
      const outcome = session.setPassword(login.username, 'second password').catch((error) => error);

      await kill('QUERY', login.username, "state LIKE 'Waiting%'").finally(() => server.sql('UNLOCK TABLES'));

      expect(await outcome).toMatchObject(bySomebody(login.username));
      await session.close();
      expect(await server.opens(login)).toBe(true);
    });

    it('by the limit of the session is told as one that took too long', async () => {
      const login = await user();
      const connection = await openConnection(login, kind, ctx);
      const shorter = server.product === 'MySQL' ? 'max_execution_time = 100' : 'max_statement_time = 0.1';
      await connection.query(`SET SESSION ${shorter}`);

      const outcome = await connection.query(LONG).catch((error) => error);

      expect(outcome).toMatchObject({
        code: 'SERVICE_FAILED',
        retryable: true,
        fact: expect.stringMatching(/took more than its 15 s \(error (?:1969|3024)\)$/),
      });
      await connection.close();
    });

    it('with its session is told as a connection that was lost', async () => {
      const login = await user();
      const connection = await openConnection(login, kind, ctx);
      const outcome = connection.query(LONG).catch((error) => error);

      await kill('CONNECTION', login.username, "info LIKE 'SELECT COUNT%'");

      expect(await outcome).toMatchObject({ code: 'CONNECTION_LOST', retryable: true });
      await connection.close();
    });
  });
}
