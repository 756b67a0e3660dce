import { type ParseArgsConfig, parseArgs } from 'node:util';

/** The command line is wrong: one fact, which is the message, and one hint; the program ends with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly hint: string;

  constructor(fact: string, hint: string) {
    super(fact);
    this.hint = hint;
  }
}

/** The options that were given, or UsageError with this hint. */
export function parseOptions<T extends NonNullable<ParseArgsConfig['options']>>(
  options: T,
  hint: string,
  parameters: readonly string[] = process.argv.slice(2),
) {
  try {
    return parseArgs({ args: [...parameters], options }).values;
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    if (typeof code !== 'string' || !code.startsWith('ERR_PARSE_ARGS')) throw error;
    // Node's first sentence is the fact; what follows are hints of its own.
    throw new UsageError(message.split(/\.\s|\n/)[0] ?? code, hint);
  }
}

/** The name, if it is one of these. */
export function known(what: string, name: string, names: readonly string[]): string {
  if (names.includes(name)) return name;
  throw new UsageError(`--${what} ${name}: no such ${what} here`, `choose one of: ${names.join(', ')}`);
}

/** Refuses what would be ignored beside `--chosen`: whoever gave it expects something of it. */
export function refuseBeside(chosen: string, others: Readonly<Record<string, unknown>>): void {
  const [ignored] = Object.keys(others).filter((name) => others[name] !== undefined);
  if (ignored === undefined) return;
  throw new UsageError(`--${ignored} does nothing beside --${chosen}`, 'leave one of the two out');
}

/** For a program that has one thing to say: on standard error, a line for the fact and one for the hint. */
export function complain(error: unknown): void {
  if (error instanceof UsageError) {
    const fact = error.message.charAt(0).toLowerCase() + error.message.slice(1);
    process.stderr.write(`${fact}\n${error.hint}\n`);
    process.exitCode = 2;
  } else {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
