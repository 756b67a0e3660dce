/** DocumentDB's pairs of users: the base is the model, and nobody else is touched. */
import { describe, expect, it } from 'vitest';
import { documentdb } from '../../../../shared/databases/documentdb/documentdb.ts';
import type { Skip } from '../../../conformance/skips.ts';
import { skippingTests } from '../../../conformance/skips.ts';
import type { TestDocumentDb } from '../../../support/documentdb-server.ts';
import { stored } from '../../../support/pair-proof.ts';
import { documentDbKit } from './documentdb-kit.ts';

export function describeDocumentDbPairs(server: TestDocumentDb, skips: readonly Skip[]): void {
  const { test, testSkips } = skippingTests(skips);
  const { pair, opens, privileges } = documentDbKit(server, 'pair_user');

  describe('documentdb: the base user is the model of a pair', () => {
    test('the clone is the model when the base user is gone, and is made again', async () => {
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

  describe('documentdb: a rehearsal', () => {
    it('finds that the superuser may see all users and change none, and makes nobody', async ({ skip }) => {
      const { username, clone, rolesOf } = await pair();
      const role = `views_${username}`;
      const privilege = { resource: { db: 'admin', collection: '' }, actions: ['viewUser', 'viewRole'] };
      const makesRoles = await server
        .command({ createRole: role, privileges: [privilege], roles: [] })
        .catch(() => false);
      if (makesRoles === false) skip('this server makes no roles, as Amazon DocumentDB');
      const viewer = server.login(`viewer_of_${username}`, 'viewer-password');
      await server.command({ createUser: viewer.username, pwd: viewer.password, roles: [role] });
      const before = await rolesOf(username);
      const session = await documentdb.connect(viewer, server.context);

      const rehearsed = [
        () => session.rehearsal?.cloneUser(username, clone, 'rehearsed-1', stored('unused')),
        () => session.rehearsal?.setPassword?.(username, 'rehearsed-1'),
      ];

      for (const rehearse of rehearsed) await expect(rehearse()).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
      await session.close();
      const users: { user: string }[] = (await server.command({ usersInfo: 1 })).users;
      expect(users.filter(({ user }) => user === clone || user.startsWith('rekey_'))).toEqual([]);
      expect(await rolesOf(username)).toEqual(before);
      expect(await opens(username, 'first-password')).toBe(true);
    });

    it('passes where the superuser may, and makes nobody', async () => {
      const { username, clone } = await pair();
      await server.grant(username);
      const session = await documentdb.connect(server.superuser, server.context);

      await session.rehearsal?.cloneUser(username, clone, 'rehearsed-1', stored('unused'));
      await session.rehearsal?.setPassword?.(username, 'rehearsed-1');
      await session.close();

      const users: { user: string }[] = (await server.command({ usersInfo: 1 })).users;
      expect(users.filter(({ user }) => user === clone || user.startsWith('rekey_'))).toEqual([]);
      expect(await opens(username, 'first-password')).toBe(true);
    });
  });

  describe('documentdb: two users that only have the names of a pair', () => {
    test('are refused with a hint that says how to adopt them, whichever of them the secret knows', async () => {
      const { username, clone, align } = await pair();
      await server.createUser(clone, 'somebody-elses');

      const asClone = await align(username, clone, 'stolen-password').catch((error) => error);
      const asBase = await align(clone, username, 'stolen-password').catch((error) => error);

      const hint = `db.getSiblingDB("admin").grantRolesToUser("${clone}", [{ role: "read", db: "rekey_${username}" }])`;
      expect([asClone, asBase]).toMatchObject([
        { code: 'TARGET_MISMATCH', hint: expect.stringContaining(hint) },
        { code: 'TARGET_MISMATCH', hint: expect.stringContaining(hint) },
      ]);
    });

    test('are a pair as soon as an administrator says so to both', async () => {
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

    test('cost three refused logins at most, however many versions are stored', async () => {
      const { username, clone, align } = await pair();
      await server.createUser(clone, 'somebody-elses');
      const before = await server.refusedLogins();

      const refused = align(username, clone, 'stolen', ['a-guess', 'another', 'a-third', 'a-fourth', 'somebody-elses']);

      await expect(refused).rejects.toMatchObject({ code: 'TARGET_MISMATCH' });
      expect((await server.refusedLogins()) - before).toBe(3);
    });

    test('are proven also by a value that comes after many copies of another: each is tried once', async () => {
      const { username, clone, align } = await pair();
      await server.createUser(clone, 'made-by-template');
      const before = await server.refusedLogins();

      await align(username, clone, 'first-turn', ['a-guess', 'a-guess', 'a-guess', 'a-guess', 'made-by-template']);

      expect((await server.refusedLogins()) - before).toBe(1);
      expect(await opens(clone, 'first-turn')).toBe(true);
    });

    test('stay two when somebody makes the one between the look and the making', async () => {
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

    for (const base of ['a.b', 'with space', "o'brien", 'Weird "Name"', 'x'.repeat(57)]) {
      test(`are told apart also when the name is ${base}`, async () => {
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
      });
    }
  });
  testSkips('documentdb: pairs');
}
