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
    const line = { level, message, ...always(), ...fields };
    process.stdout.write(`${redact.text(JSON.stringify(line))}\n`);
  };
  return { info: write('INFO'), error: write('ERROR') };
}
