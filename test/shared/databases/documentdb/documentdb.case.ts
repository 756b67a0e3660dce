/** What the engine suite cannot say of DocumentDB. */
import { X509Certificate } from 'node:crypto';
import type { Document } from 'mongodb';
import { MongoClient } from 'mongodb';
import { afterEach, describe, expect, it } from 'vitest';
import type { DocumentDbOptions, DocumentDbStandIn } from '../../../../local/servers/documentdb/server.ts';
import { startDocumentDb } from '../../../../local/servers/documentdb/server.ts';
import { driverOptions } from '../../../../shared/databases/documentdb/connection.ts';
import { documentdb } from '../../../../shared/databases/documentdb/documentdb.ts';
import { generatePassword } from '../../../../shared/databases/password.ts';
import { openStored } from '../../../../shared/databases/strategies/stored-login.ts';
import { trustFor } from '../../../../shared/lambda/trust.ts';
import { passwordSettings, testContext } from '../../../support/context.ts';
import type { TestDocumentDb } from '../../../support/documentdb-server.ts';
import { stored } from '../../../support/pair-proof.ts';
import { documentDbKit } from './documentdb-kit.ts';

export function describeDocumentDb(server: TestDocumentDb): void {
  const { fresh, pair, usersOf } = documentDbKit(server, 'document_user');

  describe('documentdb: users', () => {
    it('keeps a user, and its clone, to the SCRAM mechanism that it has', async () => {
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

    it('completes a clone that was left half: without roles, and with one too many', async () => {
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

    it('touches no user of the same name in another authentication database', async () => {
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

    it('names a user that the superuser cannot find', async () => {
      const root = await documentdb.connect(server.superuser, server.context);

      const refused = root.cloneUser('nobody_here', 'nobody_here_clone', 'clone-password', stored('unused'));

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

  describe('documentdb: limits', () => {
    it('passwords have 8 to 100 characters, and none that DocumentDB refuses', () => {
      const all = { ...passwordSettings, excludeCharacters: '', length: 100 };

      const passwords = Array.from({ length: 50 }, () => generatePassword(documentdb.password, all));

      expect(passwords.join('')).not.toMatch(/[/"@ ]/);
      expect(passwords.join('')).toMatch(/['\\]/);
      expect(() => generatePassword(documentdb.password, { ...all, length: 7 })).toThrow('under 8');
      expect(() => generatePassword(documentdb.password, { ...all, length: 101 })).toThrow('over 100');
    });

    it('a user of a pair has a name of 57 bytes at most', () => {
      const longest = 'ä'.repeat(28);

      expect(documentdb.counterpart(`${longest}x`)).toBe(`${longest}x_clone`);
      expect(() => documentdb.counterpart(`${longest}ä`)).toThrow('more than 63 bytes');
    });
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
      await session.cloneUser(login.username, 'primary_clone', 'clone-password', stored('second-password'));
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

    it('gives the clone the authentication restrictions of the base, takes them away, and compares them', async () => {
      const { one, login, context } = await standIn({ restrictions: true });
      const client = adminOf(one);
      const restrictions = [{ clientSource: ['127.0.0.1', '::1'], serverAddress: ['127.0.0.1'] }];
      const app = { ...login, username: 'app', password: 'first-password' };
      const clone = { ...app, username: 'app_clone', password: 'clone-password' };
      await client({ createUser: 'app', pwd: app.password, roles: [], authenticationRestrictions: restrictions });
      const root = await documentdb.connect(login, context);
      const linesOf = async (value: typeof app) => {
        const session = await documentdb.connect(value, context);
        const lines = await session.privileges();
        await session.close();
        return lines;
      };

      await root.cloneUser('app', 'app_clone', clone.password, stored(app.password));
      const given = [await linesOf(app), await linesOf(clone)];
      await client({ updateUser: 'app', authenticationRestrictions: [] });
      const different = [await linesOf(app), await linesOf(clone)];
      await root.cloneUser('app_clone', 'app', app.password, stored(clone.password));
      const taken = [await linesOf(app), await linesOf(clone)];
      await root.close();

      expect(given[0]).toContain('logs in only from 127.0.0.1 ::1 to 127.0.0.1');
      expect(given[1]).toEqual(given[0]);
      expect(different[0]).not.toEqual(different[1]);
      expect(taken[0]).not.toContainEqual(expect.stringContaining('logs in only'));
      expect(taken[1]).toEqual(taken[0]);
    });

    it('adopts no pair whose clone, in use, would come under the restrictions of the base', async () => {
      const { one, login, context } = await standIn({ restrictions: true });
      const client = adminOf(one);
      const restrictions = [{ clientSource: ['10.9.0.0/16'] }];
      const ask = (name: string) => client({ usersInfo: name, showAuthenticationRestrictions: true });
      await client({ createUser: 'app', pwd: 'first', roles: [], authenticationRestrictions: restrictions });
      await client({ createUser: 'app_clone', pwd: 'clone', roles: [{ role: 'read', db: 'of-the-clone' }] });
      const before = [await ask('app'), await ask('app_clone')];
      const root = await documentdb.connect(login, context);
      const adopt = () => root.cloneUser('app_clone', 'app', 'turned', stored('clone', 'first'));

      const refused = await adopt().catch((error) => error);
      const after = [await ask('app'), await ask('app_clone')];
      await client({ updateUser: 'app_clone', authenticationRestrictions: restrictions });
      await adopt();
      await root.close();

      expect(refused).toMatchObject({ code: 'PRIVILEGES_DIFFER' });
      expect(after).toEqual(before);
      expect((await ask('app')).users[0].roles).toContainEqual({ role: 'read', db: 'of-the-clone' });
    });

    it('a stored password that the driver cannot use is no broken network, and the next one is tried', async () => {
      const { login, context } = await standIn({});
      const having = (password: string) => ({ ...login, password });
      const secrets = {
        pending: having('a\tb'),
        current: having(`${login.password}\n`),
        previous: async () => having(login.password),
        async *forgotten() {},
      };

      const alone = await documentdb.connect(secrets.current, context).catch((error) => error);
      const { session, ...found } = await openStored(documentdb, secrets, context);
      await session.close();

      expect(alone).toMatchObject({ name: 'AuthenticationError', code: 'LOGIN_UNSUPPORTED', retryable: false });
      expect(found).toMatchObject({ recoveredWith: 'AWSPREVIOUS', value: { password: login.password } });
    });

    it("trusts Amazon's roots for RDS, which DocumentDB uses, and an authority in DATABASE_CA_BUNDLE", async () => {
      const { one, login, context } = await standIn({});
      const withRoots = (bundle?: string) => ({ ...context, trust: () => trustFor('eu-west-1', bundle) });
      const { roots } = await trustFor('eu-west-1', undefined);

      const refused = await documentdb.connect(login, withRoots()).catch((error) => error);
      const session = await documentdb.connect(login, withRoots(one.caFile));
      await session.close();

      expect(refused.code).toBe('UNREACHABLE_TLS');
      const names = roots.map((pem) => new X509Certificate(pem).subject);
      for (const kind of ['RSA2048', 'RSA4096', 'ECC384']) {
        expect(names).toContainEqual(expect.stringContaining(`CN=Amazon RDS eu-west-1 Root CA ${kind} G1`));
      }
    });

    it('tells the driver to write once, to one host', () => {
      const { options } = new MongoClient('mongodb://localhost/', driverOptions);

      expect(options).toMatchObject({ retryWrites: false, retryReads: false, directConnection: true, maxPoolSize: 1 });
    });

    it('speaks plain text when the secret itself says so', async () => {
      const { login, context } = await standIn({ tls: false });

      const session = await documentdb.connect({ ...login, tls: false }, context);
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

/** Runs one command as its primary user. */
function adminOf({ host, port, ca, superuser: auth }: DocumentDbStandIn) {
  return async (command: Document): Promise<Document> => {
    const options = { auth, authSource: 'admin', directConnection: true, tls: true, ca };
    const client = new MongoClient(`mongodb://${host}:${port}/`, options);
    try {
      return await client.db('admin').command(command);
    } finally {
      await client.close();
    }
  };
}
