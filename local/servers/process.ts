/** A server program of this machine: private, on a free port of loopback, and gone with this process at the latest. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../loopback.ts';
import { guardAgainstOrphan } from './orphan-guard.ts';

export interface ServerProgram {
  /** For people. */
  readonly title: string;
  readonly command: readonly string[];
  /** What it is told once its port is known. */
  parameters(port: number): readonly string[];
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** Everything that is its own; removed when it stops. */
  readonly folder: string;
  readonly data: string;
  readonly startLimitMs: number;
  /** Does it take connections, by what it has logged? */
  isReady(log: string): boolean;
  /** The first one ends it; the other follows where that takes more than three seconds. */
  readonly signals: readonly [NodeJS.Signals, NodeJS.Signals?];
}

export interface RunningServer {
  readonly port: number;
  readonly logFile: string;
  stop(): Promise<void>;
}

export const environment = { LC_ALL: 'C', TZ: 'UTC' };

/** Gives `start` a temporary folder, which goes again when nothing was started. */
export async function inFolder<T>(name: string, start: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), `rekey-${name}-`));
  try {
    return await start(folder);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Somebody else may take the free port before the server does; then another one is tried. */
export async function launch(program: ServerProgram): Promise<RunningServer> {
  const { title, data, folder, user } = program;
  const [command = '', ...first] = program.command;
  const logFile = join(folder, 'server.log');
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const log = openSync(logFile, 'w', 0o600);
    const child = spawn(command, [...first, ...program.parameters(port)], {
      ...user,
      env: environment,
      cwd: data,
      // Of its own group, so that Ctrl-C reaches the host program alone, which then stops it.
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    const failure = await ready(child, logFile, program);
    if (failure === undefined) return { port, logFile, stop: stopper(child, program) };
    if (attempt === 5 || !failure.includes('Address already in use')) {
      throw new Error(`${title} did not start:\n${failure}`);
    }
  }
}

/** Undefined once it takes connections, else what its log says. */
async function ready(child: ChildProcess, logFile: string, program: ServerProgram): Promise<string | undefined> {
  const { startLimitMs, isReady } = program;
  let spawnError: Error | undefined;
  child.once('error', (error) => {
    spawnError = error;
  });
  const until = Date.now() + startLimitMs;
  while (Date.now() < until) {
    const log = readFileSync(logFile, 'utf8');
    if (spawnError || hasEnded(child)) return spawnError?.message ?? log;
    if (isReady(log)) return undefined;
    await delay(5);
  }
  child.kill('SIGKILL');
  return `not ready after ${startLimitMs / 1000} s\n${readFileSync(logFile, 'utf8')}`;
}

function stopper(child: ChildProcess, { folder, signals: [signal, impatient] }: ServerProgram): () => Promise<void> {
  const release = guardAgainstOrphan(child, folder);
  return async () => {
    if (!hasEnded(child)) {
      const ended = once(child, 'exit');
      child.ref();
      child.kill(signal);
      const impatience = impatient && setTimeout(() => child.kill(impatient), 3_000);
      await ended;
      clearTimeout(impatience);
    }
    release();
    rmSync(folder, { recursive: true, force: true });
  };
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null;
