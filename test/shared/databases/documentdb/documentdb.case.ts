/** What the engine suite cannot say of DocumentDB. */
import { describe, expect } from 'vitest';
import { documentdb } from '../../../../shared/databases/documentdb/documentdb.ts';
import { databaseSecretSchema } from '../../../../shared/databases/secret.ts';
import type { Skip } from '../../../conformance/skips.ts';
import { skippingTests } from '../../../conformance/skips.ts';
import type { TestDocumentDb } from '../../../support/documentdb-server.ts';
import { stored } from '../../../support/pair-proof.ts';
import { documentDbKit } from './documentdb-kit.ts';

export function describeDocumentDb(server: TestDocumentDb, skips: readonly Skip[]): void {
  const { test, testSkips } = skippingTests(skips);
  const { fresh, pair, usersOf } = documentDbKit(server, 'document_user');

  describe('documentdb: users', () => {
    test('keeps a user, and its clone, to the SCRAM mechanism that it has', async () => {
      const { username } = await fresh();
      const clone = documentdb.counterpart(username);
      await server.command({ updateUser: username, pwd: 'second-password', mechanisms: ['SCRAM-SHA-256'] });
      const own = await documentdb.connect(server.login(username, 'second-password'), server.context);
      const root = await documentdb.connect(server.superuser, server.context);

      await own.setPassword(username, 'third-password');
      await root.cloneUser(username, clone, 'clone-password', stored('third-password'));

      const mechanisms = [...(await usersOf(username)), ...(await usersOf(clone))].map((user) => user.mechanisms);
      expect(mechanisms).toEqual([['SCRAM-SHA-256'], ['SCRAM-SHA-256']]);
      await own.close();
      await root.close();
    });

    test('completes a clone that was left half: without roles, and with one too many', async () => {
      const { username, clone, align, rolesOf } = await pair();
      await align(username, clone);
      await server.grant(username);
      await server.command({
        grantRolesToUser: clone,
        roles: [{ role: 'readWrite', db: 'elsewhere' }],
      });

      await align(username, clone);

      expect(await rolesOf(clone)).toEqual(await rolesOf(username));
    });

    test('touches no user of the same name in another authentication database', async () => {
      const elsewhere = `elsewhere_${Date.now()}`;
      const { username, clone, align } = await pair();
      const own = await documentdb.connect(server.login(username, 'first-password'), server.context);
      for (const name of [username, clone]) {
        const roles = [{ role: 'read', db: elsewhere }];
        await server.command({ createUser: name, pwd: 'password-elsewhere', roles }, elsewhere);
      }
      const before = [await usersOf(username, elsewhere), await usersOf(clone, elsewhere)];

      await own.setPassword(username, 'second-password');
      await align(username, clone);
      await align(clone, username);
      await own.close();

      const after = [await usersOf(username, elsewhere), await usersOf(clone, elsewhere)];
      expect(after).toEqual(before);
      for (const name of [username, clone]) {
        const login = { ...server.login(name, 'password-elsewhere'), authSource: elsewhere };
        await (await documentdb.connect(login, server.context)).close();
        await server.command({ dropUser: name }, elsewhere);
      }
    });

    test('names a user that the superuser cannot find', async () => {
      const root = await documentdb.connect(server.superuser, server.context);

      const refused = root.cloneUser('nobody_here', 'nobody_here_clone', 'clone-password', stored('unused'));

      await expect(refused).rejects.toMatchObject({
        code: 'INVALID_SECRET',
        fact: expect.stringContaining('nobody_here'),
      });
      await root.close();
    });

    for (const host of [
      'localhost,other.invalid',
      'user:word@localhost',
      'localhost/?tls=false',
      'mongodb://localhost',
      '',
    ]) {
      test(`takes no host ${host}, which the driver would read as more than a host`, async () => {
        const login = await fresh();
        const schema = databaseSecretSchema({ accepts: documentdb.accepts });

        expect(() => schema.parse(JSON.stringify({ ...login, host }), 'the secret')).toThrow(
          expect.objectContaining({ code: 'INVALID_SECRET', fact: expect.stringContaining('field host ') }),
        );
      });
    }
  });
  testSkips('documentdb: users');
}
