/** What the clone of a pair keeps while it is in use, on MySQL and MariaDB: the base is the model, but nobody is shut out. */
import { describe, expect, it } from 'vitest';
import type { DatabaseEngine, PairProof } from '../../../../shared/databases/engine.ts';
import type { RealMysql } from '../../../support/mysql-server.ts';
import { stored } from '../../../support/pair-proof.ts';

export function describeMysqlInUse(engine: DatabaseEngine, server: RealMysql): void {
  const { context: ctx } = server;
  const onMysql = server.product === 'MySQL';
  let serial = 0;
  const full = async () => {
    const name = `full_of_${++serial}`;
    await server.sql(`CREATE USER ${name} IDENTIFIED BY 'full password'`);
    await server.sql(`GRANT ALL ON *.* TO ${name} WITH GRANT OPTION`);
    return server.login(name, 'full password');
  };
  const align = async (from: string, to: string, password: string, proof: PairProof, superuser = server.superuser) => {
    const session = await engine.connect(superuser, ctx);
    await session.cloneUser(from, to, password, proof).finally(() => session.close());
  };
  /** Two users that something else made, the clone in use, and the secret knows both passwords. */
  const templatePair = async () => {
    const base = server.login(`app_use${++serial}`, 'base password');
    const clone = server.login(`${base.username}_clone`, 'clone password');
    for (const { username, password } of [base, clone]) await server.createUser(username, password);
    const adopt = (superuser = server.superuser) =>
      align(clone.username, base.username, 'turned password', stored(clone.password, base.password), superuser);
    return { base, clone, adopt, now: { ...base, password: 'turned password' } };
  };
  const made = async (name: string) => JSON.stringify(await server.sql('SHOW CREATE USER ?', [name]));
  const state = async (...names: string[]) => {
    const rows: unknown[] = [];
    for (const name of names) rows.push(await made(name), await server.sql('SHOW GRANTS FOR ?', [name]));
    return JSON.stringify(rows);
  };
  const age = async (name: string, days: number) => {
    await server.sql(
      onMysql
        ? `UPDATE mysql.user SET password_last_changed = NOW() - INTERVAL ${days} DAY WHERE User = ?`
        : `UPDATE mysql.global_priv SET Priv = JSON_SET(Priv, '$.password_last_changed', UNIX_TIMESTAMP() - ${days} * 86400) WHERE User = ?`,
      [name],
    );
    await server.sql('FLUSH PRIVILEGES');
  };
  const works = (login: { username: string; password: string }, statement = 'DO 1') =>
    server.sqlAs(login, statement).then(
      () => true,
      (error) => error.errno,
    );

  describe('a password that may not grow old', () => {
    it('does not expire the clone in use, which gets the rule with its next password', async () => {
      const { base, clone, adopt, now } = await templatePair();
      await adopt();
      await age(clone.username, 45);
      await server.sql(`ALTER USER ${base.username} WITH MAX_USER_CONNECTIONS 9 PASSWORD EXPIRE INTERVAL 30 DAY`);

      await align(clone.username, base.username, now.password, stored(clone.password));
      const whileInUse = [await works(clone), await works(now)];
      const lines = await Promise.all(
        [clone, now].map(async (login) => {
          const session = await engine.connect(login, ctx);
          return session.privileges().finally(() => session.close());
        }),
      );
      await align(base.username, clone.username, 'next password', stored(now.password));

      expect(whileInUse).toEqual([true, true]);
      expect(lines[0]).toEqual(lines[1]);
      expect(await made(clone.username)).toContain('PASSWORD EXPIRE INTERVAL 30 DAY');
      expect(await works({ ...clone, password: 'next password' })).toBe(true);
    });

    it('is so for a clone that is made new', async () => {
      const base = server.login(`app_use${++serial}`, 'base password');
      await server.createUser(base.username, base.password);
      await server.sql(`ALTER USER ${base.username} PASSWORD EXPIRE INTERVAL 90 DAY`);

      await align(base.username, `${base.username}_clone`, 'clone password', stored(base.password));

      expect(await made(`${base.username}_clone`)).toContain('PASSWORD EXPIRE INTERVAL 90 DAY');
    });

    it('does not expire a clone in use that is adopted', async () => {
      const { base, clone, adopt } = await templatePair();
      await age(clone.username, 31);
      await server.sql(`ALTER USER ${base.username} PASSWORD EXPIRE INTERVAL 30 DAY`);

      await adopt();

      expect(await works(clone)).toBe(true);
    });
  });

  describe('a pair is not adopted, and nothing is changed, when the clone in use would come under', () => {
    const rules: Record<string, string> = {
      'REQUIRE …': 'REQUIRE X509',
      'a limit where it has none': 'WITH MAX_CONNECTIONS_PER_HOUR 1',
      'a lower limit': 'WITH MAX_USER_CONNECTIONS 2',
      ...(onMysql && { 'a lock after failed logins': 'FAILED_LOGIN_ATTEMPTS 1 PASSWORD_LOCK_TIME UNBOUNDED' }),
    };

    it.each(Object.entries(rules))('%s', async (_what, rule) => {
      const { base, clone, adopt } = await templatePair();
      await server.sql(`ALTER USER ${clone.username} WITH MAX_USER_CONNECTIONS 5`);
      await server.sql(`ALTER USER ${base.username} WITH MAX_USER_CONNECTIONS 5`);
      await server.sql(`ALTER USER ${base.username} ${rule}`);
      const before = await state(base.username, clone.username);

      const refused = adopt();

      await expect(refused).rejects.toMatchObject({ code: 'PRIVILEGES_DIFFER' });
      expect(await state(base.username, clone.username)).toEqual(before);
      expect(await works(clone)).toBe(true);
      await server.sql(
        `ALTER USER ${base.username} REQUIRE NONE WITH MAX_CONNECTIONS_PER_HOUR 0 MAX_USER_CONNECTIONS 5`,
      );
      if (onMysql) await server.sql(`ALTER USER ${base.username} FAILED_LOGIN_ATTEMPTS 0 PASSWORD_LOCK_TIME 0`);
      await adopt();
      expect(await made(clone.username)).toContain('MAX_USER_CONNECTIONS 5');
    });
  });

  it('what the base is under less than the clone is no reason to refuse', async () => {
    const { base, clone, adopt, now } = await templatePair();
    await server.sql(`ALTER USER ${clone.username} WITH MAX_USER_CONNECTIONS 5`);
    await server.sql(`ALTER USER ${base.username} WITH MAX_USER_CONNECTIONS 9`);

    await adopt();

    expect([await works(clone), await works(now)]).toEqual([true, true]);
    expect(await made(clone.username)).toContain('MAX_USER_CONNECTIONS 9');
  });

  it('two different default roles: both stay in force on MySQL; MariaDB has one, so nothing is changed', async () => {
    const { base, clone, adopt } = await templatePair();
    const root = await full();
    for (const { username } of [base, clone]) {
      await server.sqlAs(root, `CREATE ROLE r_${username}`);
      await server.sqlAs(root, `GRANT r_${username} TO ${username}`);
      await server.sqlAs(root, `SET DEFAULT ROLE r_${username} ${onMysql ? 'TO' : 'FOR'} ${username}`);
    }
    await server.sql(`GRANT SELECT ON shared.granted TO r_${clone.username}`);
    const before = await state(base.username, clone.username);

    const outcome = await adopt(root).then(
      () => 'adopted',
      (error) => error.code,
    );

    expect(outcome).toBe(onMysql ? 'adopted' : 'PRIVILEGES_DIFFER');
    expect(await server.mayUse(clone)).toBe(true);
    expect((await state(base.username, clone.username)) === before).toBe(!onMysql);
  });

  describe.runIf(onMysql)('a partial revoke that only the base is under', () => {
    const restricted = async () => {
      await server.sql('SET GLOBAL partial_revokes = ON');
      const { base, clone, ...rest } = await templatePair();
      await server.sql(`GRANT SELECT, INSERT ON *.* TO ${base.username}`);
      await server.sql(`REVOKE SELECT, INSERT ON shared.* FROM ${base.username}`);
      await server.sql(`GRANT SELECT ON *.* TO ${clone.username}`);
      return { base, clone, ...rest };
    };

    it('is lifted when they are adopted, as far as the clone in use can do it; the rest of it reaches the clone', async () => {
      const { clone, adopt, now } = await restricted();

      await adopt(await full());

      expect([await server.mayUse(clone), await server.mayUse(now)]).toEqual([true, true]);
      const insert = 'INSERT INTO shared.granted VALUES (1, 1)';
      expect([await works(clone, insert), await works(now, insert)]).toEqual([1142, 1142]);
    });

    it('is reason to refuse when the superuser may not lift it: nothing is changed', async () => {
      const { base, clone, adopt } = await restricted();
      const before = await state(base.username, clone.username);
      const rotator = server.login(`rotator_of_${++serial}`, 'rotator password');
      await server.createUser(rotator.username, rotator.password);
      await server.sql(`GRANT CREATE USER ON *.* TO ${rotator.username}`);
      await server.sql(`GRANT SELECT ON mysql.* TO ${rotator.username}`);

      const refused = adopt(rotator);

      await expect(refused).rejects.toMatchObject({ code: 'PRIVILEGES_DIFFER' });
      expect(await state(base.username, clone.username)).toEqual(before);
      expect(await server.mayUse(clone)).toBe(true);
    });
  });

  describe('a superuser that looks which password opens a user with accounts at several hosts', () => {
    it('does not say yes when a login from here might fall to an account with another password', async () => {
      const { base } = await templatePair();
      await server.sql(`CREATE USER ${base.username}@'127.0.0.1' IDENTIFIED BY 'of somebody else'`);
      const root = await engine.connect(server.superuser, ctx);

      const refused = root.opens?.(base.username, base.password);

      await expect(refused).rejects.toMatchObject({
        code: 'TARGET_MISMATCH',
        fact: expect.stringContaining("'127.0.0.1'"),
      });
      expect(await root.opens?.(base.username, 'opens none of them')).toBe(false);
      await root.close();
    });

    it('does not mind accounts of addresses that are not from here, nor those with the same password', async () => {
      const { base } = await templatePair();
      await server.sql(`CREATE USER ${base.username}@'10.9.%' IDENTIFIED BY 'of somebody else'`);
      await server.sql(`CREATE USER ${base.username}@'127.0.0.1' IDENTIFIED BY 'base password'`);
      const root = await engine.connect(server.superuser, ctx);

      expect(await root.opens?.(base.username, base.password)).toBe(true);

      await root.close();
    });
  });
}
