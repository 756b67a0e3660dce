/** Settings of roles (`ALTER ROLE … SET`): copied as they are stored, and no hindrance to what a session of ours does. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { openConnection } from '../../../../shared/databases/postgres/connection.ts';
import { product } from '../../../../shared/databases/postgres/postgres.ts';
import type { RealPostgres } from '../../../support/postgres-server.ts';
import { postgresKit } from './postgres-kit.ts';

/** As people and their tools write them, which is not always as the server prints them; and the first version that knows the name. */
const SPELLINGS: readonly (readonly [name: string, value: string, since?: number])[] = [
  ['statement_timeout', '60000'],
  ['lock_timeout', '5000'],
  ['idle_in_transaction_session_timeout', "'600000'"],
  ['transaction_timeout', '30000', 17],
  ['wal_sender_timeout', '60000'],
  ['work_mem', '65536'],
  ['maintenance_work_mem', "'65536kB'"],
  ['temp_buffers', '1024'],
  ['default_transaction_read_only', 'true'],
  ['row_security', "'ON'"],
  ['enable_seqscan', '0'],
  ['jit', 'no'],
  ['synchronous_commit', "'OFF'"],
  ['constraint_exclusion', "'true'"],
  ['timezone', "'utc'"],
  ['datestyle', 'iso'],
  ['intervalstyle', "'ISO_8601'"],
  ['client_encoding', "'utf8'"],
  ['client_min_messages', "'WARNING'"],
  ['default_transaction_isolation', "'READ COMMITTED'"],
  ['bytea_output', "'HEX'"],
  ['xmlbinary', "'BASE64'"],
  ['random_page_cost', '1.10'],
  ['tcp_keepalives_idle', "'60s'"],
];

