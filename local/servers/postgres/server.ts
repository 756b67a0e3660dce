import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createAuthority } from '../../certificates.ts';
import { chownAll, type Identity, runnableNative } from './binaries.ts';
import { guardAgainstOrphan } from './orphan-guard.ts';
import { environment, launch, serverIdentity, stop } from './process.ts';

export interface PostgresOptions {
  /** Major version, 18 when absent. See `availablePostgresVersions`. */
  readonly version?: number;
  /** On unless false; then nothing but TLS gets in. A certificate for other names, or one that expired, on request. */
  readonly tls?: boolean | { readonly names?: readonly string[]; readonly notAfter?: Date };
  readonly settings?: Readonly<Record<string, string>>;
  /** Replaces pg_hba.conf. */
  readonly hba?: string;
}

export interface PostgresServer {
  /** The name in the certificate; the server listens on 127.0.0.1, which is in it too. */
  readonly host: 'localhost';
  readonly port: number;
  readonly superuser: { readonly username: string; readonly password: string };
  /** PEM text, and a file with it. */
  readonly ca: string;
  readonly caFile: string;
  readonly version: number;
  readonly logFile: string;
  stop(): Promise<void>;
}

/** Starts a PostgreSQL of its own in a temporary folder, with TLS and SCRAM, on a free port of this machine. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const { version = 18 } = options;
  const folder = mkdtempSync(join(tmpdir(), 'rekey-postgres-'));
  try {
    return await start(folder, version, options);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function start(folder: string, version: number, options: PostgresOptions): Promise<PostgresServer> {
  const identity = serverIdentity();
  if (identity) chownAll(folder, identity);
  const native = runnableNative(version, folder, identity);
  const data = join(folder, 'data');
  const password = randomBytes(24).toString('base64url');
  const own = (path: string) => {
    if (identity) chownAll(path, identity);
    return path;
  };

  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  await initialise(native, data, own(passwordFile), identity);
  rmSync(passwordFile);

  const authority = createAuthority();
  const tls = join(folder, 'tls');
  const caFile = join(tls, 'ca.pem');
  const { tls: wanted = true } = options;
  const { certificate, key } = authority.issue(typeof wanted === 'object' ? wanted : {});
  mkdirSync(tls);
  writeFileSync(caFile, authority.ca);
  writeFileSync(join(tls, 'server.crt'), certificate);
  writeFileSync(join(tls, 'server.key'), key, { mode: 0o600 });
  own(tls);
  appendFileSync(join(data, 'postgresql.conf'), configuration(tls, wanted !== false, options.settings));
  writeFileSync(join(data, 'pg_hba.conf'), options.hba ?? defaultHba(wanted !== false));

  const logFile = join(folder, 'server.log');
  const { child, port } = await launch(join(native, 'bin', 'postgres'), data, logFile, identity);
  const release = guardAgainstOrphan(child, folder);
  return {
    host: 'localhost',
    port,
    superuser: { username: 'postgres', password },
    ca: authority.ca,
    caFile,
    version,
    logFile,
    stop: async () => {
      await stop(child);
      release();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function initialise(native: string, data: string, passwordFile: string, identity: Identity): Promise<void> {
  const encoding = ['-E', 'UTF8', '--no-locale'];
  const login = ['-U', 'postgres', '--pwfile', passwordFile, '--auth=scram-sha-256'];
  const parameters = ['-D', data, ...login, ...encoding, '--no-sync'];
  await promisify(execFile)(join(native, 'bin', 'initdb'), parameters, { ...identity, env: environment, cwd: '/' });
}

function configuration(tls: string, isTls: boolean, settings: Readonly<Record<string, string>> = {}): string {
  const all = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'off',
    shared_buffers: '16MB',
    password_encryption: 'scram-sha-256',
    ...(isTls && { ssl: 'on', ssl_cert_file: join(tls, 'server.crt'), ssl_key_file: join(tls, 'server.key') }),
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`);
  return `\n${lines.join('')}`;
}

/** A standby logs in to `replication`, which `all` does not mean. */
const defaultHba = (isTls: boolean) =>
  ['all', 'replication']
    .map((database) => `${isTls ? 'hostssl' : 'host'} ${database} all 127.0.0.1/32 scram-sha-256\n`)
    .join('');
