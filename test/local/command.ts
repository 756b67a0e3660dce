import { spawn } from 'node:child_process';
import { announce, unavailable } from '../support/servers.ts';

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program with nothing of this process's environment but PATH and the given variables. */
export async function run(
  program: string,
  parameters: readonly string[],
  env: Record<string, string> = {},
): Promise<Finished> {
  const child = spawn(program, parameters, {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const status = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  const [stdout, stderr] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()]);
  return { status: await status, stdout: stdout.join(''), stderr: stderr.join('') };
}

/** The first of these programs that answers to the parameters with its version; undefined, and said so, when none does. */
export async function findTool(
  engine: string,
  programs: readonly string[],
  parameters: readonly string[],
): Promise<string | undefined> {
  for (const program of programs) {
    const { status, stdout } = await run(program, parameters);
    if (status !== 0) continue;
    announce({ engine, server: program, version: stdout.trim().split(' ')[0] ?? '' });
    return program;
  }
  unavailable({ engine, reason: `none of ${programs.join(', ')} runs` });
  return undefined;
}
