/** What PostgreSQL keeps of a password before a change, after it, and after it was taken back. */
import { describe, expect, it } from 'vitest';
import type { ProvenLogin, TakeBack } from '../../../../shared/databases/engine.ts';
import { postgres } from '../../../../shared/databases/postgres/postgres.ts';
import type { DatabaseLogin } from '../../../../shared/databases/secret.ts';
import type { RealPostgres } from '../../../support/postgres-server.ts';
import { postgresKit } from './postgres-kit.ts';

/** Who changes the password: the user itself, or a superuser after the user has logged in. */
const changes = ['the user itself', 'a superuser'] as const;

export function describePostgresVerifiers(server: RealPostgres): void {
  const { ctx, pair } = postgresKit(server, 'kept');
  const kept = async ({ username }: DatabaseLogin) =>
    String((await server.sql('SELECT rolpassword FROM pg_authid WHERE rolname = $1', [username]))[0]?.rolpassword);
  const proven = async (login: DatabaseLogin): Promise<ProvenLogin> => {
    const session = await postgres.connect(login, ctx);
    await session.close();
    return session.proven;
  };
  /** Changes the password, and gives what is kept then and once it was taken back. */
  const there = async (by: (typeof changes)[number], login: DatabaseLogin) => {
    const proof = await proven(login);
    const session = await postgres.connect(by === 'a superuser' ? server.superuser : login, ctx);
    const takeBack: TakeBack = await session.setPassword(login.username, 'second password', proof);
    const after = await kept(login);
    await proven({ ...login, password: 'second password' });
    await takeBack();
    await session.close();
    await proven(login);
    return { after, again: await kept(login) };
  };

  describe.each(changes)('what is kept of a password that %s changes', (by) => {
    it('is what it was, byte for byte, once the change was taken back', async () => {
      const { login } = await pair();
      const before = await kept(login);

      const { after, again } = await there(by, login);

      expect(after).toMatch(/^SCRAM-SHA-256\$4096:/);
      expect(after).not.toBe(before);
      expect(again).toBe(before);
    });

    it('stays SCRAM where the role, or the database, has password_encryption md5: pg_hba.conf may ask for SCRAM', async () => {
      const { login } = await pair();
      await server.sql(`ALTER ROLE ${login.username} SET password_encryption = 'md5'`);
      await server.sql("ALTER DATABASE postgres SET password_encryption = 'md5'");
      const before = await kept(login);

      const { after, again } = await there(by, login);
      await server.sql('ALTER DATABASE postgres RESET password_encryption');

      expect(after).toMatch(/^SCRAM-SHA-256\$4096:/);
      expect(again).toBe(before);
    });

    it.skipIf(server.version < 16).each([
      [310_000, 100_000],
      [10_000, 10_000],
      [1, 4096],
    ])('with scram_iterations %i has %i: no fewer than before, and no more than drivers take', async (asked, made) => {
      const { login } = await pair();
      const before = await kept(login);
      await server.sql(`ALTER ROLE ${login.username} SET scram_iterations = ${asked}`);
      await server.sql(`ALTER ROLE rds_like SET scram_iterations = ${asked}`);

      const { after, again } = await there(by, login);
      await server.sql('ALTER ROLE rds_like RESET scram_iterations');

      expect(after).toMatch(new RegExp(`^SCRAM-SHA-256\\$${made}:`));
      expect(again).toBe(before);
    });
  });

  it('a clone gets what its model has, whatever the superuser’s settings say', async () => {
    const { login, other } = await pair();
    await server.sql("ALTER ROLE rds_like SET password_encryption = 'md5'");
    const root = await postgres.connect(server.superuser, ctx);

    await root.cloneUser(login.username, other.username, other.password, {
      ...(await proven(login)),
      async *others() {},
    });
    await root.close();
    await server.sql('ALTER ROLE rds_like RESET password_encryption');

    expect(await kept(other)).toMatch(/^SCRAM-SHA-256\$4096:/);
    await proven(other);
  });

  it.skipIf(server.version < 16)(
    'more iterations than the driver takes: no network fault, and nothing is changed',
    async () => {
      const { login } = await pair();
      await server.sql(`SET scram_iterations = 310000; ALTER ROLE ${login.username} PASSWORD 'base password'`);
      await server.sql('RESET scram_iterations');

      const refused = proven(login);

      await expect(refused).rejects.toMatchObject({
        name: 'AuthenticationError',
        code: 'LOGIN_UNSUPPORTED',
        retryable: false,
        fact: expect.stringContaining('310000 iterations'),
      });
    },
  );
}
