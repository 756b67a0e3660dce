/** The engine suite, part three: two users that take turns. */
import { describe, expect } from 'vitest';
import type { DatabaseLogin } from '../../shared/databases/secret.ts';
import { stored } from '../support/pair-proof.ts';
import type { EngineKit } from './engine-kit.ts';

export function describePairs({ engine, server, ctx, fresh, test, opens }: EngineKit): void {
  const privileges = async (login: DatabaseLogin) => {
    const session = await engine.connect(login, ctx);
    const lines = await session.privileges();
    await session.close();
    return lines;
  };

  describe(`engine ${engine.name}: pairs of users`, () => {
    const pair = async () => {
      const login = await fresh();
      const other = server.login(engine.counterpart(login.username), 'clone password');
      const root = await engine.connect(server.superuser, ctx);
      const clone = (session = root) =>
        session.cloneUser(login.username, other.username, other.password, stored(login.password));
      return { login, other, root, clone };
    };
    test('counterpart is its own inverse, and refuses names that would be too long', async () => {
      const clone = engine.counterpart('app');

      expect(clone).not.toBe('app');
      expect(engine.counterpart(clone)).toBe('app');
      expect(() => engine.counterpart('x'.repeat(300))).toThrow(
        expect.objectContaining({ name: 'InvalidSecretError' }),
      );
    });

    test('makes a clone that may do what the user may, and no more', async () => {
      const { login, other, root, clone } = await pair();
      await server.grant(login.username);

      await clone();

      expect(await server.mayUse(other)).toBe(true);
      expect(await privileges(other)).toEqual(await privileges(login));
      await root.close();
    });

    test('brings later grants and revokes to the clone', async () => {
      const { login, other, root, clone } = await pair();
      await clone();
      await server.grant(login.username);
      await clone();
      const granted = await server.mayUse(other);
      await server.revoke(login.username);
      await clone();

      expect([granted, await server.mayUse(other)]).toEqual([true, false]);
      expect(await privileges(other)).toEqual(await privileges(login));
      await root.close();
    });

    test('takes rights from the clone that the user does not have', async () => {
      const { login, other, root, clone } = await pair();
      await clone();
      await server.grant(other.username);

      await clone();

      expect(await server.mayUse(other)).toBe(false);
      expect(await privileges(other)).toEqual(await privileges(login));
      await root.close();
    });

    test('repeating changes only the password', async () => {
      const { login, other, root, clone } = await pair();
      await server.grant(login.username);
      await clone();
      const before = await privileges(other);

      await root.cloneUser(login.username, other.username, 'another password', stored(login.password));

      const again = { ...other, password: 'another password' };
      expect([await opens(other), await opens(again)]).toEqual([false, true]);
      expect(await privileges(again)).toEqual(before);
      expect(await opens(login)).toBe(true);
      await root.close();
    });

    test('makes the first user ready again when the clone is in use', async () => {
      const { login, other, root, clone } = await pair();
      await server.grant(login.username);
      await clone();

      await root.cloneUser(other.username, login.username, 'third password', stored(other.password));

      const again = { ...login, password: 'third password' };
      expect(await opens(other)).toBe(true);
      expect(await server.mayUse(again)).toBe(true);
      expect(await privileges(again)).toEqual(await privileges(other));
      await root.close();
    });

    test('an ordinary user may make no clone', async () => {
      const { login, other, root, clone } = await pair();
      const session = await engine.connect(login, ctx);

      const refused = clone(session);

      await expect(refused).rejects.toMatchObject({ name: 'PermissionError' });
      expect(await opens(other)).toBe(false);
      await session.close();
      await root.close();
    });
  });

  describe(`engine ${engine.name}: the base is the model of a pair, also while the clone is in use`, () => {
    /** A pair, and the next turn of the base. */
    const pairInUse = async () => {
      const base = await fresh();
      const clone = server.login(engine.counterpart(base.username), 'clone password');
      const root = await engine.connect(server.superuser, ctx);
      await root.cloneUser(base.username, clone.username, clone.password, stored(base.password));
      const turn = async () => {
        await root.cloneUser(clone.username, base.username, 'turned password', stored(clone.password));
        await root.close();
      };
      return { base, clone, turn, now: { ...base, password: 'turned password' } };
    };

    test('a right that was taken from the base does not come back, and the clone loses it', async () => {
      const { base, clone, turn, now } = await pairInUse();
      for (const { username } of [base, clone]) await server.grant(username);
      await server.revoke(base.username);

      await turn();

      expect([await server.mayUse(now), await server.mayUse(clone)]).toEqual([false, false]);
      expect(await privileges(clone)).toEqual(await privileges(now));
    });

    test('a right that was given to the base reaches the clone', async () => {
      const { base, clone, turn, now } = await pairInUse();
      await server.grant(base.username);

      await turn();

      expect([await server.mayUse(now), await server.mayUse(clone)]).toEqual([true, true]);
      expect(await privileges(clone)).toEqual(await privileges(now));
    });

    test('a right that only the clone was given goes', async () => {
      const { clone, turn, now } = await pairInUse();
      await server.grant(clone.username);

      await turn();

      expect([await server.mayUse(now), await server.mayUse(clone)]).toEqual([false, false]);
      expect(await privileges(clone)).toEqual(await privileges(now));
    });
  });

  describe(`engine ${engine.name}: two users that only have the names of a pair`, () => {
    /** Neither was ever touched by a rotation. */
    const strangers = async () => {
      const base = await fresh();
      const clone = server.login(engine.counterpart(base.username), 'of somebody else');
      await server.createUser(clone.username, clone.password);
      const root = await engine.connect(server.superuser, ctx);
      /** Of the two as they were: it takes both passwords to see it. */
      const state = async () => [await privileges(base), await privileges(clone)];
      return { base, clone, root, state };
    };
    const bothWays = [
      ['clone', 'base'],
      ['base', 'clone'],
    ] as const;

    for (const [to, from] of bothWays) {
      test(`are left alone, the ${to} keeps its password and its rights, when the secret knows the ${from}`, async () => {
        const { root, state, ...users } = await strangers();
        await server.grant(users[from].username);
        const before = await state();

        const refused = root.cloneUser(
          users[from].username,
          users[to].username,
          'stolen password',
          stored(users[from].password),
        );

        await expect(refused).rejects.toMatchObject({ name: 'TargetMismatchError', code: 'TARGET_MISMATCH' });
        expect(await state()).toEqual(before);
        expect(await server.mayUse(users[to])).toBe(false);
        await root.close();
      });

      test(`are left alone when stored versions do not open the ${to}`, async () => {
        const { root, state, ...users } = await strangers();
        const before = await state();
        const guesses = stored(users[from].password, 'a guess', users[from].password);

        const refused = root.cloneUser(users[from].username, users[to].username, 'stolen password', guesses);

        await expect(refused).rejects.toMatchObject({ code: 'TARGET_MISMATCH' });
        expect(await state()).toEqual(before);
        await root.close();
      });
    }

    test('are a pair when a forgotten version opens the other one, and stay one', async () => {
      const { base, clone, root } = await strangers();
      await server.grant(base.username);
      const adopted = { ...clone, password: 'first turn' };
      const turned = { ...base, password: 'second turn' };

      await root.cloneUser(
        base.username,
        clone.username,
        adopted.password,
        stored(base.password, 'a guess', clone.password),
      );
      const opened = [await opens(clone), await server.mayUse(adopted)];
      await root.cloneUser(clone.username, base.username, turned.password, stored(adopted.password));

      expect(opened).toEqual([false, true]);
      expect([await opens(adopted), await opens(turned)]).toEqual([true, true]);
      expect(await privileges(turned)).toEqual(await privileges(adopted));
      await root.close();
    });

    test('lose nothing that is used when the clone is, and a stored version opens the base', async () => {
      const { base, clone, root } = await strangers();
      await server.grant(clone.username);
      const now = { ...base, password: 'turned password' };

      await root.cloneUser(clone.username, base.username, now.password, stored(clone.password, base.password));

      expect([await server.mayUse(clone), await server.mayUse(now)]).toEqual([true, true]);
      expect(await privileges(now)).toEqual(await privileges(clone));
      await root.close();
    });

    test('are looked at again before anything is done: a pair by now, made by another delivery', async () => {
      const { base, clone, root } = await strangers();
      const second = await engine.connect(server.superuser, ctx);
      const outOfDate = {
        password: base.password,
        async *others() {
          const proof = stored(base.password, clone.password);
          await second.cloneUser(base.username, clone.username, 'of the other delivery', proof).finally(second.close);
          yield clone.password;
        },
      };

      await root.cloneUser(base.username, clone.username, 'clone password', outOfDate);

      const outcome = [clone.password, 'of the other delivery', 'clone password'].map((password) =>
        opens({ ...clone, password }),
      );
      expect(await Promise.all(outcome)).toEqual([false, false, true]);
      expect(await privileges({ ...clone, password: 'clone password' })).toEqual(await privileges(base));
      await root.close();
    });

    test('are made, or adopted, by two sessions at the same moment', async () => {
      for (let round = 0; round < 8; round++) {
        const isThere = round % 2 === 1;
        const base = await fresh();
        const clone = server.login(engine.counterpart(base.username), 'clone password');
        if (isThere) await server.createUser(clone.username, 'of a template');
        const both = await Promise.all([1, 2].map(() => engine.connect(server.superuser, ctx)));
        const proof = stored(base.password, 'of a template');

        await Promise.all(
          both.map((session) =>
            session.cloneUser(base.username, clone.username, clone.password, proof).finally(() => session.close()),
          ),
        );

        expect(await opens(clone)).toBe(true);
        expect(await privileges(clone)).toEqual(await privileges(base));
      }
    });
  });
}
