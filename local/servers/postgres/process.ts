import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Identity } from './binaries.ts';

const startLimitMs = 30_000;

export const environment = { LC_ALL: 'C', TZ: 'UTC' };

/** PostgreSQL refuses root. `nobody` is the user that every system has a passwd entry for, which initdb asks for. */
export function serverIdentity(): Identity {
  return process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : undefined;
}

/** Somebody else may take the free port before the server does; then another one is tried. */
export async function launch(program: string, data: string, logFile: string, identity: Identity) {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const log = openSync(logFile, 'w', 0o600);
    const child = spawn(program, ['-D', data, '-p', String(port)], {
      ...identity,
      env: environment,
      cwd: data,
      // Of its own group, so that Ctrl-C reaches the host program alone, which then stops it.
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    const failure = await ready(child, logFile);
    if (!failure) return { child, port };
    if (attempt === 5 || !failure.includes('Address already in use')) {
      throw new Error(`PostgreSQL did not start:\n${failure}`);
    }
  }
}

/** Undefined once it takes connections, else what its log says. */
async function ready(child: ChildProcess, logFile: string): Promise<string | undefined> {
  let spawnError: Error | undefined;
  child.once('error', (error) => {
    spawnError = error;
  });
  const until = Date.now() + startLimitMs;
  while (Date.now() < until) {
    const log = readFileSync(logFile, 'utf8');
    if (spawnError || child.exitCode !== null || child.signalCode !== null) return spawnError?.message ?? log;
    // A standby says "read-only connections", without the hyphen before version 14.
    if (/database system is ready to accept (read.only )?connections/.test(log)) return undefined;
    await delay(5);
  }
  child.kill('SIGKILL');
  return `not ready after ${startLimitMs / 1000} s\n${readFileSync(logFile, 'utf8')}`;
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  // SIGINT is the fast shutdown, SIGQUIT the immediate one. https://www.postgresql.org/docs/18/server-shutdown.html
  child.ref();
  child.kill('SIGINT');
  const impatience = setTimeout(() => child.kill('SIGQUIT'), 3_000);
  await ended;
  clearTimeout(impatience);
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
