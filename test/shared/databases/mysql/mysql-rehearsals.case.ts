/** What a rehearsal tells of the superuser, on MySQL and MariaDB: servers ask for a right before they look for the user that it is about. */
import { describe, expect, it } from 'vitest';
import type { DatabaseEngine, PairProof } from '../../../../shared/databases/engine.ts';
import type { DatabaseLogin } from '../../../../shared/databases/secret.ts';
import type { RealMysql } from '../../../support/mysql-server.ts';
import { stored } from '../../../support/pair-proof.ts';

export function describeMysqlRehearsals(engine: DatabaseEngine, server: RealMysql): void {
  const { context: ctx } = server;
  let serial = 0;
  /** Two users that something else made, the clone in use, and the secret knows both passwords. */
  const templatePair = async () => {
    const base = server.login(`app_rehearsed${++serial}`, 'base password');
    const clone = server.login(`${base.username}_clone`, 'clone password');
    for (const { username, password } of [base, clone]) await server.createUser(username, password);
    const adopt = async () => {
      const session = await engine.connect(server.superuser, ctx);
      const proof = stored(clone.password, base.password);
      await session.cloneUser(clone.username, base.username, 'turned password', proof).finally(() => session.close());
    };
    return { base, clone, adopt, now: { ...base, password: 'turned password' } };
  };
  const state = async (...names: string[]) => {
    const rows: unknown[] = [];
    for (const name of names)
      rows.push(await server.sql('SHOW CREATE USER ?', [name]), await server.sql('SHOW GRANTS FOR ?', [name]));
    return JSON.stringify(rows);
  };

  it('a rehearsal finds that the superuser may see all users and change none', async () => {
    const { base, clone } = await templatePair();
    const reader = server.login(`reader_of_${++serial}`, 'reader password');
    await server.createUser(reader.username, reader.password);
    await server.sql(`GRANT SELECT ON mysql.* TO ${reader.username}`);
    const before = await state(base.username, clone.username);
    const session = await engine.connect(reader, ctx);
    const proof = stored(base.password, clone.password);

    const rehearsed = [
      () => session.rehearsal?.cloneUser(base.username, clone.username, 'rehearsed', proof),
      () => session.rehearsal?.setPassword?.(base.username, 'rehearsed'),
    ];

    for (const rehearse of rehearsed) await expect(rehearse()).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    await session.close();
    expect(await state(base.username, clone.username)).toEqual(before);
    const users = await server.sql("SELECT User FROM mysql.user WHERE User LIKE 'rekey %'");
    expect(users).toEqual([]);
  });

  describe('a rehearsal looks whether the superuser may give what a rotation gives, and take what it takes:', () => {
    const rotator = async (...grants: string[]) => {
      const login = server.login(`rehearsing_${++serial}`, 'rotator password');
      await server.createUser(login.username, login.password);
      for (const grant of ['CREATE USER ON *.*', 'SELECT ON mysql.*', ...grants]) {
        const [right, option = ''] = grant.split(' WITH');
        await server.sql(`GRANT ${right} TO ${login.username}${option && ` WITH${option}`}`);
      }
      return login;
    };
    const ordinary = async () => {
      const base = server.login(`app_rehearsed${++serial}`, 'base password');
      await server.createUser(base.username, base.password);
      await server.sql(`GRANT SELECT, INSERT (x) ON shared.granted TO ${base.username}`);
      await server.sql(`GRANT SELECT ON shared.granted TO 'rds_like'@'%' WITH GRANT OPTION`);
      return base;
    };
    const rehearse = async (by: DatabaseLogin, from: string, to: string, proof: PairProof) => {
      const session = await engine.connect(by, ctx);
      await session.rehearsal?.cloneUser(from, to, 'rehearsed', proof).finally(() => session.close());
    };
    const all = 'SELECT, INSERT ON shared.* WITH GRANT OPTION';

    it('a clone that is to be made', async () => {
      const base = await ordinary();
      const clone = `${base.username}_clone`;
      const [enough, less] = [await rotator(all), await rotator('SELECT ON shared.* WITH GRANT OPTION')];
      const before = await state(base.username);
      const proof = stored(base.password);

      await rehearse(enough, base.username, clone, proof);
      const refused = rehearse(less, base.username, clone, proof);

      await expect(refused).rejects.toMatchObject({
        code: 'PERMISSION_DENIED',
        hint: expect.stringMatching(/GRANT .*INSERT \(`?x`?\).* ON `shared`\.`granted` TO .*WITH GRANT OPTION/),
      });
      expect(await state(base.username)).toEqual(before);
      const users = await server.sql("SELECT User FROM mysql.user WHERE User LIKE 'rekey %' OR User = ?", [clone]);
      expect(users).toEqual([]);
    });

    it('a clone that has more, and less, and whose user is in use', async () => {
      const { base, clone, adopt, now } = await templatePair();
      await adopt();
      await server.sql(`GRANT DELETE ON shared.granted TO ${clone.username}`);
      const [enough, less] = [await rotator('DELETE ON shared.* WITH GRANT OPTION'), await rotator(all)];
      const before = await state(base.username, clone.username);
      const of = (by: DatabaseLogin) =>
        rehearse(by, clone.username, base.username, stored(clone.password, now.password));

      await of(enough);
      const refused = of(less);

      await expect(refused).rejects.toMatchObject({
        code: 'PERMISSION_DENIED',
        hint: expect.stringContaining('DELETE'),
      });
      expect(await state(base.username, clone.username)).toEqual(before);
    });

    it('a clone that has more of every kind, also on a routine that is gone, passes, and the rotation takes it all', async () => {
      const { base, clone, adopt, now } = await templatePair();
      await adopt();
      await server.sql(`CREATE PROCEDURE shared.proc_${serial}() SELECT 1`);
      await server.sql(`CREATE FUNCTION shared.func_${serial}() RETURNS int DETERMINISTIC RETURN 1`);
      await server.sql(`CREATE PROCEDURE shared.gone_${serial}() SELECT 1`);
      await server.sql(`CREATE ROLE role_${serial}`);
      await server.sql(`GRANT role_${serial} TO ${server.superuser.username} WITH ADMIN OPTION`);
      for (const right of [
        `EXECUTE ON PROCEDURE shared.proc_${serial}`,
        `EXECUTE ON PROCEDURE shared.gone_${serial}`,
        `ALTER ROUTINE ON FUNCTION shared.func_${serial}`,
        'UPDATE (x) ON shared.granted',
        'LOCK TABLES ON shared.*',
        'PROCESS ON *.*',
        `role_${serial}`,
        ...(server.product === 'MySQL' ? ['XA_RECOVER_ADMIN ON *.*'] : []),
      ])
        await server.sql(`GRANT ${right} TO ${clone.username}`);
      // Rights outlive their routine where the server is told so.
      await server.sql('SET GLOBAL automatic_sp_privileges = OFF');
      await server.sql(`DROP PROCEDURE shared.gone_${serial}`);
      await server.sql('SET GLOBAL automatic_sp_privileges = ON');
      const before = await state(base.username, clone.username);
      const proof = stored(clone.password, now.password);

      await rehearse(server.superuser, clone.username, base.username, proof);
      const after = await state(base.username, clone.username);
      const session = await engine.connect(server.superuser, ctx);
      await session.cloneUser(clone.username, base.username, 'turned again', proof).finally(() => session.close());

      expect(after).toEqual(before);
      expect(await server.sql('SHOW GRANTS FOR ?', [clone.username])).toHaveLength(1);
    });

    it('what the two have alike is not asked for', async () => {
      const { base, clone, adopt, now } = await templatePair();
      await adopt();
      for (const { username } of [base, clone]) await server.sql(`GRANT DELETE ON shared.granted TO ${username}`);

      await rehearse(await rotator(), clone.username, base.username, stored(clone.password, now.password));

      expect(await server.opens(clone)).toBe(true);
    });
  });
}
