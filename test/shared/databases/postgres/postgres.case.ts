/** PostgreSQL's own cases, many of them what AWS's templates were seen to get wrong. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { postgres } from '../../../../shared/databases/postgres/postgres.ts';
import type { RealPostgres } from '../../../support/postgres-server.ts';
import { describePostgresGuards } from './postgres-guards.case.ts';
import { postgresKit } from './postgres-kit.ts';
import { describePostgresPairEnds } from './postgres-pair-ends.case.ts';
import { describePostgresPairs } from './postgres-pairs.case.ts';
import { describePostgresRehearsals } from './postgres-rehearsals.case.ts';
import { describePostgresSettings } from './postgres-settings.case.ts';
import { describePostgresVerifiers } from './postgres-verifiers.case.ts';

export function describePostgres(server: RealPostgres): void {
  describePostgresGuards(server);
  describePostgresPairEnds(server);
  describePostgresPairs(server);
  describePostgresRehearsals(server);
  describePostgresSettings(server);
  describePostgresVerifiers(server);
  const { ctx, pair } = postgresKit(server, 'own');

  describe('no password on its way, and none left behind', () => {
    it('neither log nor pg_stat_activity shows it, whether the change passes or fails', async () => {
      const { login, other, align } = await pair();
      const session = await postgres.connect(login, ctx);
      await session.setPassword(login.username, 'wanted-by-log-1');
      await align(login.username, other.username, 'wanted-by-log-2');
      await session.setPassword('postgres', 'wanted-by-log-3').catch(() => {});

      const active = await server.sql('SELECT query FROM pg_stat_activity WHERE usename = $1', [login.username]);
      const log = await readFile(server.logFile, 'utf8');
      await session.close();

      expect(JSON.stringify(active)).not.toContain('wanted-by-log');
      expect(log).toContain(`ALTER ROLE "${login.username}" PASSWORD`);
      expect(log).not.toContain('wanted-by-log');
    });
  });

  it('changes the password of a role that is read-only by default', async () => {
    const { login } = await pair();
    await server.sql(`ALTER ROLE ${login.username} SET default_transaction_read_only = on`);
    const session = await postgres.connect(login, ctx);

    await session.setPassword(login.username, 'changed all the same');
    await session.close();

    await server.sqlAs({ ...login, password: 'changed all the same' }, 'SELECT 1');
  });

  describe('TLS', () => {
    it('is used, and plain text never is, unless the secret says "ssl": false', async () => {
      const { login } = await pair();
      const session = await postgres.connect(login, ctx);
      const [row] = await server.sql(
        'SELECT bool_and(s.ssl) AS tls FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) WHERE a.usename = $1',
        [login.username],
      );
      await session.close();

      const plain = postgres.connect({ ...login, tls: false }, { ...ctx, awake: true });

      await expect(plain).rejects.toMatchObject({
        code: 'UNREACHABLE_TLS',
        hint: expect.stringContaining('"ssl": false'),
      });
      expect(row).toEqual({ tls: true });
    });

    it('an issuer that is not trusted ends it, before anything is sent', async () => {
      const { login } = await pair();
      const { testContext } = await import('../../../support/context.ts');

      const refused = postgres.connect(login, testContext());

      await expect(refused).rejects.toMatchObject({
        code: 'UNREACHABLE_TLS',
        hint: expect.stringContaining('DATABASE_CA_BUNDLE'),
      });
    });
  });

  it('a database that does not exist is a mistake in the secret, not a lock-out', async () => {
    const { login } = await pair();

    const refused = postgres.connect({ ...login, dbname: 'nowhere' }, ctx);

    await expect(refused).rejects.toMatchObject({
      name: 'InvalidSecretError',
      hint: expect.stringContaining('dbname'),
    });
  });

  it('a database that the role may not connect to is told with the statement that lets it in', async () => {
    const { login } = await pair();
    const dbname = `closed "${login.username}"`;
    const quoted = `"${dbname.replaceAll('"', '""')}"`;
    await server.sql(`CREATE DATABASE ${quoted}`);
    await server.sql(`REVOKE CONNECT ON DATABASE ${quoted} FROM PUBLIC`);

    const refused: { hint: string } = await postgres
      .connect({ ...login, dbname }, ctx)
      .then(() => expect.fail('it was let in'))
      .catch((error) => error);
    const [statement = ''] = refused.hint.split(', or ');
    await server.sql(statement);
    const session = await postgres.connect({ ...login, dbname }, ctx);
    await session.close();
    await server.sql(`DROP DATABASE ${quoted}`);

    expect(refused).toMatchObject({ code: 'PERMISSION_DENIED', hint: expect.stringContaining('field dbname') });
    expect(statement).toMatch(/^GRANT CONNECT ON DATABASE "/);
  });

  it('a role without LOGIN is refused as a login', async () => {
    const { login } = await pair();
    await server.sql(`ALTER ROLE ${login.username} NOLOGIN`);

    const refused = postgres.connect(login, ctx);

    await expect(refused).rejects.toMatchObject({ name: 'AuthenticationError' });
  });
}
