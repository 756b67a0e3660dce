/** What the hint has where a superuser of MySQL or MariaDB lacks a right. */
import { describe, expect, it } from 'vitest';
import type { DatabaseEngine, DatabaseSession } from '../../../../shared/databases/engine.ts';
import type { RealMysql } from '../../../support/mysql-server.ts';
import { stored } from '../../../support/pair-proof.ts';

export function describeMysqlLacking(engine: DatabaseEngine, server: RealMysql): void {
  const { context: ctx } = server;
  const onMysql = server.product === 'MySQL';
  let serial = 0;
  const pair = async () => {
    const name = `lacking${++serial}`;
    await server.createUser(name, 'base password');
    return {
      name,
      login: server.login(name, 'base password'),
      other: server.login(`${name}_clone`, 'clone password'),
    };
  };
  const privileges = async (login: typeof server.superuser) => {
    const lines: string[] = [];
    await as(login, async (session) => lines.push(...(await session.privileges())));
    return lines;
  };
  const as = async (login: typeof server.superuser, work: (session: DatabaseSession) => Promise<unknown>) => {
    const session = await engine.connect(login, ctx);
    try {
      await work(session);
    } finally {
      await session.close();
    }
  };

  describe('a right that a superuser lacks is told as the statement that gives it, with which it passes', () => {
    /** Does what the hints say, until the work passes. The statements, in order. */
    const untilPassing = async (work: () => Promise<void>) => {
      const done: string[] = [];
      for (let turn = 0; turn < 9; turn++) {
        const refused = await work().then(
          () => undefined,
          (error) => error,
        );
        if (refused === undefined) return done;
        expect(refused).toMatchObject({ code: 'PERMISSION_DENIED', hint: expect.stringContaining('mostly: ') });
        const statements = refused.hint.split('mostly: ')[1].split('; ');
        expect(done).not.toEqual(expect.arrayContaining(statements));
        for (const statement of statements) await server.sql(statement);
        done.push(...statements);
      }
      throw new Error(`it does not pass with ${done.join('; ')}`);
    };
    /** With accounts at two hosts: the statements are for the one that is logged in. */
    const powerless = async () => {
      const name = `rotator${++serial}`;
      await server.sql(`CREATE USER ${name}@'127.0.0._' IDENTIFIED BY 'rotator password'`);
      await server.sql(`CREATE USER ${name}@'10.1.2.3' IDENTIFIED BY 'rotator password'`);
      return { name, login: server.login(name, 'rotator password') };
    };
    it('to set a password', async () => {
      const { name, other } = await pair();
      await as(server.superuser, (root) =>
        root.cloneUser(name, other.username, other.password, stored('base password')),
      );
      const rotator = await powerless();
      const checked = as(rotator.login, async ({ rehearsal }) => rehearsal?.setPassword?.(other.username, 'unused'));
      await expect(checked).rejects.toMatchObject({ hint: expect.stringContaining('mostly: GRANT CREATE USER') });

      const done = await untilPassing(() =>
        as(rotator.login, (root) => root.setPassword(other.username, 'second password')),
      );

      expect(done).toEqual([
        `GRANT CREATE USER ON *.* TO '${rotator.name}'@'127.0.0._'`,
        `GRANT SELECT ON mysql.* TO '${rotator.name}'@'127.0.0._'`,
      ]);
      expect(await server.opens({ ...other, password: 'second password' })).toBe(true);
    });

    it('to bring a pair into line', async () => {
      const { name, other, login } = await pair();
      const role = `reader${++serial}`;
      await server.sql(`CREATE ROLE ${role}`);
      await server.sql(`GRANT ${role} TO ${name}`);
      await server.sql(`SET DEFAULT ROLE ${role} ${onMysql ? 'TO' : 'FOR'} ${name}`);
      await server.sql(`GRANT SELECT (x), DELETE ON shared.granted TO ${name}`);
      const rotator = await powerless();

      const done = await untilPassing(() =>
        as(rotator.login, (root) => root.cloneUser(name, other.username, other.password, stored('base password'))),
      );

      expect(done).toContainEqual(
        expect.stringMatching(/^GRANT .*ON `shared`.`granted` TO 'rotator\d+'@'127.0.0._' WITH GRANT OPTION$/),
      );
      expect(done).toContainEqual(expect.stringMatching(/^GRANT .?reader\d+.* WITH ADMIN OPTION$/));
      expect(await privileges(other)).toEqual(await privileges(login));
    });
  });
}
