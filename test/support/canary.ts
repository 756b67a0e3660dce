/** Logs of real servers, at their most talkative, are searched for passwords that rotations of this test file have made. */
import { readFileSync } from 'node:fs';
import type { Sandbox } from '../../local/sandbox.ts';
import type { Redactor } from '../../shared/rotation/redact.ts';

/** Fewer characters in a row are in the random texts of a long log by chance. */
const PIECE = 8;

const heard = new Set<string>();
const excused = new Set<string>();

/** As the generator makes them by default. What tests write by hand, and send to servers by hand, is none. */
const isGenerated = (text: string) =>
  text.length >= 20 &&
  text.length <= 128 &&
  [/[a-z]/, /[A-Z]/, /\d/, /[^\w\s]/].every((kind) => kind.test(text)) &&
  !/\s/.test(text);

function hear(text: unknown): void {
  if (typeof text === 'string' && isGenerated(text)) heard.add(text);
}

/** A redactor that hears what must not be seen: all that rotations in this process make. */
export function heardBy(redact: Redactor): Redactor {
  return {
    ...redact,
    add(...values) {
      for (const value of values) hear(value);
      redact.add(...values);
    },
  };
}

/** Hears what packaged functions have stored. Before the sandbox is closed. */
export function hearValues({ secretsManager }: Sandbox): void {
  for (const { versions } of secretsManager.secrets()) {
    for (const { value } of versions) {
      if (value === undefined || !('string' in value)) continue;
      try {
        hear(JSON.parse(value.string).password);
      } catch {
        // What is no JSON holds no password of a database.
      }
    }
  }
}

/** The page of the engine says that this password is in the log. `page` is where. */
export function isShown(password: string, page: string): void {
  if (page === '') throw new Error('which page says so?');
  excused.add(password);
}

/** Stops the server. Rejects when a log shows eight characters in a row of a password. */
export async function searched(server: { stop(): Promise<void> }, logs: readonly string[]): Promise<void> {
  const passwords = [...heard].filter((password) => !excused.has(password));
  const found = logs.map((file) => leakIn(readFileSync(file, 'latin1'), passwords));
  await server.stop();
  for (const line of found)
    if (line !== undefined) throw new Error(`the log of the server shows a piece of a password: ${line}`);
}

/** The line of the first piece. */
export function leakIn(text: string, passwords: readonly string[]): string | undefined {
  const pieces = new Set<string>();
  // Three characters that a piece begins with: most of a text is passed over by them.
  const starts = new Uint8Array(1 << 21);
  const at = (of: string, index: number) =>
    ((of.charCodeAt(index) & 127) << 14) | ((of.charCodeAt(index + 1) & 127) << 7) | (of.charCodeAt(index + 2) & 127);
  for (const password of passwords) {
    for (let index = 0; index + PIECE <= password.length; index++) {
      pieces.add(password.slice(index, index + PIECE));
      starts[at(password, index)] = 1;
    }
  }
  for (let index = 0; index + PIECE <= text.length; index++) {
    if (starts[at(text, index)] === 0 || !pieces.has(text.slice(index, index + PIECE))) continue;
    return text
      .slice(text.lastIndexOf('\n', index) + 1)
      .split('\n', 1)[0]
      ?.slice(0, 300);
  }
  return undefined;
}
