/** A mongod of its own, when one is on the path. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { createAuthority } from '../../local/certificates.ts';
import { guardAgainstOrphan } from '../../local/servers/orphan-guard.ts';
import { deadPort } from './sockets.ts';

export interface Mongod {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly ca: string;
  readonly caFile: string;
  stop(): Promise<void>;
}

export function mongodOnPath(): string | undefined {
  const candidates = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'mongod'));
  return candidates.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** With TLS, and a user with the role root. */
export async function startMongod(file: string): Promise<Mongod> {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-mongod-'));
  const authority = createAuthority();
  const { certificate, key } = authority.issue();
  const [data, certificateFile, caFile] = [join(folder, 'data'), join(folder, 'server.pem'), join(folder, 'ca.pem')];
  mkdirSync(data);
  writeFileSync(certificateFile, `${certificate}${key}`, { mode: 0o600 });
  writeFileSync(caFile, authority.ca);
  const port = await deadPort();
  const network = ['--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket'];
  const tls = ['--tlsMode', 'requireTLS', '--tlsCertificateKeyFile', certificateFile];
  const child = spawn(file, ['--dbpath', data, '--auth', '--quiet', ...network, ...tls], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const release = guardAgainstOrphan(child, folder);
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    release();
    rmSync(folder, { recursive: true, force: true });
  };
  const user = { username: 'primary', password: randomBytes(24).toString('base64url') };
  try {
    await makeFirstUser(port, authority.ca, user, () => child.exitCode !== null);
  } catch (error) {
    await stop();
    throw error;
  }
  return { host: 'localhost', port, ...user, ca: authority.ca, caFile, stop };
}

/** Who comes from the same machine may make the first user: https://www.mongodb.com/docs/manual/core/localhost-exception/ */
export async function makeFirstUser(
  port: number,
  ca: string,
  user: { username: string; password: string },
  hasEnded: () => boolean,
): Promise<void> {
  const options = { tls: true, ca, directConnection: true, serverSelectionTimeoutMS: 1000 };
  for (const deadline = Date.now() + 30_000; ; await wait(100)) {
    const client = new MongoClient(`mongodb://localhost:${port}/`, options);
    try {
      await client.db('admin').command({ createUser: user.username, pwd: user.password, roles: ['root'] });
      return;
    } catch (error) {
      if (hasEnded() || Date.now() > deadline) throw error;
    } finally {
      await client.close();
    }
  }
}
