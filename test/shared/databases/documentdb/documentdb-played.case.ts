/** What no server at hand shows of itself: limits, and servers of many kinds, played by the stand-in. */
import { X509Certificate } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { driverOptions } from '../../../../shared/databases/documentdb/connection.ts';
import { documentdb } from '../../../../shared/databases/documentdb/documentdb.ts';
import { generatePassword } from '../../../../shared/databases/password.ts';
import { openStored } from '../../../../shared/databases/strategies/stored-login.ts';
import { trustFor } from '../../../../shared/lambda/trust.ts';
import { passwordSettings, testContext } from '../../../support/context.ts';
import { ownPasswordRoles } from '../../../support/documentdb-roles.ts';
import { stored } from '../../../support/pair-proof.ts';
import { adminOf, standIns } from './documentdb-kit.ts';

export function describeDocumentDbPlayed(): void {
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
    const standIn = standIns();

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
      ['runs out of time', 'DEADLINE_EXCEEDED'],
      ['loses its server', 'CONNECTION_LOST'],
    ])('a rehearsal that %s has found out nothing', async (what, code) => {
      const { one, login, context } = await standIn({});
      const time = new AbortController();
      const session = await documentdb.connect(login, { ...context, signal: time.signal });
      const lose = { 'runs out of time': async () => time.abort(), 'loses its server': () => one.stop() }[what];
      await session.rehearsal?.setPassword?.('somebody', 'rehearsed-1');
      await lose?.();

      const rehearsed = session.rehearsal?.setPassword?.('somebody', 'rehearsed-1');

      await expect(rehearsed).rejects.toMatchObject({ code });
      await session.close();
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

    it.each([
      ['may not look at users, itself included', { looksAtItself: false }],
      ["refuses what Amazon's pages do not promise", { amazon: true }],
    ])('a user sets its own password, and keeps its mechanism, on a server that %s', async (_what, options) => {
      const { one, login, context } = await standIn(options);
      const app = { ...login, username: 'app', password: 'first-password' };
      const roles = await ownPasswordRoles(adminOf(one));
      const mechanisms = ['SCRAM-SHA-256'];
      await adminOf(one)({ createUser: 'app', pwd: app.password, roles, mechanisms });
      const session = await documentdb.connect(app, context);

      await session.setPassword('app', 'second-password');
      await session.close();

      await (await documentdb.connect({ ...app, password: 'second-password' }, context)).close();
      expect((await adminOf(one)({ usersInfo: 'app' })).users[0].mechanisms).toEqual(mechanisms);
    });

    it('a user sets its own password on a server that shows users nothing, and has no hello either', async () => {
      const { one, login, context } = await standIn({ amazon: true, refuses: { hello: 59 } });
      const app = { ...login, username: 'app', password: 'first-password' };
      await adminOf(one)({ createUser: 'app', pwd: app.password, roles: [] });
      const session = await documentdb.connect(app, context);

      await session.setPassword('app', 'second-password');
      await session.close();

      await (await documentdb.connect({ ...app, password: 'second-password' }, context)).close();
    });

    it('a superuser that may not look at a user does not set its password: it could widen its mechanisms', async () => {
      const { one, login, context } = await standIn({});
      const admin = adminOf(one);
      const resource = { db: 'admin', collection: '' };
      await admin({ createRole: 'blind', privileges: [{ resource, actions: ['changePassword'] }], roles: [] });
      await admin({ createUser: 'blind', pwd: 'blind-password', roles: ['blind'] });
      await admin({ createUser: 'app', pwd: 'first-password', roles: [], mechanisms: ['SCRAM-SHA-256'] });
      const blind = await documentdb.connect({ ...login, username: 'blind', password: 'blind-password' }, context);

      const refused = await blind.setPassword('app', 'second-password').catch((error) => error);
      await blind.close();

      expect(refused).toMatchObject({ code: 'PERMISSION_DENIED' });
      expect((await admin({ usersInfo: 'app' })).users[0].mechanisms).toEqual(['SCRAM-SHA-256']);
      await (await documentdb.connect({ ...login, username: 'app', password: 'first-password' }, context)).close();
    });

    it.each([59, 115, 238, 9, 72, 303, 40415])(
      'does not call it safe to repeat what the server lacks: code %i',
      async (code) => {
        const { one, login, context } = await standIn({ refuses: { updateUser: code } });
        const session = await documentdb.connect(login, context);

        const lacking = await session.setPassword(login.username, 'second-password').catch((error) => error);
        await session.close();

        expect(lacking).toMatchObject({
          code: 'SERVICE_FAILED',
          retryable: false,
          fact: expect.stringContaining(`${code}`),
        });
        expect(lacking.fact).toContain('lacks');
        expect(lacking.hint).not.toContain('safe to repeat');
        await (await documentdb.connect({ ...login, ...one.superuser }, context)).close();
      },
    );

    it('tells the rights of a pair by their roles where the server does not show what they come to', async () => {
      const { one, login, context } = await standIn({ amazon: true });
      const admin = adminOf(one);
      const linesOf = async (username: string) => {
        const session = await documentdb.connect({ ...login, username, password: 'a-password' }, context);
        return session.privileges().finally(() => session.close());
      };
      await admin({ createUser: 'app', pwd: 'a-password', roles: [{ role: 'read', db: 'shop' }] });
      await admin({ createUser: 'more', pwd: 'a-password', roles: [{ role: 'readWrite', db: 'shop' }] });

      const [of, ofMore] = [await linesOf('app'), await linesOf('more')];

      expect(of).toEqual(['role read on shop']);
      expect(ofMore).toEqual(['role readWrite on shop']);
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
