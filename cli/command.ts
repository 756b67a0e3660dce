/** What all commands of `rekey` have in common: the account as AWS's CLI names it, --json, help that fits a screen. */
import { CommanderError, Command as Parser } from 'commander';
import { guarded } from '../terminal/foreign.ts';
import type { Output } from '../terminal/output.ts';
import { wrapped } from '../terminal/table.ts';
import { UsageError } from '../terminal/usage.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';

/** What a command gets of the process, so that a test can give it something else. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin?: AsyncIterable<Uint8Array | string> & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  readonly signal: AbortSignal;
}

export interface Command {
  /** Throws UsageError for a wrong command line, RotationError for everything that can go wrong outside. */
  (parameters: readonly string[], terminal: Terminal): Promise<ExitCode>;
  /** What a shell can complete after its name. */
  readonly words: readonly Word[];
}

/** By name: what it gives, and how it is loaded. */
export type Commands = Readonly<Record<string, readonly [about: string, load: () => Promise<Command>]>>;

/** An option with its dashes, or an argument that is one of a few. */
export interface Word {
  readonly text: string;
  readonly about: string;
}

/** Where to look. Each is undefined unless it was given. */
export interface Place {
  readonly profile?: string;
  readonly region?: string;
  readonly endpointUrl?: string;
}

export interface Given<O> {
  readonly options: O & Place & { readonly json?: true };
  /** What stands beside the options: names of secrets, a code. */
  readonly names: readonly string[];
}

interface Shape {
  readonly name: string;
  /** What it gives, and whether it changes anything: the beginning of its help. */
  readonly about: string;
  /** Its own options and arguments. */
  readonly define?: (parser: Parser) => unknown;
  /** The arguments that there are, where they are known without asking anybody. */
  readonly completes?: readonly Word[];
  /** It asks AWS: --region and the others make sense. */
  readonly isOnAccount?: boolean;
  /** The actions that it needs, and other words at the end of the help. */
  readonly after?: string;
}

const HELP = 'this text';

export function command<O extends object>(
  shape: Shape,
  run: (given: Given<O>, terminal: Terminal) => Promise<ExitCode>,
): Command {
  const parse = async (parameters: readonly string[], terminal: Terminal) => {
    const parser = parserOf(shape, terminal.stdout);
    try {
      parser.parse(parameters, { from: 'user' });
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      if (error.exitCode === 0) return exitCodes.good;
      throw usageErrorOf(error, `rekey ${shape.name}`);
    }
    const options = parser.opts<Given<O>['options']>();
    return run(
      { options, names: parser.args },
      { ...terminal, stdout: guarded(terminal.stdout, options.json ?? false) },
    );
  };
  const wordsOf = () => [
    ...(shape.completes ?? []),
    ...parserOf(shape, { write: () => {} }).options.map(({ long, description }) => ({
      text: long ?? '',
      about: description,
    })),
    { text: '--help', about: HELP },
  ];
  return Object.defineProperty(parse, 'words', { get: wordsOf }) as Command;
}

function parserOf({ name, about, define, isOnAccount = true, after }: Shape, stdout: Output): Parser {
  const parser = quiet(new Parser(`rekey ${name}`), stdout)
    .description(about)
    .allowExcessArguments(false);
  define?.(parser);
  if (isOnAccount) {
    parser
      .option('--profile <name>', 'as of the AWS CLI; or AWS_PROFILE')
      .option('--region <region>', 'or AWS_REGION, AWS_DEFAULT_REGION, the profile', region)
      .option('--endpoint-url <url>', 'as of the sandbox; or AWS_ENDPOINT_URL', endpoint);
  }
  parser.option('--json', 'the same as data').helpOption('-h, --help', HELP);
  return after === undefined ? parser : parser.addHelpText('after', `\n${linesOf(after).join('\n')}`);
}

const linesOf = (text: string) => text.split('\n').flatMap((line) => wrapped(line, 80));

/** Errors are told in one place, which is main.ts, and no line is wider than a screen. */
export function quiet(parser: Parser, stdout: Output): Parser {
  return parser.exitOverride().configureOutput({
    writeOut: (text) => void stdout.write(text),
    writeErr: () => {},
    getOutHelpWidth: () => 80,
    getErrHelpWidth: () => 80,
  });
}

/** One fact and one hint out of commander's sentence, which ends in `(Did you mean --json?)` where it has a guess. */
export function usageErrorOf({ message }: CommanderError, program: string): UsageError {
  const [first = '', guess] = message.replace(/^error: /, '').split('\n');
  const meant = /^\(Did you mean (.+)\?\)$/.exec(guess ?? '')?.[1];
  const rest = `${program} --help lists the ${program === 'rekey' ? 'commands' : 'options'}`;
  return new UsageError(first.replace(/\.$/, ''), meant === undefined ? rest : `did you mean ${meant}? ${rest}`);
}

function region(text: string): string {
  if (/^[a-z]{2,}(-[a-z]+)+-\d+$/.test(text)) return text;
  throw new UsageError(`--region ${JSON.stringify(text)} is no region`, 'a region looks like eu-west-1');
}

function endpoint(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new UsageError(
    `--endpoint-url ${JSON.stringify(text)} is no address`,
    'an address looks like http://127.0.0.1:4566',
  );
}
