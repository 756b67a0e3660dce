#!/usr/bin/env node
/** `rekey <command>`: the operator's tool. A command is one file; loaded only when it is asked for. */
import './old-node.ts';
import { CommanderError, Command as Parser } from 'commander';
import { interruption, statusOf } from '../terminal/interruption.ts';
import { allowLeavingReaders } from '../terminal/output.ts';
import { UsageError } from '../terminal/usage.ts';
import { quiet, type Terminal, usageErrorOf } from './command.ts';
import { commands } from './commands.ts';
import { type ExitCode, exitCodes, exitHelp } from './exit-codes.ts';
import { failureOf } from './failure.ts';
import { packaged } from './package.ts';

allowLeavingReaders();
await main(process.argv.slice(2));

async function main(parameters: readonly string[]): Promise<void> {
  const signal = interruption();
  const { env, stdin, stdout, stderr } = process;
  try {
    const status = await run(parameters, { env, stdin, stdout, stderr, signal });
    process.exitCode = signal.aborted ? statusOf(signal) : status;
  } catch (error) {
    if (signal.aborted) process.exitCode = statusOf(signal);
    else {
      const [name = ''] = parameters;
      const failure = failureOf(error, Object.hasOwn(commands, name) ? `rekey ${name}` : 'rekey');
      stderr.write(failure.text);
      process.exitCode = failure.status;
    }
  }
}

async function run(parameters: readonly string[], terminal: Terminal): Promise<ExitCode> {
  if (parameters.length === 0) throw new UsageError('no command', 'rekey --help lists the commands');
  let chosen: (() => Promise<ExitCode>) | undefined;
  const parser = quiet(new Parser('rekey'), terminal.stdout)
    .description('Sees, checks and rotates the secrets of an AWS account, or of the sandbox.')
    .usage('<command> [options]')
    // Its two are in the text at the end: the commands have the screen.
    .configureHelp({ visibleOptions: () => [] })
    .enablePositionalOptions()
    .helpCommand(false)
    .version(JSON.parse(packaged('package.json')).version)
    .addHelpText('after', `\nrekey <command> --help tells more, rekey --version which one this is.\n${exitHelp}`);
  for (const [name, [about, load]] of Object.entries(commands)) {
    parser
      .command(name)
      .description(about)
      .helpOption(false)
      .allowUnknownOption()
      .allowExcessArguments()
      .action((_, { args }: Parser) => {
        chosen = async () => (await load())(args, terminal);
      });
  }
  try {
    parser.parse(parameters, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return exitCodes.good;
    throw usageErrorOf(error, 'rekey');
  }
  return chosen === undefined ? exitCodes.good : chosen();
}
