import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findServer, type ServerProgram } from '../mysql/binaries.ts';
import { launch, type MysqlOptions, type MysqlServer, parameters } from '../mysql/launch.ts';
import { environment, inFolder } from '../process.ts';

export interface MariadbOptions extends MysqlOptions {
  /** 10.11 when absent. */
  readonly series?: MariadbSeries;
}

export type MariadbSeries = keyof typeof folders;

const folders = { '10.5': 'mariadb105', '10.11': 'mariadb', '11.4': 'mariadb114', '11.8': 'mariadb11' };

/** Undefined where this series is not installed; `npm run servers` unpacks them. The system's own MariaDB passes for the first. */
export function availableMariadb(series: MariadbSeries = '10.11'): ServerProgram | undefined {
  const found = findServer(folders[series], 'mariadbd', /MariaDB/);
  return series !== '10.11' && found?.home === undefined ? undefined : found;
}

/** Starts a MariaDB of its own in a temporary folder, with TLS, on a free port of this machine. */
export function startMariadb(options: MariadbOptions = {}): Promise<MysqlServer> {
  const program = availableMariadb(options.series);
  if (program === undefined) throw new Error('MariaDB is not installed; next: npm run servers');
  return inFolder('mariadb', async (folder) => {
    await initialise(program, join(folder, 'data'));
    const init = ["DELETE FROM mysql.global_priv WHERE User IN ('', 'root');", 'FLUSH PRIVILEGES;'];
    return launch({ title: 'MariaDB', program, folder, create: 'CREATE OR REPLACE USER', init, flags }, options);
  });
}

const flags = { 'innodb-log-file-size': '4M' };

/** What mariadb-install-db does, without the shell script. */
async function initialise(program: ServerProgram, data: string): Promise<void> {
  mkdirSync(data);
  // Of its own: temporary tables of two initialisations at once may have one name.
  const scratch = `${data}-tmp`;
  mkdirSync(scratch);
  const scripts = ['system_tables', 'performance_tables', 'system_tables_data'].map((part) => scriptOf(program, part));
  const text = [
    'create database if not exists mysql;',
    'use mysql;',
    'set @auth_root_socket=NULL;',
    ...scripts.map((file) => readFileSync(file, 'utf8')),
  ].join('\n');
  const [command, ...first] = program.command;
  const child = spawn(
    command,
    [
      ...first,
      ...parameters(program, data, flags),
      '--bootstrap',
      `--tmpdir=${scratch}`,
      '--skip-grant-tables',
      '--silent-startup',
    ],
    { env: environment, cwd: data, stdio: ['pipe', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(text);
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`MariaDB could not be initialised:\n${said}`);
}

/** `mysql_system_tables.sql` up to 10.11, `mariadb_system_tables.sql` since. */
function scriptOf({ share }: ServerProgram, part: string): string {
  const files = ['mariadb', 'mysql'].map((prefix) => join(share, `${prefix}_${part}.sql`));
  return files.find((file) => existsSync(file)) ?? String(files[0]);
}
