import { type ChildProcess, spawn } from 'node:child_process';
import { TestRunner } from 'vitest';

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How long a command may take where no test around it sets a limit. */
const ALONE_MS = 30_000;

export interface Surroundings {
  /** The folder to run in: this process's own unless another one is given. */
  readonly cwd?: string;
  /** The running test's own unless another one is given, so that a test's time-out leaves nothing behind. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a program with nothing of this process's environment but PATH, what Node has compiled, and the given variables.
 * When the signal aborts, everything that the program started and left in its process group is ended, and the reason is thrown.
 */
export async function run(
  program: string,
  parameters: readonly string[],
  env: Record<string, string> = {},
  { cwd = process.cwd(), signal = timeLimit() }: Surroundings = {},
): Promise<Finished> {
  signal.throwIfAborted();
  const child = spawn(program, parameters, {
    cwd,
    env: { PATH: process.env.PATH ?? '', NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, so that what the program starts can be ended with it.
    detached: true,
  });
  const dismiss = guard(child);
  const told = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      told[name] += chunk;
    });
  }
  const end = () => {
    endGroup(child);
    // A process that left the group may hold the pipes; nobody waits for it.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  signal.addEventListener('abort', end);
  const status = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  signal.removeEventListener('abort', end);
  dismiss();
  signal.throwIfAborted();
  return { status, ...told };
}

function timeLimit(): AbortSignal {
  return TestRunner.getCurrentTest()?.context.signal ?? AbortSignal.timeout(ALONE_MS);
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The last process of the group has ended by itself.
  }
}

/**
 * A group of its own does not hear Ctrl-C, and the test runner ends its workers without a word. So a shell waits at a pipe which the
 * system closes with this process, and then ends the group. Gives the function that sends the shell away.
 */
function guard({ pid }: ChildProcess): () => void {
  if (pid === undefined) return () => {};
  const shell = spawn('/bin/sh', ['-c', 'read -r _; kill -KILL "-$1"', 'sh', String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.on('error', () => {});
  return () => shell.kill('SIGKILL');
}
