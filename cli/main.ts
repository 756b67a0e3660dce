#!/usr/bin/env node
/** `rekey <command>`: the operator's tool. A command is one file; loaded only when it is asked for. */
import type { Command } from './command.ts';
import { failureOf } from './failure.ts';
import { UsageError } from './usage.ts';

const commands: Readonly<Record<string, () => Promise<Command>>> = {
  cost: async () => (await import('./cost.ts')).cost,
};

const help = `Usage: rekey <command> [options]

  cost    what the secrets and parameters of a region cost a month, and what would be cheaper

rekey <command> --help tells more.
Ends with 0 when all went well, 1 when something failed, 2 when the command line is wrong.
`;

// A reader that went away (`| head`) is no reason to fail.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

await main(process.argv.slice(2));

async function main([name, ...parameters]: readonly string[]): Promise<void> {
  if (name === '--help' || name === '-h') {
    process.stdout.write(help);
    return;
  }
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  const load = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  try {
    if (load === undefined) {
      const fact = name === undefined ? 'no command' : `unknown command ${JSON.stringify(name)}`;
      throw new UsageError(fact, 'rekey --help lists the commands');
    }
    const command = await load();
    const { env, stdout, stderr } = process;
    await command(parameters, { env, stdout, stderr, signal: interrupted.signal });
  } catch (error) {
    // As a shell counts a program that Ctrl-C ended.
    if (interrupted.signal.aborted) process.exitCode = 130;
    else {
      const failure = failureOf(error, load === undefined ? 'rekey' : `rekey ${name}`);
      process.stderr.write(failure.text);
      process.exitCode = failure.status;
    }
  }
}
