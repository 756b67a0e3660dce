/** One JSON line per decision, on standard output, with every known secret value masked. */
import type { Redactor } from '../rotation/redact.ts';

export type Fields = Readonly<Record<string, unknown>>;

export interface Logger {
  info(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

/** `always` is evaluated for each line, so that it may grow while the invocation runs. */
export function logger(redact: Redactor, always: () => Fields): Logger {
  const write = (level: 'INFO' | 'ERROR') => (message: string, fields?: Fields) => {
    // Names stay as they are. If a password were also a name, a masked name would show a reader what the password is.
    const free = masked({ message, ...fields }, redact) as Fields;
    process.stdout.write(`${JSON.stringify({ level, ...always(), ...free })}\n`);
  };
  return { info: write('INFO'), error: write('ERROR') };
}

function masked(value: unknown, redact: Redactor): unknown {
  if (typeof value === 'string') return redact.text(value);
  if (Array.isArray(value)) return value.map((item) => masked(item, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, masked(item, redact)]));
}
