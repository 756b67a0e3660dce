/**
 * Logs of servers are searched for every password of a test file: those that rotations generate (canary.ts), and those that its cases
 * write by hand and hand to an engine. A search that could find nothing fails, unless its file says why.
 */
import { readFileSync } from 'node:fs';
import type { Sandbox } from '../../local/sandbox.ts';
import type { DatabaseEngine } from '../../shared/databases/engine.ts';
import * as canary from './canary.ts';

const PIECE = 8;

const handed = new Set<string>();
/** And what servers say of their own accord, as far as passwords that tests write have eight characters in a row of it. */
const sentByHand: string[] = [
  "To change another role's password",
  '(using password: YES)',
  'Size of the file (in bytes)',
];
let none = '';
let own = '';

const hand = (password: unknown): void => {
  if (typeof password === 'string') handed.add(password);
};

/** Where a member of a session takes a password. */
const takes: Readonly<Record<string, number>> = { setPassword: 1, addPassword: 0, opens: 1, cloneUser: 2 };

/** From now on, every password that this engine is handed, to log in or to set, must not be in a log. */
export function hearEngine(engine: DatabaseEngine): void {
  if (heardEngines.has(engine)) return;
  heardEngines.add(engine);
  const { connect } = engine;
  Object.assign(engine, {
    connect: async (...[login, ctx]: Parameters<typeof connect>) => {
      hand(login.password);
      return heard(await connect.call(engine, login, ctx));
    },
  });
}

const heardEngines = new WeakSet<DatabaseEngine>();

/** A session, or its rehearsal. */
function heard<T extends object>(session: T): T {
  return new Proxy(session, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (name === 'rehearsal' && member !== undefined) return heard(member as object);
      const at = takes[String(name)];
      if (at === undefined || typeof member !== 'function') return member;
      return (...given: unknown[]) => {
        hand(given[at]);
        return member.apply(target, given);
      };
    },
  });
}

/** What a test says to a server itself may be in its log. */
export function byHand(...texts: readonly unknown[]): void {
  for (const text of texts.flat(2)) if (typeof text === 'string') sentByHand.push(text);
}

/** A connection of a test. */
export function heardByHand<C extends { query(...given: never[]): unknown }>(client: C): C {
  const query = client.query.bind(client) as (...given: unknown[]) => unknown;
  return Object.assign(client, {
    query(...given: unknown[]) {
      byHand(...given);
      return query(...given);
    },
  });
}

/**
 * Hears what packaged functions have stored, in either store, and rejects when a piece of it is in what they logged and told, or in what
 * the sandbox keeps of calls and rotations. Before the sandbox is closed.
 */
export async function searchedSandbox(sandbox: Sandbox): Promise<void> {
  canary.hearValues(sandbox);
  const { functions, sns, requests, secretsManager } = sandbox;
  const stored = secretsManager.secrets().flatMap(({ versions }) => versions.map(({ value }) => value));
  for (const value of stored) if (value !== undefined && 'string' in value) hearFields(value.string);
  for (const value of await parameterValues(sandbox)) hearFields(value);
  const logged = functions.names().flatMap((name) => functions.logs(name));
  const told = [...sns.messages, ...secretsManager.history, ...requests].map((one) => JSON.stringify(one));
  const line = canary.leakIn([...logged, ...told].join('\n'), unsentPieces([...handed]));
  if (line !== undefined) throw new Error(`the sandbox shows a piece of a password: ${line}`);
}

async function parameterValues({ ssm, account: { region } }: Sandbox): Promise<string[]> {
  const all = async <T>(operation: string, input: object): Promise<T[]> => {
    const { Parameters, NextToken } = (await ssm.call(operation, { ...input }, { region })) as Record<string, unknown>;
    return [...(Parameters as T[]), ...(NextToken ? await all<T>(operation, { ...input, NextToken }) : [])];
  };
  const names = await all<{ Name: string }>('DescribeParameters', {});
  const history = ({ Name }: { Name: string }) =>
    all<{ Value: string }>('GetParameterHistory', { Name, WithDecryption: true });
  return (await Promise.all(names.map(history))).flat().map(({ Value }) => Value);
}

/** Passwords among the fields of a secret value. What is no JSON holds none of a database. */
function hearFields(text: string): void {
  try {
    for (const [name, field] of Object.entries(JSON.parse(text) as object)) if (/password/i.test(name)) hand(field);
  } catch {}
}

/** The page of the engine says that this password is in the log. `page` is where. */
export function isShown(password: string, page: string): void {
  canary.isShown(password, page);
  byHand(password);
}

/** No password of this file could be found in a log: `why`. */
export function hearsNone(why: string): void {
  if (why === '') throw new Error('why is none heard?');
  none = why;
}

/** The tests of this file themselves look for passwords that they have written: `why`. Those that rotations generate are searched for. */
export function looksItself(why: string): void {
  if (why === '') throw new Error('why does it look itself?');
  own = why;
}

/** Stops the server. Rejects when a log shows eight characters in a row of a password, and when nothing could have been found. */
export async function searched(server: { stop(): Promise<void> }, logs: readonly string[]): Promise<void> {
  const pieces = own === '' ? unsentPieces([...handed]) : [];
  const found = logs.map((file) => canary.leakIn(readFileSync(file, 'latin1'), pieces));
  await canary.searched(server, logs);
  for (const line of found)
    if (line !== undefined) throw new Error(`the log of the server shows a piece of a password: ${line}`);
  // By the name of a test, Vitest plays some of a file's.
  if (process.env.REKEY_BY_NAME === '1' || own !== '') return;
  if (pieces.length === 0 && none === '')
    throw new Error('no password could be found by this search of a log: hearsNone says why, where that is right');
  if (pieces.length > 0 && none !== '') throw new Error(`there are passwords to be found, although: ${none}`);
}

/** Those runs of a password of which no test has sent eight characters in a row itself. */
function unsentPieces(passwords: readonly string[]): string[] {
  const sent = new Set<string>();
  for (const text of sentByHand) for (let at = 0; at + PIECE <= text.length; at++) sent.add(text.slice(at, at + PIECE));
  return passwords.flatMap((password) =>
    Array.from({ length: Math.max(0, password.length - PIECE + 1) }, (_, at) => password.slice(at, at + PIECE)).filter(
      (piece) => !sent.has(piece),
    ),
  );
}
