/** The engine suite: a rehearsal finds what the change would meet, and changes nothing. */
import { describe, expect } from 'vitest';
import type { Rehearsal } from '../../shared/databases/engine.ts';
import type { DatabaseLogin } from '../../shared/databases/secret.ts';
import { stored } from '../support/pair-proof.ts';
import type { EngineKit } from './engine-kit.ts';

export function describeRehearsals({ engine, server, ctx, fresh, test, opens }: EngineKit): void {
  const inSession = async (login: DatabaseLogin, rehearse: (on: Rehearsal) => Promise<void> | undefined) => {
    const session = await engine.connect(login, ctx);
    try {
      if (session.rehearsal !== undefined) await rehearse(session.rehearsal);
    } finally {
      await session.close();
    }
  };
  const users = async () => {
    const base = await fresh();
    return { base, clone: server.login(engine.counterpart(base.username), 'clone password') };
  };
  const cloned = (base: DatabaseLogin, clone: DatabaseLogin, ...others: string[]) =>
    inSession(server.superuser, (on) =>
      on.cloneUser(base.username, clone.username, 'rehearsed', stored(base.password, ...others)),
    );

  describe(`engine ${engine.name}: a rehearsal`, () => {
    test('makes no clone', async () => {
      const { base, clone } = await users();

      await cloned(base, clone);

      await server.createUser(clone.username, clone.password);
      expect([await opens(base), await opens(clone)]).toEqual([true, true]);
    });

    test('leaves a clone that is there as it is', async () => {
      const { base, clone } = await users();
      const root = await engine.connect(server.superuser, ctx);
      await root.cloneUser(base.username, clone.username, clone.password, stored(base.password));
      await root.close();
      await server.grant(base.username);
      const before = await server.mayUse(clone);

      await cloned(base, clone);

      expect([await opens(base), await opens(clone), await server.mayUse(clone)]).toEqual([true, true, before]);
    });

    test('finds two users that only have the names of a pair, unless a stored version opens the other', async () => {
      const { base, clone } = await users();
      await server.createUser(clone.username, clone.password);

      await cloned(base, clone, 'a guess', clone.password);
      const refused = cloned(base, clone, 'a guess');

      await expect(refused).rejects.toMatchObject({ code: 'TARGET_MISMATCH' });
      expect([await opens(base), await opens(clone)]).toEqual([true, true]);
    });

    test('finds that the user is not where the superuser looks', async () => {
      const gone = server.login('nobody_here', 'a password');

      const refused = cloned(gone, server.login(engine.counterpart(gone.username), 'clone password'));

      await expect(refused).rejects.toMatchObject({ code: 'INVALID_SECRET' });
    });

    test('finds that an ordinary user may make no clone', async () => {
      const { base, clone } = await users();

      const refused = inSession(base, (on) =>
        on.cloneUser(base.username, clone.username, 'rehearsed', stored(base.password)),
      );

      await expect(refused).rejects.toMatchObject({ name: 'PermissionError' });
    });

    test('keeps a password', async () => {
      const { base } = await users();

      for (const login of [base, server.superuser]) {
        await inSession(login, (on) => on.setPassword?.(base.username, 'rehearsed'));
      }

      expect(await opens(base)).toBe(true);
    });
  });
}
