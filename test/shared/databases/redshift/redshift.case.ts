/** Redshift's own cases. */
import { describe, expect, it } from 'vitest';
import type { DatabaseSession } from '../../../../shared/databases/engine.ts';
import { generatePassword } from '../../../../shared/databases/password.ts';
import { redshift } from '../../../../shared/databases/redshift/redshift.ts';
import { passwordSettings } from '../../../support/context.ts';
import { stored } from '../../../support/pair-proof.ts';
import type { TestRedshift } from '../../../support/redshift-server.ts';
import { int32, message, serverThatSays } from '../../../support/strange-postgres.ts';
import { redshiftKit } from './redshift-kit.ts';

export function describeRedshift(server: TestRedshift): void {
  const { context: ctx } = server;
  const { pair } = redshiftKit(server, 'user');

  describe('names with capitals', () => {
    it.each([
      ['set a password', (session: DatabaseSession, name: string) => session.setPassword(name, 'Second-password-1')],
      [
        'make a clone',
        (session: DatabaseSession, name: string) =>
          session.cloneUser(name, `${name}_clone`, 'Clone-password-1', stored('Base-password-1')),
      ],
    ])('does not %s for a user that pg_user spells in another way, and says how', async (_what, change) => {
      const { name, login } = await pair();
      const asWritten = name.toUpperCase();
      const session = await redshift.connect(server.superuser, ctx);

      const refused = await change(session, asWritten).catch((error: unknown) => error);
      await session.close();

      expect(refused).toMatchObject({
        code: 'INVALID_SECRET',
        fact: expect.stringContaining(asWritten),
        hint: expect.stringContaining(`write ${name} `),
      });
      await server.sqlAs(login, 'SELECT 1');
      expect(await server.sql('SELECT 1 FROM pg_user WHERE usename = $1', [`${asWritten}_clone`])).toEqual([]);
    });

    it('changes the password of the user itself and of no other that differs in capitals only', async () => {
      const { name, login } = await pair();
      const shouted = server.login(name.toUpperCase(), 'Loud-password-1');
      await server.createUser(shouted.username, shouted.password);
      const session = await redshift.connect(shouted, ctx);

      await session.setPassword(shouted.username, 'Second-password-1');
      await session.close();

      await server.sqlAs({ ...shouted, password: 'Second-password-1' }, 'SELECT 1');
      await server.sqlAs(login, 'SELECT 1');
    });
  });

  it('who is no superuser is told the statement that makes one', async () => {
    const { name, login } = await pair();
    const rotator = server.login(`rot"ator of ${name}`, 'Rotator-password-1');
    await server.createUser(rotator.username, rotator.password);
    const session = await redshift.connect(rotator, ctx);
    const refused = [
      await session.setPassword(name, 'Second-password-1').catch((error) => error),
      await session
        .cloneUser(name, `${name}_clone`, 'Clone-password-1', stored(login.password))
        .catch((error) => error),
    ];
    await session.close();

    const hint = expect.stringContaining(`mostly: ALTER USER "rot""ator of ${name}" CREATEUSER`);
    expect(refused).toMatchObject([
      { code: 'PERMISSION_DENIED', hint },
      { code: 'PERMISSION_DENIED', hint },
    ]);
    await server.sqlAs(login, 'SELECT 1');
    expect(await server.sql('SELECT 1 FROM pg_user WHERE usename = $1', [`${name}_clone`])).toEqual([]);
  });

  it('a user of a pair has a name of 121 bytes at most', () => {
    const longest = `${'ä'.repeat(60)}x`;

    expect(redshift.counterpart(longest)).toBe(`${longest}_clone`);
    expect(() => redshift.counterpart(`${longest}x`)).toThrow('more than 127 bytes');
  });

  describe('passwords', () => {
    it('reach the server as a digest: no statement has the password, whether it passes or fails', async () => {
      const { login, align, other } = await pair();
      const session = await redshift.connect(login, ctx);

      await session.setPassword(login.username, 'Wanted-by-log-1');
      await align(login, { ...other, password: 'Wanted-by-log-2' });
      await session.setPassword(server.superuser.username, 'Wanted-by-log-3').catch(() => {});
      await session.close();

      const log = await server.log();
      expect(log).not.toContain('Wanted-by-log');
      if (server.isStandIn) expect(log).toContain(`ALTER USER "${login.username}" PASSWORD 'md5`);
    });

    it('have 8 to 64 characters, and none that Redshift refuses in clear text', () => {
      const all = { ...passwordSettings, excludeCharacters: '', length: 64 };

      const passwords = Array.from({ length: 50 }, () => generatePassword(redshift.password, all));

      expect(passwords.join('')).not.toMatch(/['"\\/@ ]/);
      expect(() => generatePassword(redshift.password, { ...all, length: 7 })).toThrow('under 8');
      expect(() => generatePassword(redshift.password, { ...all, length: 65 })).toThrow('over 64');
    });
  });

  describe('answers to the login that no PostgreSQL gives', () => {
    it('one that the driver does not know (sha256 digests need it) is told as such, and ends no process', async () => {
      const strange = await serverThatSays([message('R', int32(13))]);

      const refused = await redshift
        .connect({ ...strange.login, engine: 'redshift' }, strange.context)
        .catch((error: unknown) => error);
      await strange.close();

      expect(refused).toMatchObject({
        code: 'LOGIN_UNSUPPORTED',
        retryable: false,
        fact: expect.stringContaining('authentication method 13'),
      });
    });

    it('a wrong password with the code of PostgreSQL 8.0, 28000, is an AuthenticationError', async () => {
      const fields = ['SFATAL', 'C28000', 'Mpassword authentication failed for user "app"', 'Rauth_failed', '', ''];
      const old = await serverThatSays([message('E', Buffer.from(fields.join('\0')))]);

      const refused = await redshift
        .connect({ ...old.login, engine: 'redshift' }, old.context)
        .catch((error: unknown) => error);
      await old.close();

      expect(refused).toMatchObject({
        name: 'AuthenticationError',
        fact: expect.stringContaining('refused the login of user app'),
      });
    });
  });
}
