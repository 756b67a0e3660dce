/** The engine suite, part two: setting passwords. */
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { describe, expect } from 'vitest';
import { generatePassword } from '../../shared/databases/password.ts';
import { passwordSettings } from '../support/context.ts';
import { stored } from '../support/pair-proof.ts';
import type { EngineKit } from './engine-kit.ts';

const names = [
  'MixedCase',
  'with space',
  "o'brien",
  'Weird "Name"',
  'select',
  'пользователь',
  '50%off',
  'a;b--c',
  'back\\slash',
];
const punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~ ';

export function describePasswords({ engine, server, ctx, fresh, test, opens }: EngineKit): void {
  describe(`engine ${engine.name}: passwords`, () => {
    test('sets and uses fifty generated passwords, and the longest', async () => {
      const login = await fresh();
      const session = await engine.connect(login, ctx);
      const settings = { ...passwordSettings, excludeCharacters: '' };
      const lengths = [...Array.from({ length: 49 }, () => 32), engine.password.maxLength];
      const refused: string[] = [];

      for (const length of lengths) {
        const password = generatePassword(engine.password, { ...settings, length });
        await session.setPassword(login.username, password);
        if (!(await opens({ ...login, password }))) refused.push(password);
      }
      await session.close();

      expect(refused).toEqual([]);
    });

    test('sets and uses each punctuation character, at either end and alone, and all of printable ASCII at once', async () => {
      const login = await fresh();
      const session = await engine.connect(login, ctx);
      const all = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('');
      const allowed = [...punctuation].filter((character) => !engine.password.forbidden.includes(character));
      const everything = [...all].filter((character) => !engine.password.forbidden.includes(character)).join('');
      const passwords = [...allowed.map((character) => `${character}aB3cD4${character}`), everything];
      const refused: string[] = [];

      for (const password of passwords) {
        await session.setPassword(login.username, password);
        if (!(await opens({ ...login, password }))) refused.push(password);
      }
      await session.close();

      expect(refused).toEqual([]);
    });

    test('a delivery that finds the new password in force waits for the one that has set it', async () => {
      const login = await fresh();
      const first = await engine.connect(login, ctx);
      const takeBack = await first.setPassword(login.username, 'New-password-1');
      const second = await engine.connect({ ...login, password: 'New-password-1' }, ctx);
      let isOver = false;

      const waiting = second.holdCutOver?.(login.username).then(() => isOver);
      await sleep(200);
      await takeBack();
      isOver = true;
      await first.close();

      expect(await waiting).toBe(true);
      const third = await engine.connect(login, ctx);
      const late = third.setPassword(login.username, 'New-password-2').then(() => 'set');
      expect(await Promise.race([late, sleep(200, 'waits')])).toBe('waits');
      await second.close();
      expect(await late).toBe('set');
      await third.close();
    });

    test('takes passwords beyond Latin-1', async () => {
      const login = await fresh();
      const session = await engine.connect(login, ctx);
      const passwords = ['пароль-密码-🔑', 'ﬁne Ⅸ\u00a0space', 'soft\u00adhyphen'];
      const refused: string[] = [];

      for (const password of passwords) {
        await session.setPassword(login.username, password);
        if (!(await opens({ ...login, password }))) refused.push(password);
      }
      await session.close();

      expect(refused).toEqual([]);
    });

    test('makes the old password stop working, and changes no right', async () => {
      const login = await fresh();
      await server.grant(login.username);
      const session = await engine.connect(login, ctx);
      const before = await session.privileges();

      await session.setPassword(login.username, 'second password');

      expect(await opens(login)).toBe(false);
      expect(await session.privileges()).toEqual(before);
      expect(await server.mayUse({ ...login, password: 'second password' })).toBe(true);
      await session.close();
    });

    for (const name of names) {
      test(`rotates a user named ${name}, and makes its clone`, async () => {
        await server.createUser(name, 'first password');
        const login = server.login(name, 'first password');
        const own = await engine.connect(login, ctx);
        const root = await engine.connect(server.superuser, ctx);

        await own.setPassword(name, 'second password');
        await root.cloneUser(name, engine.counterpart(name), 'clone password', stored('second password'));

        expect(await opens({ ...login, password: 'second password' })).toBe(true);
        expect(await opens(server.login(engine.counterpart(name), 'clone password'))).toBe(true);
        await own.close();
        await root.close();
      });
    }

    test('may not change the password of another user, and shows no password when it says so', async () => {
      const login = await fresh();
      const other = await fresh();
      const session = await engine.connect(login, ctx);

      const error = await session.setPassword(other.username, 'sw0rdfish-new').catch((thrown: Error) => thrown);
      await session.close();

      expect(error).toMatchObject({ name: 'PermissionError' });
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('sw0rdfish-new');
      expect(await opens(other)).toBe(true);
    });
  });
}
