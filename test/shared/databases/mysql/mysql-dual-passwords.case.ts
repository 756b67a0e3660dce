/** Two passwords of one account, which MySQL has. */
import { describe, expect, it } from 'vitest';
import { mysql } from '../../../../shared/databases/mysql/mysql.ts';
import type { RealMysql } from '../../../support/mysql-server.ts';

export function describeDualPasswords(server: RealMysql): void {
  const { context: ctx } = server;
  let serial = 0;
  const user = async (password = 'first password') => {
    const name = `app_dual${++serial}`;
    await server.createUser(name, password);
    return server.login(name, password);
  };
  const opening = async (login: typeof server.superuser, passwords: readonly string[]) => {
    const open: string[] = [];
    for (const password of passwords) if (await server.opens({ ...login, password })) open.push(password);
    return open;
  };

  describe('dual passwords', () => {
    const dual = async () => {
      const login = await user();
      await server.sql(`GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO ${login.username}`);
      return login;
    };
    const add = async (login: typeof server.superuser, password: string, ...abandoned: readonly string[]) => {
      const session = await mysql.connect(login, ctx);
      const stored = async function* () {
        yield* abandoned;
      };
      await session.addPassword?.(password, stored).finally(() => session.close());
    };
    const discard = async (login: typeof server.superuser) => {
      const session = await mysql.connect(login, ctx);
      return session.discardOldPassword?.().finally(() => session.close());
    };

    it('the new one and the one that logged in work, and what was second before does not', async () => {
      const login = await dual();

      await add(login, 'second password');
      const afterOne = await opening(login, ['first password', 'second password']);
      await add({ ...login, password: 'second password' }, 'third password');

      expect(afterOne).toEqual(['first password', 'second password']);
      expect(await opening(login, ['first password', 'second password', 'third password'])).toEqual([
        'second password',
        'third password',
      ]);
    });

    it('repeated, also by four sessions at once, the one that logged in keeps working', async () => {
      const login = await dual();

      await Promise.all(Array.from({ length: 4 }, () => add(login, 'second password')));
      await add(login, 'second password');

      expect(await opening(login, ['first password', 'second password'])).toEqual([
        'first password',
        'second password',
      ]);
    });

    it('after an abandoned rotation the current one is never refused, and the abandoned one stops working', async () => {
      const login = await dual();
      await add(login, 'abandoned password');
      let [tries, refused] = [0, 0];
      let done = false;
      const client = (async () => {
        while (!done) {
          tries += 1;
          if (!(await server.opens(login))) refused += 1;
        }
      })();

      await add(login, 'third password');
      done = true;
      await client;

      expect([tries > 0, refused]).toEqual([true, 0]);
      expect(await opening(login, ['first password', 'abandoned password', 'third password'])).toEqual([
        'first password',
        'third password',
      ]);
    });

    it('after an abandoned rotation no login is refused: an account that allows no mistake stays open', async () => {
      const login = await dual();
      await server.sql(`ALTER USER '${login.username}'@'%' FAILED_LOGIN_ATTEMPTS 1 PASSWORD_LOCK_TIME 1`);
      await add(login, 'abandoned password');

      await add(login, 'third password');

      expect(await server.opens(login)).toBe(true);
      expect(await server.opens({ ...login, password: 'third password' })).toBe(true);
    });

    describe.each([
      ['PASSWORD HISTORY 5', 'PASSWORD HISTORY 5'],
      ['PASSWORD REUSE INTERVAL', 'PASSWORD REUSE INTERVAL 365 DAY'],
      ['PASSWORD REQUIRE CURRENT', 'PASSWORD REQUIRE CURRENT'],
      ['both', 'PASSWORD HISTORY 5 PASSWORD REQUIRE CURRENT'],
    ])('with %s', (_what, option) => {
      const strict = async () => {
        const login = await dual();
        await server.sql(`ALTER USER ${login.username} ${option} FAILED_LOGIN_ATTEMPTS 1 PASSWORD_LOCK_TIME 1`);
        return login;
      };

      it('a step that comes twice is harmless', async () => {
        const login = await strict();

        await add(login, 'second password');
        await add(login, 'second password');

        expect(await opening(login, ['first password', 'second password'])).toEqual([
          'first password',
          'second password',
        ]);
      });

      it('an abandoned rotation is got over, when a stored version holds what it set', async () => {
        const login = await strict();
        await add(login, 'abandoned password');

        await add(login, 'third password', 'older than that', 'abandoned password');

        expect(await opening(login, ['first password', 'third password'])).toEqual([
          'first password',
          'third password',
        ]);
        await server.sql(`ALTER USER ${login.username} FAILED_LOGIN_ATTEMPTS 0 PASSWORD_LOCK_TIME 0`);
        expect(await server.opens({ ...login, password: 'abandoned password' })).toBe(false);
      });
    });

    it('with PASSWORD REQUIRE CURRENT and no stored version of the abandoned rotation, the way out is told', async () => {
      const login = await dual();
      await server.sql(`ALTER USER ${login.username} PASSWORD REQUIRE CURRENT`);
      await add(login, 'abandoned password');

      const refused = add(login, 'third password', 'not it');

      await expect(refused).rejects.toMatchObject({
        code: 'PERMISSION_DENIED',
        hint: expect.stringContaining('OPTIONAL'),
      });
      expect(await opening(login, ['first password', 'abandoned password', 'third password'])).toEqual([
        'first password',
        'abandoned password',
      ]);
      await server.sql(`ALTER USER ${login.username} PASSWORD REQUIRE CURRENT OPTIONAL`);
      await add(login, 'third password', 'not it');
      expect(await server.opens({ ...login, password: 'third password' })).toBe(true);
    });

    it('the older one is discarded before its time, and a repeat is harmless', async () => {
      const login = await dual();
      await add(login, 'second password');
      const second = { ...login, password: 'second password' };

      const answers = [await discard(second), await discard(second)];

      expect(answers).toEqual([true, true]);
      expect(await opening(login, ['first password', 'second password'])).toEqual(['second password']);
      await add(second, 'third password');
      expect(await opening(login, ['second password', 'third password'])).toEqual([
        'second password',
        'third password',
      ]);
    });

    it('nothing to discard is no error', async () => {
      const login = await dual();

      expect(await discard(login)).toBe(true);

      expect(await server.opens(login)).toBe(true);
    });

    it('the one that logged in is never discarded, not even when a rotation has begun meanwhile', async () => {
      const login = await dual();
      await add(login, 'pending password');

      expect(await discard(login)).toBe(false);

      expect(await opening(login, ['first password', 'pending password'])).toEqual([
        'first password',
        'pending password',
      ]);
    });

    it('with a password history the older one stays until the next rotation, and the error says so', async () => {
      const login = await dual();
      await server.sql(`ALTER USER ${login.username} PASSWORD HISTORY 5`);
      await add(login, 'second password');

      const refused = discard({ ...login, password: 'second password' });

      await expect(refused).rejects.toMatchObject({
        code: 'PERMISSION_DENIED',
        hint: expect.stringContaining('DISCARD OLD PASSWORD'),
      });
      expect(await opening(login, ['first password', 'second password'])).toEqual([
        'first password',
        'second password',
      ]);
    });

    it.each([
      ['wants passwords to differ', 'changed_characters_percentage = 50'],
      ['wants longer ones by now', 'length = 20'],
    ])('where the server %s, the older one stays until the next rotation, and the error says so', async (_, policy) => {
      const login = await dual();
      await add(login, 'Second password 2');
      await server.sql("INSTALL COMPONENT 'file://component_validate_password'");
      await server.sql(`SET GLOBAL validate_password.${policy}`);

      const refused = await discard({ ...login, password: 'Second password 2' }).catch((error) => error);
      await server.sql("UNINSTALL COMPONENT 'file://component_validate_password'");

      expect(refused).toMatchObject({
        code: 'PERMISSION_DENIED',
        hint: expect.stringContaining('DISCARD OLD PASSWORD'),
      });
      expect(await server.opens(login)).toBe(true);
    });

    it('of a user that changes its own password from now on: the second one goes when its session ends', async () => {
      const login = await dual();
      await add(login, 'second password');
      const own = await mysql.connect({ ...login, password: 'second password' }, ctx);

      await own.setPassword(login.username, 'third password');
      const during = await opening(login, ['first password', 'third password']);
      await own.close();

      expect(during).toEqual(['first password', 'third password']);
      expect(await opening(login, ['first password', 'second password', 'third password'])).toEqual(['third password']);
    });

    it('of a user whose change was taken back: both stay', async () => {
      const login = await dual();
      await add(login, 'second password');
      const own = await mysql.connect({ ...login, password: 'second password' }, ctx);

      await own.setPassword(login.username, 'third password');
      await own.setPassword(login.username, 'second password');
      await own.close();

      expect(await opening(login, ['first password', 'second password', 'third password'])).toEqual([
        'first password',
        'second password',
      ]);
    });

    it('need APPLICATION_PASSWORD_ADMIN, which the error names, with the statement that gives it', async () => {
      const login = await user();

      const refused = await add(login, 'second password').catch((error) => error);

      const statement = `GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO '${login.username}'@'%'`;
      expect(refused).toMatchObject({
        name: 'PermissionError',
        fact: expect.stringContaining('APPLICATION_PASSWORD_ADMIN'),
        hint: expect.stringMatching(/mostly: GRANT [^;]*$/),
      });
      expect(refused.hint).toContain(statement);
      expect(await opening(login, ['first password', 'second password'])).toEqual(['first password']);
      await server.sql(statement);
      await add(login, 'second password');
      expect(await opening(login, ['second password'])).toEqual(['second password']);
    });

    it('of a user that a superuser sets the password of: the second one goes, too', async () => {
      const login = await dual();
      await add(login, 'second password');
      const root = await mysql.connect(server.superuser, ctx);

      await root.setPassword(login.username, 'third password');
      await root.close();

      expect(await opening(login, ['first password', 'second password', 'third password'])).toEqual(['third password']);
    });
  });
}
