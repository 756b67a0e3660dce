import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type LocalServer, type TlsOption, writeCertificate } from '../local-server.ts';
import { environment, inFolder, launch, type RunningServer } from '../process.ts';
import { chownAll, type Identity, runnableNative } from './binaries.ts';

export interface PostgresOptions {
  /** Major version, 18 when absent. See `availablePostgresVersions`. */
  readonly version?: number;
  readonly tls?: TlsOption;
  readonly settings?: Readonly<Record<string, string>>;
  /** Replaces pg_hba.conf. */
  readonly hba?: string;
}

export interface PostgresServer extends LocalServer {
  readonly version: number;
  readonly logFile: string;
}

/** Starts a PostgreSQL of its own in a temporary folder, with TLS and SCRAM, on a free port of this machine. */
export function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  return inFolder('postgres', (folder) => start(folder, options));
}

async function start(
  folder: string,
  { version = 18, tls = true, settings, hba }: PostgresOptions,
): Promise<PostgresServer> {
  const identity = serverIdentity();
  const own = (path: string) => {
    if (identity) chownAll(path, identity);
    return path;
  };
  own(folder);
  const native = runnableNative(version, folder, identity);
  const data = join(folder, 'data');
  const password = randomBytes(24).toString('base64url');

  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  await initialise(native, data, own(passwordFile), identity);
  rmSync(passwordFile);

  const files = writeCertificate(folder, tls);
  own(files.tls);
  const withTls = { ssl: 'on', ssl_cert_file: files.certificateFile, ssl_key_file: files.keyFile };
  appendFileSync(
    join(data, 'postgresql.conf'),
    `\n${configuration({ ...common, ...(tls !== false && withTls), ...settings })}`,
  );
  writeFileSync(join(data, 'pg_hba.conf'), hba ?? defaultHba(tls !== false));

  return {
    host: 'localhost',
    superuser: { username: 'postgres', password },
    ca: files.ca,
    caFile: files.caFile,
    version,
    ...(await launchPostgres(native, folder, data, identity)),
  };
}

/** PostgreSQL refuses root. `nobody` is the user that every system has a passwd entry for, which initdb asks for. */
export function serverIdentity(): Identity {
  return process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : undefined;
}

export function launchPostgres(native: string, folder: string, data: string, user: Identity): Promise<RunningServer> {
  return launch({
    title: 'PostgreSQL',
    command: [join(native, 'bin', 'postgres')],
    parameters: (port) => ['-D', data, '-p', String(port)],
    user,
    folder,
    data,
    startLimitMs: 30_000,
    // A standby says "read-only connections", without the hyphen before version 14.
    isReady: (log) => /database system is ready to accept (read.only )?connections/.test(log),
    // The fast shutdown, then the immediate one. https://www.postgresql.org/docs/18/server-shutdown.html
    signals: ['SIGINT', 'SIGQUIT'],
  });
}

async function initialise(native: string, data: string, passwordFile: string, identity: Identity): Promise<void> {
  const encoding = ['-E', 'UTF8', '--no-locale'];
  const login = ['-U', 'postgres', '--pwfile', passwordFile, '--auth=scram-sha-256'];
  const parameters = ['-D', data, ...login, ...encoding, '--no-sync'];
  await promisify(execFile)(join(native, 'bin', 'initdb'), parameters, { ...identity, env: environment, cwd: '/' });
}

const common = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'off',
  shared_buffers: '16MB',
  password_encryption: 'scram-sha-256',
};

/** Lines of a configuration file. */
export function configuration(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`)
    .join('');
}

/** A standby logs in to `replication`, which `all` does not mean. */
const defaultHba = (isTls: boolean) =>
  ['all', 'replication']
    .map((database) => `${isTls ? 'hostssl' : 'host'} ${database} all 127.0.0.1/32 scram-sha-256\n`)
    .join('');
