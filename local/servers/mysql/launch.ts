/** What MySQL and MariaDB have in common as private servers: one temporary folder, loopback only, TLS, every statement logged. */
import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LocalServer, type TlsOption, writeCertificate } from '../local-server.ts';
import { launch as launchProgram } from '../process.ts';
import type { ServerProgram } from './binaries.ts';

export interface MysqlOptions {
  readonly tls?: TlsOption;
  /** System variables, by the names of the command line: `max-connections`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Its superuser is not `root`, which keeps no password here and is locked. */
export interface MysqlServer extends LocalServer {
  readonly version: string;
  /** The general log: every statement as the server writes it down. */
  readonly generalLog: string;
  readonly logFile: string;
}

export interface Launch {
  readonly title: string;
  readonly program: ServerProgram;
  /** Holds the data folder `data`; removed when the server stops. */
  readonly folder: string;
  /** `CREATE USER`, or whatever this product calls it where the user may be there already. */
  readonly create: string;
  /** What the server runs before it takes connections, besides making its superuser: one statement a line. */
  readonly init: readonly string[];
  readonly flags: Readonly<Record<string, string>>;
}

export async function launch(plan: Launch, { tls = true, settings }: MysqlOptions): Promise<MysqlServer> {
  const { folder, program, title } = plan;
  const superuser = { username: 'master', password: randomBytes(24).toString('base64url') };
  const { ca, caFile, certificateFile, keyFile } = writeCertificate(folder, tls);
  const initFile = join(folder, 'init.sql');
  const init = [
    `${plan.create} master@'%' IDENTIFIED BY '${superuser.password}';`,
    "GRANT ALL PRIVILEGES ON *.* TO master@'%' WITH GRANT OPTION;",
    ...plan.init,
  ];
  writeFileSync(initFile, `${init.join('\n')}\n`, { mode: 0o600 });

  const data = join(folder, 'data');
  const socket = join(folder, 'socket');
  const generalLog = join(folder, 'general.log');
  const flags = {
    'bind-address': '127.0.0.1',
    'skip-name-resolve': '1',
    socket,
    'pid-file': join(folder, 'pid'),
    'init-file': initFile,
    'general-log': '1',
    'general-log-file': generalLog,
    'innodb-buffer-pool-size': '32M',
    'innodb-flush-log-at-trx-commit': '0',
    'performance-schema': 'OFF',
    ...(tls !== false && {
      'ssl-ca': caFile,
      'ssl-cert': certificateFile,
      'ssl-key': keyFile,
      'require-secure-transport': 'ON',
    }),
    ...plan.flags,
    ...settings,
  };
  const running = await launchProgram({
    title,
    command: program.command,
    parameters: (port) => parameters(program, data, { ...flags, port: String(port) }),
    folder,
    data,
    startLimitMs: 60_000,
    isReady: (log) => log.includes('ready for connections') && existsSync(flags.socket),
    // At once: nobody reads the data again.
    signals: ['SIGKILL'],
  });
  return { host: 'localhost', superuser, ca, caFile, version: program.version, generalLog, ...running };
}

/** What every run of the program needs: no file of the system is read. */
export function parameters(program: ServerProgram, data: string, flags: Readonly<Record<string, string>>): string[] {
  const all = {
    datadir: data,
    basedir: program.base,
    'lc-messages-dir': program.share,
    'character-sets-dir': join(program.share, 'charsets'),
    ...(program.plugins === undefined ? {} : { 'plugin-dir': program.plugins }),
    // The servers refuse root unless told so. It is a private server on loopback, which may write nothing but its own folder.
    ...(process.getuid?.() === 0 ? { user: 'root' } : {}),
    ...flags,
  };
  return ['--no-defaults', ...Object.entries(all).map(([name, value]) => `--${name}=${value}`)];
}
