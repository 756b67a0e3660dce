/** DocumentDB's pairs of users: the base is the model, and nobody else is touched. */
import { describe, expect, it } from 'vitest';
import { documentdb } from '../../../shared/engines/documentdb.ts';
import type { TestDocumentDb } from '../../support/documentdb-server.ts';
import { stored } from '../../support/pair-proof.ts';
import { documentDbKit } from './documentdb-kit.ts';

export function describeDocumentDbPairs(server: TestDocumentDb): void {
  const { pair, opens, privileges } = documentDbKit(server, 'pair_user');

  describe('documentdb: the base user is the model of a pair', () => {
    it('a role that was taken from it does not come back, and is taken from the clone that is in use', async () => {
      const { username, clone, align, rolesOf } = await pair();
      await server.grant(username);
      await align(username, clone);
      await server.revoke(username);

      await align(clone, username);

      expect(await rolesOf(clone)).not.toContain('read on shared');
      expect(await rolesOf(username)).toEqual(await rolesOf(clone));
      expect(await opens(clone, `password-of-${clone}`)).toBe(true);
    });

    it('a role that was given to it reaches the clone that is in use', async () => {
      const { username, clone, align, rolesOf } = await pair();
      await align(username, clone);
      await server.grant(username);

      await align(clone, username);

      expect(await rolesOf(clone)).toContain('read on shared');
      expect(await rolesOf(username)).toEqual(await rolesOf(clone));
    });

    it('a role that only the clone has is taken away, whichever is in use', async () => {
      const { username, clone, align, rolesOf } = await pair();
      await align(username, clone);
      await server.grant(clone);

      await align(clone, username);

      expect([await rolesOf(username), await rolesOf(clone)].flat()).not.toContain('read on shared');
    });

    it('the clone is the model when the base user is gone, and is made again', async () => {
      const { username, clone, align, rolesOf } = await pair();
      await server.grant(username);
      await align(username, clone);
      await server.command({ dropUser: username });

      await align(clone, username);

      expect(await rolesOf(username)).toContain('read on shared');
      expect(await privileges(username, `password-of-${username}`)).toEqual(
        await privileges(clone, `password-of-${clone}`),
      );
    });
  });

  describe('documentdb: two users that only have the names of a pair', () => {
    it('are left alone, whichever of them the secret knows, and the hint says how to adopt them', async () => {
      const { username, clone, align, rolesOf } = await pair();
      await server.grant(username);
      await server.createUser(clone, 'somebody-elses');
      const before = [await rolesOf(username), await rolesOf(clone)];

      const asClone = await align(username, clone, 'stolen-password').catch((error) => error);
      const asBase = await align(clone, username, 'stolen-password').catch((error) => error);

      const hint = `db.getSiblingDB("admin").grantRolesToUser("${clone}", [{ role: "read", db: "rekey_${username}" }])`;
      expect([asClone, asBase]).toMatchObject([
        { code: 'TARGET_MISMATCH', hint: expect.stringContaining(hint) },
        { code: 'TARGET_MISMATCH', hint: expect.stringContaining(hint) },
      ]);
      expect([await opens(username, 'first-password'), await opens(clone, 'somebody-elses')]).toEqual([true, true]);
      expect([await rolesOf(username), await rolesOf(clone)]).toEqual(before);
    });

    it('are a pair as soon as an administrator says so to both', async () => {
      const { username, clone, align, rolesOf } = await pair();
      await server.createUser(clone, 'made-by-template');
      const roles = [{ role: 'read', db: `rekey_${username}` }];
      await server.command({ grantRolesToUser: username, roles });
      const withOne = await align(username, clone).catch((error) => error);
      await server.command({ grantRolesToUser: clone, roles });

      await align(username, clone);

      expect(withOne.code).toBe('TARGET_MISMATCH');
      expect(await opens(clone, `password-of-${clone}`)).toBe(true);
      expect(await rolesOf(clone)).toEqual(await rolesOf(username));
    });

    it('are a pair when a stored version opens the other one: the clone of a template is adopted', async () => {
      const { username, clone, align, rolesOf } = await pair();
      await server.createUser(clone, 'made-by-template');
      await server.grant(clone);

      await align(username, clone, 'first-turn', ['forgotten-one', 'made-by-template']);
      await align(clone, username, 'second-turn');

      expect([await opens(clone, 'first-turn'), await opens(username, 'second-turn')]).toEqual([true, true]);
      expect(await rolesOf(clone)).not.toContain('read on shared');
      expect(await rolesOf(clone)).toEqual(await rolesOf(username));
    });

    it('lose nothing when they are adopted while the clone is in use: the base gets what only the clone had', async () => {
      const { username, clone, align, rolesOf } = await pair();
      await server.createUser(clone, 'made-by-template');
      await server.grant(clone);

      await align(clone, username, 'first-turn', ['first-password']);

      expect(await rolesOf(clone)).toContain('read on shared');
      expect(await rolesOf(username)).toEqual(await rolesOf(clone));
      expect([await opens(clone, 'made-by-template'), await opens(username, 'first-turn')]).toEqual([true, true]);
    });

    it('are made, or adopted, by two deliveries at the same moment', async () => {
      for (let round = 0; round < 8; round++) {
        const { username, clone, align } = await pair();
        if (round % 2 === 1) await server.createUser(clone, 'made-by-template');
        const once = () => align(username, clone, 'first-turn', ['made-by-template']);

        await Promise.all([once(), once()]);

        expect(await opens(clone, 'first-turn')).toBe(true);
      }
    });

    it('cost three refused logins at most, however many versions are stored', async () => {
      const { username, clone, align } = await pair();
      await server.createUser(clone, 'somebody-elses');
      const before = await server.refusedLogins();

      const refused = align(username, clone, 'stolen', ['a-guess', 'another', 'a-third', 'a-fourth', 'somebody-elses']);

      await expect(refused).rejects.toMatchObject({ code: 'TARGET_MISMATCH' });
      expect((await server.refusedLogins()) - before).toBe(3);
    });

    it('are proven also by a value that comes after many copies of another: each is tried once', async () => {
      const { username, clone, align } = await pair();
      await server.createUser(clone, 'made-by-template');
      const before = await server.refusedLogins();

      await align(username, clone, 'first-turn', ['a-guess', 'a-guess', 'a-guess', 'a-guess', 'made-by-template']);

      expect((await server.refusedLogins()) - before).toBe(1);
      expect(await opens(clone, 'first-turn')).toBe(true);
    });

    it('stay two when somebody makes the one between the look and the making', async () => {
      const { username, clone, align } = await pair();
      const settled = await Promise.allSettled([
        align(username, clone, 'ours'),
        server.createUser(clone, 'somebody-elses'),
      ]);

      const isOurs = await opens(clone, 'ours');
      const isTheirs = await opens(clone, 'somebody-elses');

      expect([isOurs, isTheirs].filter(Boolean)).toHaveLength(1);
      expect(settled[0].status).toBe(isOurs ? 'fulfilled' : 'rejected');
    });

    it.each(['a.b', 'with space', "o'brien", 'Weird "Name"', 'x'.repeat(57)])(
      'are told apart also when the name is %s',
      async (base) => {
        const clone = documentdb.counterpart(base);
        for (const name of [base, clone]) await server.createUser(name, 'first-password');
        const root = await documentdb.connect(server.superuser, server.context);
        const refused = await root
          .cloneUser(base, clone, 'stolen-password', stored('first-password'))
          .catch((error) => error);
        await server.command({ dropUser: clone });

        await root.cloneUser(base, clone, 'clone-password', stored('first-password'));
        await root.close();

        expect(refused.code).toBe('TARGET_MISMATCH');
        expect(await opens(clone, 'clone-password')).toBe(true);
      },
    );
  });
}
