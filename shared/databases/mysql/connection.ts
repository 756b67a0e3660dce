/** One connection to a MySQL or MariaDB server: verified TLS, a deadline for every phase, and typed errors. */
import { once } from 'node:events';
import { Socket } from 'node:net';
import mysql from 'mysql2';
import { InvalidSecretError } from '../../rotation/errors.ts';
import type { RotationContext } from '../../rotation/strategy.ts';
import { endOnNonsense, hasNotSpoken, inTime, inTimeToClose, nameInTls, outOfTime, wayOf } from '../reach.ts';
import type { DatabaseLogin } from '../secret.ts';
import { Unheard, untilAwake } from '../waking.ts';
import { ed25519Signature } from './ed25519.ts';
import type { Target } from './errors.ts';
import { errno, errnoOf, expired, failedWith, queryError } from './errors.ts';
import { connectError } from './login-errors.ts';
import { isShared, restoreSession, setSession } from './settings.ts';
import type { ServerVersion } from './version.ts';
import { versionOf } from './version.ts';
import { upgradeWith } from './wire.ts';

const LOOK = 'look for locks on the server (SHOW PROCESSLIST)';

export type Row = Record<string, unknown>;

export interface Connection {
  /** The user that logged in. */
  readonly username: string;
  readonly server: ServerVersion;
  readonly at: Target;
  /** The number of the server's session, as the login told it: a pooler tells a number of its own. */
  readonly session: number;
  /** It may do nothing but change its password. */
  readonly expired: boolean;
  /** Where the server insists, it is told a password itself. A setting forbids it. */
  readonly sendsInClear: boolean;
  /** `?` in `text` become literals, quoted by the driver. Other literals and identifiers are quoted by the caller, see quoting.ts. */
  query(text: string, values?: readonly (string | number)[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** Throws what `DatabaseEngine.connect` throws. `product` is the one that the engine is for. */
export function openConnection(login: DatabaseLogin, kind: Kind, ctx: RotationContext): Promise<Connection> {
  const at = { host: login.host, port: login.port ?? kind.port };
  return untilAwake(ctx, at, (most) => openOnce(login, kind, ctx, most));
}

export interface Kind {
  readonly port: number;
  readonly product: ServerVersion['product'];
}

async function openOnce(
  login: DatabaseLogin,
  { port, product }: Kind,
  ctx: RotationContext,
  most: number,
): Promise<Connection> {
  const at: Target = {
    host: login.host,
    port: login.port ?? port,
    user: login.username,
    database: login.dbname,
    tls: login.tls ?? true,
  };
  const trust = at.tls ? await ctx.trust() : undefined;
  const socket = new Socket();
  const way = wayOf(socket, at.host, 'login');
  const client = mysql.createConnection({
    host: at.host,
    port: at.port,
    user: at.user,
    password: login.password,
    ...(at.database === undefined ? {} : { database: at.database }),
    charset: 'UTF8MB4_GENERAL_CI',
    // An expired password may still be changed, and nothing else: https://dev.mysql.com/doc/refman/8.4/en/expired-password-handling.html
    flags: ['CAN_HANDLE_EXPIRED_PASSWORDS', '-LOCAL_FILES'],
    connectAttributes: { program_name: 'rekey' },
    authPlugins: { client_ed25519: () => (challenge) => ed25519Signature(login.password, challenge.subarray(0, 32)) },
    // Longer than this connection lives: the clock below is the one that counts.
    connectTimeout: most * 2,
    stream: () => socket.connect(at.port, at.host).setNoDelay(true),
    ...(trust === undefined ? {} : { ssl: {} }),
  });
  if (trust !== undefined) {
    upgradeWith(client, nameInTls(at.host), trust.secureContext, (reached) => {
      way.phase = reached;
    });
  }
  // A connection that breaks while nobody waits must not end the process; the next statement says so.
  client.on('error', () => {});
  endOnNonsense(socket);
  const destroy = () => {
    client.destroy();
    socket.destroy();
  };

  let greeting: Greeting;
  try {
    greeting = await inTime(greeted(client), ctx.signal, most);
  } catch (error) {
    const isSilent = hasNotSpoken(socket, way.phase, error);
    destroy();
    const refusal = connectError(error, way.phase, at);
    const isFull = errnoOf(error) === errno.tooManyConnections;
    throw isFull || isSilent ? new Unheard(refusal, isFull ? 'full' : 'asleep') : refusal;
  }
  const server = versionOf(greeting.serverVersion);
  // mysql2 tells nobody who waits for a statement that the connection was destroyed.
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => {});
  const giveUp = () => {
    destroy();
    aborted.reject(ctx.signal.reason);
  };
  ctx.signal.addEventListener('abort', giveUp, { once: true });

  let restricted = false;
  let shared = false;
  const ask = async (text: string, values: readonly (string | number)[] = []) => {
    if (ctx.signal.aborted) throw outOfTime(at, LOOK);
    if (restricted && !values.every(isPlain)) throw expired(at);
    try {
      return await Promise.race([answerTo(client, text, values), aborted.promise]);
    } catch (error) {
      if (ctx.signal.aborted) throw outOfTime(at, LOOK);
      throw queryError(error, at, text);
    }
  };
  const query: Connection['query'] = async (text, values) => {
    const rows = await ask(text, values);
    return Array.isArray(rows) ? rows : [];
  };
  const close = async () => {
    // The application that a pooler gives this session to has settings of its own.
    if (shared && !socket.destroyed) await query(restoreSession(product)).catch(() => {});
    ctx.signal.removeEventListener('abort', giveUp);
    if (!socket.destroyed) {
      client.end(() => {});
      await inTimeToClose(once(socket, 'close'));
    }
    destroy();
  };
  if (server.product !== product) {
    await close();
    throw new InvalidSecretError(`${at.host}:${at.port} is a ${server.product} server, not ${product}`, {
      hint: `set field engine of the secret to "${server.product.toLowerCase()}", and use the function for it`,
    });
  }
  try {
    shared = isShared(await ask(setSession(product, greeting.connectionId)));
  } catch (error) {
    // An expired password allows nothing but its change.
    restricted = failedWith(error, errno.mustChangePassword);
    if (!restricted) {
      await close();
      throw error;
    }
  }
  return {
    username: at.user,
    server,
    at,
    session: greeting.connectionId,
    expired: restricted,
    sendsInClear: at.tls && ctx.password.clearText !== 'never',
    query,
    close,
  };
}

/** Reads the same in every sql_mode. */
function isPlain(value: string | number): boolean {
  return typeof value === 'number' || mysql.escape(value) === `'${value}'`;
}

interface Greeting {
  readonly serverVersion: string;
  readonly connectionId: number;
}

/** Resolves with what the server greeted with, once the login stands. */
function greeted(client: mysql.Connection): Promise<Greeting> {
  return new Promise((resolve, reject) => {
    client.once('connect', resolve);
    client.once('error', reject);
  });
}

function answerTo(client: mysql.Connection, text: string, values: readonly (string | number)[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    client.query(text, [...values], (error, rows) => {
      if (error !== null) reject(error);
      else resolve(rows);
    });
  });
}
