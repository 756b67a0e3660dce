import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { chownAll, runnableNative } from '../../local/servers/postgres/binaries.ts';
import { asSuperuser } from '../../local/servers/postgres/client.ts';
import {
  configuration,
  launchPostgres,
  type PostgresServer,
  serverIdentity,
} from '../../local/servers/postgres/server.ts';
import { inFolder } from '../../local/servers/process.ts';

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
export function startStandby(
  primary: PostgresServer,
  settings: Readonly<Record<string, string>> = {},
): Promise<PostgresStandby> {
  return inFolder('standby', (folder) => start(folder, primary, settings));
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
  const all = { primary_conninfo: connectionTo(primary, passwordFile), ...settings };
  writeFileSync(join(data, 'postgresql.auto.conf'), configuration(all), { mode: 0o600 });
  if (identity) chownAll(folder, identity);

  const native = runnableNative(primary.version, folder, identity);
  const standby = { ...primary, ...(await launchPostgres(native, folder, data, identity)) };
  const query = (text: string) => asSuperuser(standby, async (client) => void (await client.query(text)));
  return {
    ...standby,
    pauseReplay: () => query('SELECT pg_wal_replay_pause()'),
    resumeReplay: () => query('SELECT pg_wal_replay_resume()'),
    caughtUp: async () => {
      const { rows } = await asSuperuser(primary, (client) =>
        client.query('SELECT pg_current_wal_flush_lsn()::text AS lsn'),
      );
      await replayed(standby, rows[0]?.lsn);
    },
  };
}

/** Copies the data of a running server: what changes under the copy's hands is put right from the log when the standby starts. */
async function backUp(primary: PostgresServer, to: string): Promise<void> {
  const [start, stopCall] =
    primary.version >= 15
      ? ["pg_backup_start('standby', true)", 'pg_backup_stop(false)']
      : ["pg_start_backup('standby', true, false)", 'pg_stop_backup(false, false)'];
  await asSuperuser(primary, async (client) => {
    const { rows } = await client.query('SHOW data_directory');
    const from = String(rows[0]?.data_directory);
    await client.query(`SELECT ${start}`);
    copyFolder(from, to, ['pg_wal', 'postmaster.pid', 'postmaster.opts']);
    const stopped = await client.query(`SELECT labelfile FROM ${stopCall}`);
    writeFileSync(join(to, 'backup_label'), String(stopped.rows[0]?.labelfile));
    // Only now is everything in the log that the copy needs.
    copyFolder(join(from, 'pg_wal'), join(to, 'pg_wal'), []);
  });
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

function connectionTo({ host, port, superuser, caFile }: PostgresServer, passwordFile: string): string {
  const connection = {
    host,
    hostaddr: '127.0.0.1',
    port,
    user: superuser.username,
    passfile: passwordFile,
    sslmode: 'verify-full',
    sslrootcert: caFile,
  };
  const words = Object.entries(connection).map(([name, value]) => `${name}=${value}`);
  return words.join(' ');
}

/** Asks until everything up to this place in the log shows. */
async function replayed(standby: PostgresServer, place: unknown): Promise<void> {
  const end = Date.now() + 30_000;
  await asSuperuser(standby, async (client) => {
    const isThere = async () => {
      const { rows } = await client.query('SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS yes', [place]);
      return rows[0]?.yes === true;
    };
    while (!(await isThere())) {
      if (Date.now() > end) throw new Error('the standby did not catch up in 30 s');
      await delay(20);
    }
  });
}
