import { type ParseArgsConfig, parseArgs } from 'node:util';

/** A mistake on the command line: one fact, one hint, exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly hint: string;

  constructor(fact: string, hint: string) {
    super(fact);
    this.hint = hint;
  }
}

export function parseOptions<T extends NonNullable<ParseArgsConfig['options']>>(options: T, help: string) {
  try {
    return parseArgs({ options, strict: true }).values;
  } catch (error) {
    // Node's messages go on to explain what to do about positional arguments, of which there are none here.
    const [fact = ''] = (error as Error).message.split(/\. |\n/);
    throw new UsageError(fact.charAt(0).toLowerCase() + fact.slice(1), help);
  }
}

export function complain(error: unknown): void {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n${error.hint}\n`);
    process.exitCode = 2;
  } else {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

/** The engine that was asked for, if there is such a one. */
export const knownEngine = (name: string, names: readonly string[]): string => known('engine', name, names);

export function known(what: 'engine' | 'provider' | 'store', name: string, names: readonly string[]): string {
  if (names.includes(name)) return name;
  throw new UsageError(`--${what} ${name}: no such ${what} here`, `choose one of: ${names.join(', ')}`);
}

/** Aborted by Ctrl-C or a polite kill; then what was started is stopped in order. A second one ends the process at once. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const stop = (signal: NodeJS.Signals) => {
    for (const each of signals) process.removeListener(each, stop);
    process.exitCode = signal === 'SIGINT' ? 130 : 143;
    controller.abort();
  };
  for (const signal of signals) process.on(signal, stop);
  return controller.signal;
}
