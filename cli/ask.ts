import { createInterface } from 'node:readline/promises';
import { wrapped } from '../terminal/table.ts';
import { UsageError } from '../terminal/usage.ts';
import type { Terminal } from './command.ts';

/** Says what is about to be done, and waits for a yes. On standard error, for standard output may be data. */
export async function agreed(plan: string, yes: boolean, { stdin, stderr, signal }: Terminal): Promise<boolean> {
  stderr.write(`${wrapped(plan, 80).join('\n')}\n`);
  if (yes) return true;
  if (stdin?.isTTY !== true) throw new UsageError('nobody is there to be asked', '--yes says yes beforehand');
  stderr.write('Go on? [y/N] ');
  const lines = createInterface({ input: stdin as unknown as NodeJS.ReadableStream });
  try {
    const answer = await lines.question('', { signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}
