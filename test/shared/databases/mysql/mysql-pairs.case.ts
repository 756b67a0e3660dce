/** Pairs on MySQL and MariaDB: who is the model, what ties the two, and that the server itself shows them equal. */
import { describe, expect, it } from 'vitest';
import type { DatabaseEngine, PairProof } from '../../../../shared/databases/engine.ts';
import type { RealMysql } from '../../../support/mysql-server.ts';
import { stored } from '../../../support/pair-proof.ts';

export function describeMysqlPairs(engine: DatabaseEngine, server: RealMysql): void {
  const { context: ctx } = server;
  const onMysql = server.product === 'MySQL';
  let serial = 0;
  const align = async (from: string, to: string, password: string, proof: PairProof) => {
    const session = await engine.connect(server.superuser, ctx);
    await session.cloneUser(from, to, password, proof).finally(() => session.close());
  };
  const user = async (name = `app_two${++serial}`, password = 'base password') => {
    await server.createUser(name, password);
    return server.login(name, password);
  };
  /** The base, and its clone, which is in use. */
  const pair = async (grants: readonly string[] = []) => {
    const base = await user();
    const clone = server.login(`${base.username}_clone`, 'clone password');
    for (const grant of grants) await server.sql(`GRANT ${grant} TO ${base.username}`);
    await align(base.username, clone.username, clone.password, stored(base.password));
    const turn = () => align(clone.username, base.username, 'turned password', stored(clone.password));
    return { base, clone, turn, now: { ...base, password: 'turned password' } };
  };
  /** What the server tells a real superuser of an account, but for its name, its password, and limits of 0, which are none. */
  const raw = async (name: string, host = '%') => {
    const rows = [
      ...(await server.sql('SHOW GRANTS FOR ?@?', [name, host])),
      ...(await server.sql('SHOW CREATE USER ?@?', [name, host])),
    ];
    return rows
      .map((row) => String(Object.values(row)[0]))
      .map((line) => line.replaceAll(`\`${name}\``, '`user`'))
      .map((line) => line.replace(/ (AS|USING|PASSWORD) '.*?'(?= (REQUIRE|WITH|DEFAULT|ACCOUNT|PASSWORD)|$)/s, ' $1 …'))
      .map((line) => line.replaceAll(/ MAX_\w+ 0(\.0+)?\b/g, '').replace(/ WITH(?= PASSWORD| ACCOUNT|$)/, ''))
      .sort();
  };
  const toOrFor = onMysql ? 'TO' : 'FOR';

  describe('the server shows the clone as it shows the base:', () => {
    const features: Record<string, (name: string) => Promise<readonly [expected: RegExp]>> = {
      'rights on schemas, tables and columns': async (name) => {
        await server.sql(`GRANT SELECT, CREATE VIEW ON shared.* TO ${name}`);
        await server.sql(`GRANT DELETE, INSERT (x) ON shared.granted TO ${name}`);
        return [/INSERT \(`x`\).* ON `shared`\.`granted`/];
      },
      'WITH GRANT OPTION': async (name) => {
        await server.sql(`GRANT SELECT ON shared.* TO ${name} WITH GRANT OPTION`);
        return [/SELECT ON `shared`\.\* TO `user`@`%` WITH GRANT OPTION/];
      },
      'roles, with the option to pass them on, and default roles': async (name) => {
        await server.sql(`CREATE ROLE of_${name}`);
        await server.sql(`GRANT of_${name} TO ${name} WITH ADMIN OPTION`);
        if (!onMysql) await server.sql(`GRANT of_${name} TO rds_like WITH ADMIN OPTION`);
        await server.sql(`SET DEFAULT ROLE of_${name} ${toOrFor} ${name}`);
        return [/WITH ADMIN OPTION.*DEFAULT ROLE|DEFAULT ROLE.*WITH ADMIN OPTION/s];
      },
      'TLS that is required': async (name) => {
        await server.sql(`ALTER USER ${name} REQUIRE CIPHER 'TLS_AES_256_GCM_SHA384' AND ISSUER '/CN=a'`);
        return [/REQUIRE .*ISSUER '\/CN=a' .*CIPHER 'TLS_AES|REQUIRE .*CIPHER/];
      },
      'resource limits': async (name) => {
        await server.sql(`ALTER USER ${name} WITH MAX_QUERIES_PER_HOUR 900 MAX_USER_CONNECTIONS 7`);
        return [/MAX_QUERIES_PER_HOUR 900 MAX_USER_CONNECTIONS 7/];
      },
      ...(onMysql && {
        'partial revokes': async (name) => {
          await server.sql('SET GLOBAL partial_revokes = ON');
          await server.sql(`GRANT SELECT, INSERT ON *.* TO ${name}`);
          await server.sql(`REVOKE INSERT ON shared.* FROM ${name}`);
          return [/REVOKE INSERT ON `shared`\.\*/] as const;
        },
        'locking after failed logins, and rules for passwords': async (name) => {
          await server.sql(
            `ALTER USER ${name} FAILED_LOGIN_ATTEMPTS 4 PASSWORD_LOCK_TIME 3 PASSWORD HISTORY 3 PASSWORD REUSE INTERVAL 9 DAY PASSWORD REQUIRE CURRENT`,
          );
          return [/HISTORY 3 .*REUSE INTERVAL 9 DAY .*REQUIRE CURRENT .*FAILED_LOGIN_ATTEMPTS 4/] as const;
        },
      }),
    };

    it.each(Object.entries(features))('%s', async (_feature, give) => {
      const base = await user();
      const [expected] = await give(base.username);

      await align(base.username, `${base.username}_clone`, 'clone password', stored(base.password));

      const shown = await raw(base.username);
      expect(shown.join('\n')).toMatch(expected);
      expect(await raw(`${base.username}_clone`)).toEqual(shown);
    });

    it.each(Object.entries(features))('%s, given to the base while the clone is in use', async (_feature, give) => {
      const { base, clone, turn } = await pair();
      const [expected] = await give(base.username);

      await turn();

      const shown = await raw(base.username);
      expect(shown.join('\n')).toMatch(expected);
      expect(await raw(clone.username)).toEqual(shown);
    });
  });

  describe('the base is the model, also while the clone is in use:', () => {
    it('a right that the base lost is lost for both', async () => {
      const { base, clone, turn, now } = await pair(['SELECT ON shared.granted', 'CREATE VIEW ON shared.*']);
      await server.sql(`REVOKE SELECT ON shared.granted FROM ${base.username}`);

      await turn();

      expect([await server.mayUse(now), await server.mayUse(clone)]).toEqual([false, false]);
      expect((await raw(base.username)).join()).toContain('CREATE VIEW');
      expect(await raw(clone.username)).toEqual(await raw(base.username));
    });

    it('a narrower right where there were all is narrower for both', async () => {
      const { base, clone, turn } = await pair(['ALL PRIVILEGES ON shared.*']);
      await server.sql(`REVOKE ALL PRIVILEGES ON shared.* FROM ${base.username}`);
      await server.sql(`GRANT SELECT ON shared.* TO ${base.username}`);

      await turn();

      expect((await raw(base.username)).join()).toContain('GRANT SELECT ON `shared`.*');
      expect(await raw(clone.username)).toEqual(await raw(base.username));
    });

    it('a right that only the clone lost comes back, and one that only the clone was given goes', async () => {
      const { base, clone, turn, now } = await pair(['SELECT ON shared.granted']);
      await server.sql(`REVOKE SELECT ON shared.granted FROM ${clone.username}`);
      await server.sql(`GRANT CREATE VIEW ON shared.* TO ${clone.username}`);

      await turn();

      expect([await server.mayUse(now), await server.mayUse(clone)]).toEqual([true, true]);
      expect((await raw(clone.username)).join()).not.toContain('CREATE VIEW');
      expect(await raw(clone.username)).toEqual(await raw(base.username));
    });

    it('the clone keeps its password, and a lock of the base does not shut it out', async () => {
      const { base, clone, turn, now } = await pair(['SELECT ON shared.granted']);
      await server.sql(`ALTER USER ${base.username} WITH MAX_USER_CONNECTIONS 9 ACCOUNT LOCK`);

      await turn();

      expect([await server.opens(clone), await server.opens(now)]).toEqual([true, true]);
      expect(await raw(clone.username)).toEqual(await raw(base.username));
      expect((await raw(clone.username)).join()).toContain('MAX_USER_CONNECTIONS 9');
    });

    it('a base that is gone is made again, like the clone in use', async () => {
      const { base, clone, turn, now } = await pair(['SELECT ON shared.granted']);
      await server.sql(`DROP USER ${base.username}`);

      await turn();

      expect([await server.mayUse(now), await server.mayUse(clone)]).toEqual([true, true]);
      expect(await raw(base.username)).toEqual(await raw(clone.username));
    });
  });

  describe('two users that only have the names are left alone', () => {
    /** Neither of them was ever touched by a rotation. */
    const strangers = async () => {
      const base = await user();
      const clone = await user(`${base.username}_clone`, 'clone password');
      await server.sql(`GRANT ALL PRIVILEGES ON shared.* TO ${base.username}`);
      return { base, clone };
    };

    it('the statement of the hint makes them a pair, and the base is the model at once', async () => {
      const { base, clone } = await strangers();
      const turn = () => align(clone.username, base.username, 'turned password', stored(clone.password));
      const refused = await turn().catch((error) => error);
      const [statement = 'none'] = /CREATE ROLE '\w+'/.exec(refused.hint) ?? [];
      await server.sqlAs(server.superuser, statement);

      await turn();

      expect(statement).toBe(`CREATE ROLE 'rekey_${base.username}'`);
      expect(await server.opens({ ...base, password: 'turned password' })).toBe(true);
      expect(await raw(clone.username)).toEqual(await raw(base.username));
      expect((await raw(clone.username)).join()).toContain('ALL PRIVILEGES');
    });

    it('an ordinary user cannot make them a pair', async () => {
      const { base, clone } = await strangers();

      const refused = server.sqlAs(clone, `CREATE ROLE 'rekey_${base.username}'`);

      await expect(refused).rejects.toMatchObject({ errno: 1227 });
    });

    it('a stored version that opens the other user is proof, without a login that could be refused', async () => {
      const { base, clone } = await strangers();
      const before = (await server.generalLog()).length;

      await align(base.username, clone.username, 'second password', stored(base.password, 'not it', clone.password));

      expect(await server.opens({ ...clone, password: 'second password' })).toBe(true);
      expect(await raw(clone.username)).toEqual(await raw(base.username));
      expect((await server.generalLog()).slice(before)).not.toContain('Access denied');
      await align(clone.username, base.username, 'third password', stored('second password'));
      expect(await server.opens({ ...base, password: 'third password' })).toBe(true);
    });

    it('a stored version that opens one of two accounts of the name proves nothing', async () => {
      const { base, clone } = await strangers();
      await server.sql(`CREATE USER ${clone.username}@'10.9.%' IDENTIFIED BY 'of somebody else'`);

      const refused = align(base.username, clone.username, 'stolen', stored(base.password, clone.password));

      await expect(refused).rejects.toMatchObject({ code: 'TARGET_MISMATCH' });
      expect(await server.opens(clone)).toBe(true);
    });

    it('proven while the clone is in use, the base gets what only the clone has: nothing is lost that is used', async () => {
      const { base, clone } = await strangers();
      const role = `used_by_${clone.username}`;
      await server.sql(`REVOKE ALL PRIVILEGES ON shared.* FROM ${base.username}`);
      await server.sql(`CREATE ROLE ${role}`);
      if (!onMysql) await server.sql(`GRANT ${role} TO rds_like WITH ADMIN OPTION`);
      await server.sql(`GRANT SELECT ON shared.granted TO ${role}`);
      await server.sql(`GRANT ${role} TO ${clone.username}`);
      await server.sql(`SET DEFAULT ROLE ${role} ${toOrFor} ${clone.username}`);

      await align(clone.username, base.username, 'turned password', stored(clone.password, base.password));

      const now = { ...base, password: 'turned password' };
      expect([await server.mayUse(clone), await server.mayUse(now)]).toEqual([true, true]);
      expect(await raw(base.username)).toEqual(await raw(clone.username));
    });
  });

  it('an account of the name that the secret has not the password of stops the rotation: its rights are not given away', async () => {
    const base = await user();
    await server.sql(`CREATE USER ${base.username}@'10.9.%' IDENTIFIED BY 'of somebody else'`);
    await server.sql(`GRANT ALL PRIVILEGES ON shared.* TO ${base.username}@'10.9.%'`);

    const refused = align(base.username, `${base.username}_clone`, 'clone password', stored(base.password));

    await expect(refused).rejects.toMatchObject({ code: 'TARGET_MISMATCH', fact: expect.stringContaining('10.9.%') });
    expect(await server.sql('SELECT 1 FROM mysql.user WHERE User = ?', [`${base.username}_clone`])).toEqual([]);
  });

  describe('a superuser that sets the password of a user with accounts at several hosts', () => {
    const kept = async (name: string) =>
      Object.fromEntries(
        (
          await server.sql('SELECT Host AS host, HEX(authentication_string) AS hex FROM mysql.user WHERE User = ?', [
            name,
          ])
        ).map(({ host, hex }) => [host, hex]),
      );

    it('changes those that the proven password opens, and gives each its own back', async () => {
      const { username } = await user();
      await server.sql(`CREATE USER ${username}@'10.8.%' IDENTIFIED BY 'base password'`);
      await server.sql(`CREATE USER ${username}@'10.9.%' IDENTIFIED BY 'of somebody else'`);
      const before = await kept(username);
      const root = await engine.connect(server.superuser, ctx);

      const takeBack = await root.setPassword(username, 'second password', { password: 'base password' });
      const after = await kept(username);
      const opens = await root.opens?.(username, 'base password');
      await takeBack();
      await root.close();

      const changed = Object.keys(before).filter((host) => before[host] !== after[host]);
      expect(changed.sort()).toEqual(['%', '10.8.%']);
      expect(opens).toBe(false);
      expect(await kept(username)).toEqual(before);
      expect(await server.opens({ username, password: 'base password' })).toBe(true);
    });

    it('changes nothing when the proven password opens none', async () => {
      const { username } = await user();
      const before = await kept(username);
      const root = await engine.connect(server.superuser, ctx);

      const refused = root.setPassword(username, 'second password', { password: 'not it' });

      await expect(refused).rejects.toMatchObject({ code: 'TARGET_MISMATCH' });
      await root.close();
      expect(await kept(username)).toEqual(before);
    });
  });

  it('a superuser sees which password opens a user, whatever is in it', async () => {
    const { username } = await user(undefined, 'wéird \'pass\\word" 🔑');
    const root = await engine.connect(server.superuser, ctx);

    const seen = [
      await root.opens?.(username, 'wéird \'pass\\word" 🔑'),
      await root.opens?.(username, 'another'),
      await root.opens?.(username, ''),
      await root.opens?.('nobody_of_this_name', 'another'),
    ];
    await root.close();

    expect(seen).toEqual([true, false, false, false]);
  });
}