export function describePostgresSettings(server: RealPostgres): void {
  const { ctx, pair, privileges } = postgresKit(server, 'setting');
  const settingsOf = async (username: string) =>
    (await server.sql(
      `SELECT setdatabase <> 0 AS here, array_agg(entry ORDER BY entry) AS settings
         FROM pg_db_role_setting, unnest(setconfig) entry WHERE setrole = $1::text::regrole GROUP BY 1 ORDER BY 1`,
      [username],
    )) as { here: boolean; settings: string[] }[];

  describe('settings of a role', () => {
    it('settings of every spelling: each is stored once more as it is stored', async () => {
      const { login, other, align } = await pair();
      const all = SPELLINGS.filter(([, , since = 0]) => server.version >= since);
      for (const [name, value] of all) {
        await server.sql(`ALTER ROLE ${login.username} SET ${name} = ${value}`);
        await server.sql(`ALTER ROLE ${login.username} IN DATABASE postgres SET ${name} = ${value}`);
      }

      await align(login.username, other.username, other.password);
      await align(other.username, login.username, login.password);

      const [base, clone] = await Promise.all([login, other].map(({ username }) => settingsOf(username)));
      expect(base).toHaveLength(2);
      expect(clone?.map(({ settings }) => settings.filter((line) => !line.startsWith('role=')))).toEqual(
        base?.map(({ settings }) => settings),
      );
      expect(base?.[0]?.settings).toHaveLength(new Set(all.map(([name]) => name)).size);
      expect(await privileges(other)).toEqual(await privileges(login));
    });

    it('a setting that differs is shown as it is stored, but for those that applications made up', async () => {
      const { login } = await pair();
      await server.sql(`ALTER ROLE ${login.username} SET statement_timeout = 60000`);
      await server.sql(`ALTER ROLE ${login.username} IN DATABASE postgres SET timezone = 'utc'`);
      await server.sql(`ALTER ROLE ${login.username} SET app.jwt_secret = 'a key of theirs'`);

      const lines = await privileges(login);

      expect(lines).toEqual(
        expect.arrayContaining([
          'setting statement_timeout = "60000"',
          'setting TimeZone = "utc" in database postgres',
          expect.stringMatching(/^setting app\.jwt_secret = #[0-9a-f]{8}$/),
        ]),
      );
      expect(lines.join()).not.toContain('a key of theirs');
    });

    it('what applications made up stands in no log of the server, also when a statement after it fails', async () => {
      const { login, other, align } = await pair();
      await align(login.username, other.username, other.password);
      const [group, table] = [`group_of_${login.username}`, `shared.of_${login.username}`];
      await server.sql(`CREATE ROLE ${group}`);
      // Passed on, a right cannot be taken without CASCADE.
      await server.sqlAs(server.superuser, `CREATE TABLE ${table} (x int)`);
      await server.sqlAs(server.superuser, `GRANT SELECT ON ${table} TO ${other.username} WITH GRANT OPTION`);
      await server.sql(`SET ROLE ${other.username}; GRANT SELECT ON ${table} TO ${group}; RESET ROLE`);
      await server.sql(`ALTER ROLE ${login.username} SET app.key = 'kept-out-of-logs'`);
      if (server.version >= 15) await server.sql('GRANT SET ON PARAMETER app.key TO rds_like');

      const refused = align(login.username, other.username, other.password);

      await expect(refused).rejects.toThrow();
      // The server of these tests logs what it is asked, too; this is what every server adds to an error.
      const failed = (await readFile(server.logFile, 'utf8')).split('\n').filter((line) => line.includes('STATEMENT:'));
      expect(failed.filter((line) => line.includes(`REVOKE`) && line.includes(other.username))).not.toEqual([]);
      expect(failed.filter((line) => line.includes('kept-out-of-logs'))).toEqual([]);
    });

    it('an expiry is copied as it is, whatever the database says of dates and zones', async () => {
      const { login, other, align } = await pair();
      await server.sql(`ALTER ROLE ${login.username} VALID UNTIL '2099-06-05 12:00+00'`);
      await server.sql(
        "ALTER DATABASE postgres SET datestyle = 'SQL, DMY'; ALTER DATABASE postgres SET timezone = 'Asia/Kolkata'",
      );
      try {
        await align(login.username, other.username, other.password);
      } finally {
        await server.sql('ALTER DATABASE postgres RESET datestyle; ALTER DATABASE postgres RESET timezone');
      }

      const until = await server.sql(
        `SELECT DISTINCT rolvaliduntil FROM pg_roles WHERE rolname IN ('${login.username}', '${other.username}')`,
      );
      expect(until).toHaveLength(1);
    });

    it('a limit of the role cuts no statement of ours short', async () => {
      const { login } = await pair();
      for (const name of ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'])
        await server.sql(`ALTER ROLE ${login.username} SET ${name} = 25`);
      if (server.version >= 17) await server.sql(`ALTER ROLE ${login.username} SET transaction_timeout = 25`);
      const connection = await openConnection(login, product, ctx);

      for (const mode of ['READ ONLY', 'READ WRITE'] as const) {
        await connection.transaction(mode, async (transaction) => {
          await transaction.query('SELECT pg_sleep(0.1)');
          await connection.pause(100);
          await transaction.query('SELECT 1');
        });
      }

      await connection.close();
    });

    it('an isolation of the superuser keeps nothing from us that was done while we waited for our turn', async () => {
      const { login, other, align } = await pair();
      const [base, clone] = [login, other].map(({ username }) => username);
      const before = await server.connectAs({ ...server.superuser });
      await before.query(`BEGIN; SELECT pg_advisory_xact_lock(hashtext('rekey ${base}'))`);
      await server.sql("ALTER ROLE rds_like SET default_transaction_isolation = 'serializable'");

      const waiting = align(login.username, other.username, other.password);
      const waits = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
      await expect.poll(async () => (await server.sql(waits)).length).toBe(1);
      await before.query(`CREATE ROLE ${clone} LOGIN; GRANT ${base} TO ${clone}; COMMIT`);
      const error = await waiting.catch((thrown: unknown) => thrown);

      await server.sql('ALTER ROLE rds_like RESET default_transaction_isolation');
      await before.end();
      expect(error).toBeUndefined();
      await server.sqlAs(other, 'SELECT 1');
    });

    it('a statement that takes longer than a session of ours gives it was cancelled by nobody', async () => {
      const { login } = await pair();
      const connection = await openConnection(login, product, ctx);

      const cut = connection.transaction('READ ONLY', (transaction) => transaction.query('SELECT pg_sleep(20)'));

      await expect(cut).rejects.toMatchObject({
        code: 'SERVICE_FAILED',
        fact: expect.stringContaining('was cancelled after 15 s'),
      });
      await connection.close();
    });

    it('a statement that somebody cancels did not wait for a lock', async () => {
      const { login } = await pair();
      const connection = await openConnection(login, product, ctx);
      const cancel = () =>
        server.sql(
          "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE usename = $1 AND query LIKE '%pg_sleep%'",
          [login.username],
        );

      const cancelled = connection.transaction('READ ONLY', (transaction) => transaction.query('SELECT pg_sleep(20)'));
      const refusal = cancelled.catch((error: unknown) => error);
      await expect.poll(async () => (await cancel()).length).toBe(1);

      expect(await refusal).toMatchObject({
        code: 'SERVICE_FAILED',
        retryable: true,
        fact: expect.stringMatching(/^somebody cancelled .*57014/),
      });
      await connection.close();
    });

    it('a session that somebody ends is told as one that the server ended', async () => {
      const { login } = await pair();
      const connection = await openConnection(login, product, ctx);
      const end = () =>
        server.sql(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1 AND query LIKE '%pg_sleep%'",
          [login.username],
        );

      const ended = connection.transaction('READ ONLY', (transaction) => transaction.query('SELECT pg_sleep(20)'));
      const refusal = ended.catch((error: unknown) => error);
      await expect.poll(async () => (await end()).length).toBe(1);

      expect(await refusal).toMatchObject({
        code: 'CONNECTION_LOST',
        retryable: true,
        fact: expect.stringMatching(/^the session of .* was ended by the server \(SQLSTATE 57P01\)$/),
      });
      await connection.close();
    });
  });
}
