/** What MySQL and MariaDB have in common as private servers: one temporary folder, loopback only, TLS, every statement logged. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createAuthority } from '../../certificates.ts';
import { guardAgainstOrphan } from '../postgres/orphan-guard.ts';
import type { ServerProgram } from './binaries.ts';

export interface MysqlOptions {
  /** On unless false; then nothing but TLS gets in. A certificate for other names, or one that expired, on request. */
  readonly tls?: boolean | { readonly names?: readonly string[]; readonly notAfter?: Date };
  /** System variables, by the names of the command line: `max-connections`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface MysqlServer {
  /** The name in the certificate; the server listens on 127.0.0.1, which is in it too. */
  readonly host: 'localhost';
  readonly port: number;
  /** May do everything. Not `root`, which keeps no password here and is locked. */
  readonly superuser: { readonly username: string; readonly password: string };
  /** PEM text, and a file with it. */
  readonly ca: string;
  readonly caFile: string;
  readonly version: string;
  /** The general log: every statement as the server writes it down. */
  readonly generalLog: string;
  readonly logFile: string;
  stop(): Promise<void>;
}

export interface Launch {
  readonly title: string;
  readonly program: ServerProgram;
  /** Holds the data folder `data`; removed when the server stops. */
  readonly folder: string;
  /** Statements that the server runs before it takes connections, one a line. */
  readonly init: readonly string[];
  readonly superuser: MysqlServer['superuser'];
  readonly flags: Readonly<Record<string, string>>;
}

const startLimitMs = 60_000;

export async function launch(plan: Launch, options: MysqlOptions): Promise<MysqlServer> {
  const { folder, program, title } = plan;
  const authority = createAuthority();
  const { tls: wanted = true } = options;
  const { certificate, key } = authority.issue(typeof wanted === 'object' ? wanted : {});
  const tls = join(folder, 'tls');
  const caFile = join(tls, 'ca.pem');
  mkdirSync(tls);
  writeFileSync(caFile, authority.ca);
  writeFileSync(join(tls, 'server.crt'), certificate);
  writeFileSync(join(tls, 'server.key'), key, { mode: 0o600 });
  const initFile = join(folder, 'init.sql');
  writeFileSync(initFile, `${plan.init.join('\n')}\n`, { mode: 0o600 });

  const generalLog = join(folder, 'general.log');
  const logFile = join(folder, 'server.log');
  const flags = {
    'bind-address': '127.0.0.1',
    'skip-name-resolve': '1',
    socket: join(folder, 'socket'),
    'pid-file': join(folder, 'pid'),
    'init-file': initFile,
    'general-log': '1',
    'general-log-file': generalLog,
    'innodb-buffer-pool-size': '32M',
    'innodb-flush-log-at-trx-commit': '0',
    'performance-schema': 'OFF',
    ...(wanted !== false && {
      'ssl-ca': caFile,
      'ssl-cert': join(tls, 'server.crt'),
      'ssl-key': join(tls, 'server.key'),
      'require-secure-transport': 'ON',
    }),
    ...plan.flags,
    ...options.settings,
  };
  const { child, port } = await start(program, title, join(folder, 'data'), logFile, flags);
  const release = guardAgainstOrphan(child, folder);
  return {
    host: 'localhost',
    port,
    superuser: plan.superuser,
    ca: authority.ca,
    caFile,
    version: program.version,
    generalLog,
    logFile,
    stop: async () => {
      await kill(child);
      release();
      rmSync(folder, { recursive: true, force: true });
    },
  };
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

export const environment = { LC_ALL: 'C', TZ: 'UTC' };

/** Somebody else may take the free port before the server does; then another one is tried. */
async function start(
  program: ServerProgram,
  title: string,
  data: string,
  logFile: string,
  flags: Readonly<Record<string, string>>,
): Promise<{ child: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const log = openSync(logFile, 'w', 0o600);
    const [command, ...first] = program.command;
    const child = spawn(command, [...first, ...parameters(program, data, { ...flags, port: String(port) })], {
      env: environment,
      cwd: data,
      // Of its own group, so that Ctrl-C reaches the host program alone, which then stops it.
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    const failure = await ready(child, logFile, flags);
    if (failure === undefined) return { child, port };
    if (attempt === 5 || !failure.includes('Address already in use')) {
      throw new Error(`${title} did not start:\n${failure}`);
    }
  }
}

/** Undefined once it takes connections, else what its log says. */
async function ready(
  child: ChildProcess,
  logFile: string,
  flags: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  let spawnError: Error | undefined;
  child.once('error', (error) => {
    spawnError = error;
  });
  const until = Date.now() + startLimitMs;
  while (Date.now() < until) {
    const log = readFileSync(logFile, 'utf8');
    if (spawnError || child.exitCode !== null || child.signalCode !== null) return spawnError?.message ?? log;
    if (log.includes('ready for connections') && existsSync(flags.socket ?? '')) return undefined;
    await delay(10);
  }
  child.kill('SIGKILL');
  return `not ready after ${startLimitMs / 1000} s\n${readFileSync(logFile, 'utf8')}`;
}

/** At once: nobody reads the data again. */
async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  child.ref();
  child.kill('SIGKILL');
  await ended;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', resolve);
  });
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
