/** What the engine suite cannot say of DocumentDB. */
import { afterEach, describe, expect, it } from 'vitest';
import type { DocumentDbOptions } from '../../../local/documentdb/server.ts';
import { startDocumentDb } from '../../../local/documentdb/server.ts';
import { documentdb } from '../../../shared/engines/documentdb.ts';
import { testContext } from '../../support/context.ts';
import type { TestDocumentDb } from '../../support/documentdb-server.ts';

export function describeDocumentDb(server: TestDocumentDb): void {
  const usersOf = async (name: string) => (await server.command({ usersInfo: name })).users;
  let serial = 0;
  const fresh = async () => {
    const name = `document_user${++serial}`;
    await server.createUser(name, 'first-password');
    return server.login(name, 'first-password');
  };

  describe('documentdb: users', () => {
    it('keeps a user, and its clone, to the SCRAM mechanism that it has', async () => {
      const { username } = await fresh();
      const clone = documentdb.counterpart(username);
      await server.command({ updateUser: username, pwd: 'second-password', mechanisms: ['SCRAM-SHA-256'] });
      const own = await documentdb.connect(server.login(username, 'second-password'), server.context);
      const root = await documentdb.connect(server.superuser, server.context);

      await own.setPassword(username, 'third-password');
      await root.cloneUser(username, clone, 'clone-password');

      const mechanisms = [...(await usersOf(username)), ...(await usersOf(clone))].map((user) => user.mechanisms);
      expect(mechanisms).toEqual([['SCRAM-SHA-256'], ['SCRAM-SHA-256']]);
      await own.close();
      await root.close();
    });

    it('completes a clone that was made half: without roles, and with one too many', async () => {
      const { username } = await fresh();
      const clone = documentdb.counterpart(username);
      await server.grant(username);
      const roles = [{ role: 'readWrite', db: 'elsewhere' }];
      await server.command({ createUser: clone, pwd: 'half-made', roles });
      const root = await documentdb.connect(server.superuser, server.context);

      await root.cloneUser(username, clone, 'clone-password');

      const [[made], [model]] = [await usersOf(clone), await usersOf(username)];
      expect(made.roles).toEqual(expect.arrayContaining(model.roles));
      expect(made.roles).toHaveLength(model.roles.length);
      await root.close();
    });

    it('names a user that the superuser cannot find', async () => {
      const root = await documentdb.connect(server.superuser, server.context);

      const refused = root.cloneUser('nobody_here', 'nobody_here_clone', 'clone-password');

      await expect(refused).rejects.toMatchObject({
        code: 'INVALID_SECRET',
        fact: expect.stringContaining('nobody_here'),
      });
      await root.close();
    });

    it.each(['localhost,other.invalid', 'user:word@localhost', 'localhost/?tls=false', 'mongodb://localhost', ''])(
      'takes no host %s, which the driver would read as more than a host',
      async (host) => {
        const login = await fresh();

        await expect(documentdb.connect({ ...login, host }, server.context)).rejects.toMatchObject({
          code: 'INVALID_SECRET',
        });
      },
    );
  });

  describe('documentdb: servers of many kinds, played by the stand-in', () => {
    const started: Awaited<ReturnType<typeof startDocumentDb>>[] = [];
    afterEach(async () => {
      for (const each of started.splice(0)) await each.stop();
    });
    const standIn = async (options: DocumentDbOptions) => {
      const one = await startDocumentDb(options);
      started.push(one);
      const login = { engine: 'docdb', host: one.host, port: one.port, ...one.superuser };
      return { one, login, context: testContext({ ca: one.ca }) };
    };

    it.each(['3.6', '4.0', '5.0', '8.0'] as const)('rotates on a server that says %s', async (version) => {
      const { login, context } = await standIn({ version });
      const session = await documentdb.connect(login, context);

      await session.setPassword(login.username, 'second-password');
      await session.cloneUser(login.username, 'primary_clone', 'clone-password');
      await session.close();

      for (const [username, password] of [
        ['primary', 'second-password'],
        ['primary_clone', 'clone-password'],
      ] as const) {
        await (await documentdb.connect({ ...login, username, password }, context)).close();
      }
    });

    it.each([
      ['a certificate for another name', { tls: { names: ['other.invalid'] } }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
      ['an expired certificate', { tls: { notAfter: new Date(Date.now() - 1000) } }, 'CERT_HAS_EXPIRED'],
      ['plain text', { tls: false }, 'phase tls'],
    ])('refuses %s, and sends no login', async (_what, options, fact) => {
      const { one, login, context } = await standIn(options);

      const refused = documentdb.connect({ ...login, password: 'not-the-password' }, context);

      await expect(refused).rejects.toMatchObject({ code: 'UNREACHABLE_TLS', fact: expect.stringContaining(fact) });
      expect(one.refusedLogins()).toBe(0);
    });

    it('refuses a certificate of an authority that it does not know', async () => {
      const { login } = await standIn({});

      const refused = documentdb.connect(login, testContext());

      await expect(refused).rejects.toMatchObject({
        code: 'UNREACHABLE_TLS',
        hint: expect.stringContaining('DATABASE_CA_BUNDLE'),
      });
    });

    it('speaks plain text when the secret itself says so', async () => {
      const { login, context } = await standIn({ tls: false });

      const session = await documentdb.connect({ ...login, ssl: 'false' }, context);
      await session.ping();
      await session.close();
    });

    it('says that a replica takes no changes', async () => {
      const { login, context } = await standIn({ isWritable: false });
      const session = await documentdb.connect(login, context);

      const refused = session.setPassword(login.username, 'second-password');

      await expect(refused).rejects.toMatchObject({ code: 'READ_ONLY' });
      await session.close();
    });

    it('calls a connection that broke lost, when the password meanwhile changed', async () => {
      const { one, login, context } = await standIn({});
      const session = await documentdb.connect(login, context);
      await session.setPassword(login.username, 'second-password');
      one.disconnectAll();

      const lost = session.ping();

      await expect(lost).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
      await session.close();
    });
  });
}
