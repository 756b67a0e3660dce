/** The engine suite, part three: two users that take turns. */
import { describe, expect } from 'vitest';
import type { DatabaseSecret } from '../../shared/secrets/database-secret.ts';
import { stored } from '../support/pair-proof.ts';
import type { EngineKit } from './engine-kit.ts';

export function describePairs({ engine, server, ctx, fresh, test, opens }: EngineKit): void {
  describe(`engine ${engine.name}: pairs of users`, () => {
    const pair = async () => {
      const login = await fresh();
      const other = server.login(engine.counterpart(login.username), 'clone password');
      const root = await engine.connect(server.superuser, ctx);
      const clone = (session = root) =>
        session.cloneUser(login.username, other.username, other.password, stored(login.password));
      return { login, other, root, clone };
    };
    const privileges = async (login: DatabaseSecret) => {
      const session = await engine.connect(login, ctx);
      const lines = await session.privileges();
      await session.close();
      return lines;
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

    test('two sessions may do it at the same moment', async () => {
      const { other, root, clone } = await pair();
      const second = await engine.connect(server.superuser, ctx);

      await Promise.all([clone(), clone(second)]);

      expect(await opens(other)).toBe(true);
      await root.close();
      await second.close();
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
}
