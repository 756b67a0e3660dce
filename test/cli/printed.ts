import type { Command, Terminal } from '../../cli/command.ts';

export interface Printed {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in this process. Credentials come from the environment. */
export async function runCommand(
  command: Command,
  parameters: readonly string[],
  more: Partial<Terminal> = {},
): Promise<Printed> {
  const told = { stdout: '', stderr: '' };
  const output = (name: keyof typeof told) => ({
    write: (text: string) => {
      told[name] += text;
    },
  });
  const status = await command(parameters, {
    env: {},
    stdout: output('stdout'),
    stderr: output('stderr'),
    signal: new AbortController().signal,
    ...more,
  });
  return { status, ...told };
}

/** The lines that a screen of 80 columns would break. */
export function tooWide(text: string): string[] {
  return text.split('\n').filter((line) => line.length > 80);
}
