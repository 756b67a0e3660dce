/**
 * The one place that knows which texts are secret in this invocation. Whatever leaves the function (errors, log lines,
 * notifications) passes through it, so that no author of an engine or provider has to remember.
 */
import { percentEncoded } from './copy-forms.ts';
import { RotationError, UnexpectedError } from './errors.ts';

const MASK = '[redacted]';
/** Shorter texts occur by chance everywhere; masking them would make every message unreadable. */
const SHORTEST = 4;

export interface Redactor {
  /** Remembers values that must never be seen. */
  add(...values: readonly unknown[]): void;
  text(text: string): string;
  /** A typed error that says the same, `where` in front, with every known value masked in message, stack and cause. */
  error(error: unknown, where?: string): RotationError;
}

export function redactor(): Redactor {
  const forms = new Set<string>();
  let ordered: string[] = [];

  const text = (input: string): string => ordered.reduce((out, form) => out.replaceAll(form, MASK), input);

  return {
    add(...values) {
      for (const value of values) {
        if (typeof value !== 'string' || value.length < SHORTEST) continue;
        for (const form of formsOf(value)) forms.add(form);
      }
      ordered = [...forms].sort((a, b) => b.length - a.length);
    },
    text,
    error: (error, where = '') => retold(error instanceof RotationError ? error : unforeseen(error), where, text),
  };
}

/** A value as it may appear in JSON, in a URL, in an SQL literal, in a connection string or .pgpass, or encoded. */
function formsOf(value: string): string[] {
  return [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value.toWellFormed()),
    percentEncoded(value),
    value.replaceAll("'", "''"),
    value.replace(/[\\']/g, '\\$&'),
    value.replace(/[\\:]/g, '\\$&'),
    Buffer.from(value).toString('base64'),
    Buffer.from(value).toString('base64url'),
  ];
}

function retold(error: RotationError, where: string, text: (input: string) => string): RotationError {
  const clean: RotationError = Object.create(Object.getPrototypeOf(error));
  const set = (key: string, value: unknown, enumerable: boolean) =>
    Object.defineProperty(clean, key, { value, enumerable, writable: true, configurable: true });
  const message = text(where + error.message);
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  set('message', message, false);
  set('stack', text([`${error.name}: ${message}`, ...frames].join('\n')), false);
  set('name', error.name, false);
  set('fact', text(error.fact), true);
  set('hint', text(error.hint), true);
  set('code', error.code, true);
  set('retryable', error.retryable, true);
  if (error.about !== undefined) set('about', error.about, true);
  for (const mark of ['isParameter', 'isDeleted', 'ofPending', 'ofTag'] as const)
    if (error[mark]) set(mark, true, true);
  const cause = causeOf(error.cause, text);
  if (cause !== undefined) set('cause', cause, false);
  return clean;
}

function unforeseen(error: unknown): RotationError {
  const { name, message } = error instanceof Error ? unquoted(error) : { name: typeof error, message: 'not an Error' };
  return new UnexpectedError(`${name}: ${message}`, {
    hint: 'report this with the log of the invocation; the next rotation starts afresh',
    cause: error,
  });
}

/** A parser quotes what it could not read: the value itself, of which nobody has heard yet. */
function unquoted(error: Error): Pick<Error, 'name' | 'message' | 'stack'> {
  return error instanceof SyntaxError ? { name: error.name, message: 'a text could not be parsed' } : error;
}

/** Drivers hang the statement or the configuration on their errors; only name, code and text are kept. */
function causeOf(cause: unknown, text: (input: string) => string, depth = 0): Error | undefined {
  if (!(cause instanceof Error) || depth > 3) return undefined;
  const inner = causeOf(cause.cause, text, depth + 1);
  const { name, message, stack } = unquoted(cause);
  const clean = new Error(text(message), inner === undefined ? undefined : { cause: inner });
  clean.name = name;
  clean.stack = text(stack ?? message);
  const { code } = cause as { code?: unknown };
  if (typeof code === 'string') Object.assign(clean, { code: text(code) });
  return clean;
}
