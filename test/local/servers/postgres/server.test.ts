import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { availablePostgresVersions } from '../../../../local/servers/postgres/binaries.ts';
import { type PostgresServer, startPostgres } from '../../../../local/servers/postgres/server.ts';
import { announce, unavailable } from '../../../support/servers.ts';

const isAvailable = availablePostgresVersions().includes(18);
if (!isAvailable) unavailable({ engine: 'postgres18', reason: 'no package for this platform' });

async function query(server: PostgresServer, sql: string, options: pg.ClientConfig = {}) {
  const client = new pg.Client({
    host: server.host,
    port: server.port,
    user: server.superuser.username,
    password: server.superuser.password,
    database: 'postgres',
    ssl: { ca: server.ca },
    ...options,
  });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe.skipIf(!isAvailable)('an embedded PostgreSQL', () => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await startPostgres({ settings: { log_statement: 'all', 'rekey.owner': "o'brien" } });
    const [row] = await query(server, 'SHOW server_version');
    announce({ engine: 'postgres18', server: 'npm package', version: String(row?.server_version) });
  });
  afterAll(() => server.stop());

  it('lets the superuser in over verified TLS, by name and by address', async () => {
    const sql = 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()';

    const byName = await query(server, sql);
    const byAddress = await query(server, sql, { host: '127.0.0.1' });

    expect([byName, byAddress]).toEqual([[{ ssl: true }], [{ ssl: true }]]);
  });

  it('stores passwords as SCRAM verifiers', async () => {
    const [row] = await query(server, "SELECT rolpassword FROM pg_authid WHERE rolname = 'postgres'");

    expect(row?.rolpassword).toMatch(/^SCRAM-SHA-256\$/);
  });

  it('is the version that was asked for', async () => {
    const [row] = await query(server, 'SHOW server_version_num');

    expect(Math.floor(Number(row?.server_version_num) / 10_000)).toBe(server.version);
  });

  it('takes settings', async () => {
    const [row] = await query(
      server,
      "SELECT current_setting('log_statement') AS log, current_setting('rekey.owner') AS owner",
    );

    expect(row).toEqual({ log: 'all', owner: "o'brien" });
  });

  it('writes its log to a file that can be read', async () => {
    await query(server, "SELECT 'a sentence for the log'");

    expect(readFileSync(server.logFile, 'utf8')).toContain('a sentence for the log');
  });

  it('refuses a wrong password', async () => {
    const connected = query(server, 'SELECT 1', { password: 'wrong' });

    await expect(connected).rejects.toMatchObject({ code: '28P01' });
  });

  it('refuses a connection without TLS', async () => {
    const connected = query(server, 'SELECT 1', { ssl: false });

    await expect(connected).rejects.toMatchObject({ code: '28000' });
  });

  it('is not believed by a client that does not have its CA', async () => {
    const connected = query(server, 'SELECT 1', { ssl: true });

    await expect(connected).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  });

  it('does not leave the superuser’s password in a file', () => {
    const folder = dirname(server.logFile);

    expect(existsSync(`${folder}/password`)).toBe(false);
    expect(statSync(folder).mode & 0o077).toBe(0);
    expect(readFileSync(server.logFile, 'utf8')).not.toContain(server.superuser.password);
  });
});

describe.skipIf(!isAvailable)('another PostgreSQL', () => {
  it('goes without TLS, under its own rules, with a certificate of its own, and leaves nothing behind', async () => {
    const plain = await startPostgres({ tls: false, hba: 'host all all 127.0.0.1/32 trust\n' });
    const folder = dirname(plain.logFile);

    const rows = await query(plain, 'SELECT 1 AS one', { ssl: false, password: 'anything' });
    await plain.stop();

    expect(rows).toEqual([{ one: 1 }]);
    expect(existsSync(folder)).toBe(false);
  });

  it('can show a certificate for another name', async () => {
    const server = await startPostgres({ tls: { names: ['elsewhere.example'] } });

    const connected = await query(server, 'SELECT 1').catch((error: NodeJS.ErrnoException) => error.code);
    await server.stop();

    expect(connected).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('ends with the process that started it, even when that is killed', async () => {
    const program = `
      import { startPostgres } from ${JSON.stringify(new URL('../../../../local/servers/postgres/server.ts', import.meta.url).href)};
      console.log((await startPostgres()).logFile);
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [logFile = ''] = await new Promise<string[]>((resolve) => {
      createInterface({ input: parent.stdout }).once('line', (line) => resolve([line]));
    });
    const pid = Number(readFileSync(`${dirname(logFile)}/data/postmaster.pid`, 'utf8').split('\n')[0]);

    parent.kill('SIGKILL');

    await expect.poll(() => existsSync(dirname(logFile))).toBe(false);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('that is not installed is refused, naming those that are', async () => {
    const started = startPostgres({ version: 3 });

    await expect(started).rejects.toThrow(/PostgreSQL 3 is not installed .*found: .*18/);
  });
});
