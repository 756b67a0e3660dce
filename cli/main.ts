#!/usr/bin/env node
/** `rekey <command>`: the operator's tool. A command is one file; loaded only when it is asked for. */
import { interruption, statusOf } from '../terminal/interruption.ts';
import { allowLeavingReaders } from '../terminal/output.ts';
import { UsageError } from '../terminal/usage.ts';
import type { Command } from './command.ts';
import { failureOf } from './failure.ts';

const commands: Readonly<Record<string, () => Promise<Command>>> = {
  cost: async () => (await import('./cost.ts')).cost,
};

const help = `Usage: rekey <command> [options]

  cost    what the secrets and parameters of a region cost a month, and what would be cheaper

rekey <command> --help tells more.
Ends with 0 when all went well, 1 when something failed, 2 when the command line is wrong.
`;

allowLeavingReaders();
await main(process.argv.slice(2));

async function main([name, ...parameters]: readonly string[]): Promise<void> {
  if (name === '--help' || name === '-h') {
    process.stdout.write(help);
    return;
  }
  const signal = interruption();
  const load = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  try {
    if (load === undefined) {
      const fact = name === undefined ? 'no command' : `unknown command ${JSON.stringify(name)}`;
      throw new UsageError(fact, 'rekey --help lists the commands');
    }
    const command = await load();
    const { env, stdout, stderr } = process;
    await command(parameters, { env, stdout, stderr, signal });
  } catch (error) {
    if (signal.aborted) process.exitCode = statusOf(signal);
    else {
      const failure = failureOf(error, load === undefined ? 'rekey' : `rekey ${name}`);
      process.stderr.write(failure.text);
      process.exitCode = failure.status;
    }
  }
}
