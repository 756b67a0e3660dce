import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { chownAll, runnableNative } from './binaries.ts';
import { guardAgainstOrphan } from './orphan-guard.ts';
import { launch, serverIdentity, stop } from './process.ts';
import type { PostgresServer } from './server.ts';

/** Users, passwords and certificate are those of the primary. */
export interface PostgresStandby extends PostgresServer {
  /** Changes still arrive, but do not show until `resumeReplay`. */
  pauseReplay(): Promise<void>;
  resumeReplay(): Promise<void>;
  /** Resolves when everything that is in the primary now shows here. */
  caughtUp(): Promise<void>;
}

/**
 * A hot standby that streams from `primary`, over verified TLS. Stop it before the primary, whose certificate it uses.
 * The package has no pg_basebackup, so this is the backup by hand of https://www.postgresql.org/docs/18/continuous-archiving.html
 */
export async function startStandby(
  primary: PostgresServer,
  settings: Readonly<Record<string, string>> = {},
): Promise<PostgresStandby> {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-standby-'));
  try {
    return await start(folder, primary, settings);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function start(
  folder: string,
  primary: PostgresServer,
  settings: Readonly<Record<string, string>>,
): Promise<PostgresStandby> {
  const identity = serverIdentity();
  const data = join(folder, 'data');
  await backUp(primary, data);
  const passwordFile = join(folder, 'password');
  const password = primary.superuser.password.replaceAll(/[:\\]/g, '\\$&');
  writeFileSync(passwordFile, `*:*:*:*:${password}\n`, { mode: 0o600 });
  writeFileSync(join(data, 'standby.signal'), '');
  writeFileSync(join(data, 'postgresql.auto.conf'), configuration(primary, passwordFile, settings), { mode: 0o600 });
  if (identity) chownAll(folder, identity);

  const native = runnableNative(primary.version, folder, identity);
  const logFile = join(folder, 'server.log');
  const { child, port } = await launch(join(native, 'bin', 'postgres'), data, logFile, identity);
  const release = guardAgainstOrphan(child, folder);
  const standby = { ...primary, port };
  return {
    ...standby,
    logFile,
    pauseReplay: async () => {
      await query(standby, 'SELECT pg_wal_replay_pause()');
    },
    resumeReplay: async () => {
      await query(standby, 'SELECT pg_wal_replay_resume()');
    },
    caughtUp: async () => {
      const [now] = await query(primary, 'SELECT pg_current_wal_flush_lsn()::text AS lsn');
      await until(standby, 'SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS yes', [now?.lsn]);
    },
    stop: async () => {
      await stop(child);
      release();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Copies the data of a running server: what changes under the copy's hands is put right from the log when the standby starts. */
async function backUp(primary: PostgresServer, to: string): Promise<void> {
  const [start, stopCall] =
    primary.version >= 15
      ? ["pg_backup_start('standby', true)", 'pg_backup_stop(false)']
      : ["pg_start_backup('standby', true, false)", 'pg_stop_backup(false, false)'];
  const client = new pg.Client(config(primary));
  await client.connect();
  try {
    const { rows } = await client.query('SHOW data_directory');
    const from = String(rows[0]?.data_directory);
    await client.query(`SELECT ${start}`);
    copyFolder(from, to, ['pg_wal', 'postmaster.pid', 'postmaster.opts']);
    const stopped = await client.query(`SELECT labelfile FROM ${stopCall}`);
    writeFileSync(join(to, 'backup_label'), String(stopped.rows[0]?.labelfile));
    // Only now is everything in the log that the copy needs.
    copyFolder(join(from, 'pg_wal'), join(to, 'pg_wal'), []);
  } finally {
    await client.end();
  }
}

/** A file that the server deletes meanwhile is passed over. */
function copyFolder(from: string, to: string, without: readonly string[]): void {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (without.includes(entry.name)) continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      copyFolder(source, target, []);
      continue;
    }
    try {
      copyFileSync(source, target);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

function configuration(
  primary: PostgresServer,
  passwordFile: string,
  settings: Readonly<Record<string, string>>,
): string {
  const connection = {
    host: primary.host,
    hostaddr: '127.0.0.1',
    port: primary.port,
    user: primary.superuser.username,
    passfile: passwordFile,
    sslmode: 'verify-full',
    sslrootcert: primary.caFile,
  };
  const words = Object.entries(connection).map(([name, value]) => `${name}=${value}`);
  const all = { primary_conninfo: words.join(' '), ...settings };
  return Object.entries(all)
    .map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`)
    .join('');
}

type Place = Pick<PostgresServer, 'host' | 'port' | 'superuser' | 'ca'>;

function config({ host, port, superuser, ca }: Place): pg.ClientConfig {
  return { host, port, user: superuser.username, password: superuser.password, database: 'postgres', ssl: { ca } };
}

async function query(at: Place, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(config(at));
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** Asks again until the answer is yes. */
async function until(at: Place, text: string, values: unknown[]): Promise<void> {
  const client = new pg.Client(config(at));
  await client.connect();
  try {
    const end = Date.now() + 30_000;
    while ((await client.query(text, values)).rows[0]?.yes !== true) {
      if (Date.now() > end) throw new Error('the standby did not catch up in 30 s');
      await delay(20);
    }
  } finally {
    await client.end();
  }
}
