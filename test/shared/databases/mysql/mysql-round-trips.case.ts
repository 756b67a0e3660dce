/** How often MySQL and MariaDB are waited for, where nothing differs between the two users of a pair. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseEngine } from '../../../../shared/databases/engine.ts';
import type { RealMysql } from '../../../support/mysql-server.ts';
import { stored } from '../../../support/pair-proof.ts';
import { sharingPooler } from '../../../support/sharing-pooler.ts';

export function describeMysqlRoundTrips(engine: DatabaseEngine, server: RealMysql): void {
  const { context: ctx } = server;
  const onMysql = server.product === 'MySQL';
  let serial = 0;
  const pair = async () => {
    const base = server.login(`app_trips${++serial}`, 'base password');
    const clone = server.login(`${base.username}_clone`, 'clone password');
    await server.createUser(base.username, base.password);
    await server.sql(`GRANT SELECT ON shared.* TO ${base.username}`);
    const align = async (at: Partial<typeof base> = {}, others: readonly string[] = []) => {
      const session = await engine.connect({ ...server.superuser, ...at }, ctx);
      const proof = stored(base.password, ...others);
      await session.cloneUser(base.username, clone.username, clone.password, proof).finally(() => session.close());
    };
    return { base, clone, align };
  };
  const privileges = async (login: typeof server.superuser) => {
    const session = await engine.connect(login, ctx);
    return session.privileges().finally(() => session.close());
  };
  const isFree = async (base: string) => {
    const name = `rekey accounts ${createHash('sha256').update(base).digest('hex').slice(0, 40)}`;
    const [row] = await server.sql('SELECT IS_FREE_LOCK(?) AS free', [name]);
    return Number(row?.free) === 1;
  };
  const words = (statements: readonly string[]) => statements.map((text) => /[A-Z]+ [A-Z_@]+/.exec(text)?.[0]);

  describe('where nothing differs', () => {
    // The stand-in of a pooler has to read what is said.
    beforeAll(async () => void (await server.sql('SET GLOBAL require_secure_transport = OFF')));
    afterAll(async () => void (await server.sql('SET GLOBAL require_secure_transport = ON')));
    /** `renumbers` false: only its list of statements tells it from the server. */
    const heard = async (
      login: { username: string; password: string },
      use: (at: { host: string; port: number; tls: false }) => Promise<unknown>,
      renumbers = false,
    ) => {
      // Over TLS first: then MySQL lets it in without the password in clear.
      await (await engine.connect({ ...server.superuser, ...login }, ctx)).close();
      const pooler = await sharingPooler({
        host: server.superuser.host,
        port: Number(server.superuser.port),
        renumbers,
      });
      try {
        await use({ host: pooler.host, port: pooler.port, tls: false });
        return words(pooler.statements);
      } finally {
        await pooler.close();
      }
    };

    it('a superuser is answered six times, and its lock ends with its session', async () => {
      const { base, align } = await pair();
      await align();

      const said = await heard(server.superuser, align);

      expect(said).toEqual(['SET @', 'SELECT GET_LOCK', 'SELECT U', 'SHOW GRANTS', 'SHOW GRANTS', 'ALTER USER']);
      await expect.poll(() => isFree(base.username)).toBe(true);
    });

    it('behind a pooler that keeps the session the lock is given back', async () => {
      const { base, align } = await pair();
      await align();
      let free: boolean | undefined;

      const said = await heard(
        server.superuser,
        async (at) => {
          await align(at);
          free = await isFree(base.username);
        },
        true,
      );

      expect([said.at(-2), free]).toEqual(['DO RELEASE_LOCK', true]);
    });

    it('whether a password opens a user is one look, unless another account of that name has another one', async () => {
      const { base } = await pair();
      const asks = async (at: Partial<typeof base>) => {
        const session = await engine.connect({ ...server.superuser, ...at }, ctx);
        expect(await session.opens?.(base.username, base.password)).toBe(true);
        await session.close();
      };
      const before = await heard(server.superuser, asks);
      await server.sql(`CREATE USER ${base.username}@'10.9.9.9' IDENTIFIED BY 'another password'`);

      expect(before).toEqual(['SET @', 'SELECT U']);
      expect(await heard(server.superuser, asks)).toEqual(['SET @', 'SELECT U', 'SELECT USER']);
    });

    it('a user is answered three times', async () => {
      const { base, align } = await pair();
      await align();

      const said = await heard(base, (at) => privileges({ ...base, ...at }));

      expect(said).toEqual(['SET @', 'SHOW CREATE', 'SHOW GRANTS']);
    });
  });

  it('the lock of a pair is given back while stored versions are read, and taken again for the change', async () => {
    const { base, clone } = await pair();
    await server.createUser(clone.username, 'of a template');
    const session = await engine.connect(server.superuser, ctx);
    let whileRead: boolean | undefined;
    const proof = {
      password: base.password,
      async *others() {
        whileRead = await isFree(base.username);
        yield 'of a template';
      },
    };

    await session.cloneUser(base.username, clone.username, clone.password, proof);

    expect([whileRead, await isFree(base.username)]).toEqual([true, false]);
    await session.close();
    await expect.poll(() => isFree(base.username)).toBe(true);
    expect(await server.opens(clone)).toBe(true);
  });

  describe('the role that a user acts in is told when it was given', () => {
    const role = async () => {
      const name = `role_of_trips${++serial}`;
      await server.sql(`CREATE ROLE ${name}`);
      return name;
    };
    const acts = async (login: typeof server.superuser) =>
      (await privileges(login)).filter((line) => line.startsWith('acts in role'));
    const spelled = (name: string) => `acts in role \`${name}\`${onMysql ? '@`%`' : ''}`;

    it('to the user: one that it acts in from login on, and none of which it does not', async () => {
      const { base } = await pair();
      const [one, other] = [await role(), await role()];
      await server.sql(`GRANT ${one} TO ${base.username}`);
      await server.sql(`GRANT ${other} TO ${base.username}`);
      const before = await acts(base);
      await server.sql(`SET DEFAULT ROLE ${one} ${onMysql ? 'TO' : 'FOR'} ${base.username}`);

      expect([before, await acts(base)]).toEqual([[], [spelled(one)]]);
    });

    it('to everybody', async ({ skip }) => {
      if (!onMysql) skip('MariaDB has no role that everybody acts in: to PUBLIC one is given, and stays asleep');
      const { base } = await pair();
      const mandatory = await role();
      try {
        await server.sql(`SET GLOBAL mandatory_roles = '${mandatory}'`);
        await server.sql('SET GLOBAL activate_all_roles_on_login = ON');

        expect(await acts(base)).toEqual([spelled(mandatory)]);
      } finally {
        await server.sql("SET GLOBAL mandatory_roles = ''");
        await server.sql('SET GLOBAL activate_all_roles_on_login = OFF');
      }
    });
  });
}
