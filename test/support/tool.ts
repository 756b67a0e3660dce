import { run } from '../local/command.ts';
import { announce, unavailable } from './servers.ts';

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
