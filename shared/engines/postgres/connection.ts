/** One connection to a PostgreSQL server: verified TLS, a deadline for every phase, and typed errors. */
import { isIP, Socket } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import pg from 'pg';
import { DeadlineError } from '../../rotation/errors.ts';
import type { RotationContext } from '../../rotation/strategy.ts';
import type { DatabaseSecret } from '../../secrets/database-secret.ts';
import { databaseOf, portOf, wantsTls } from '../../secrets/database-secret.ts';
import type { Phase } from './errors.ts';
import { beginError, connectError, queryError } from './errors.ts';

/** For the whole way from name to login. Healthy servers need tens of milliseconds. */
const CONNECT_MS = 5000;
/** A server that does not answer the goodbye is left. */
const CLOSE_MS = 500;

export type Row = Record<string, unknown>;

export interface Connection {
  /** The user that logged in. */
  readonly username: string;
  /** `values` are bound by the server; identifiers and literals in `text` are quoted by the caller, with pg's functions. */
  query(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Runs `work` in one read-write transaction, rolled back when it throws. */
  transaction<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** What speaks PostgreSQL's protocol: PostgreSQL itself, or Redshift. */
export interface Product {
  readonly defaults: { readonly port: number; readonly dbname: string };
  /** For messages. */
  readonly title: string;
  readonly page: string;
  /**
   * Statements that begin a transaction, sent as one. An account may be read-only by default; the change of a password must not be.
   * Bounds on waiting belong here: a session whose function is gone must not keep others from their tables.
   */
  readonly begin?: string;
}

/** Throws what `DatabaseEngine.connect` throws. */
export async function openConnection(
  login: DatabaseSecret,
  { defaults, ...product }: Product,
  ctx: RotationContext,
): Promise<Connection> {
  const at = {
    host: login.host,
    port: portOf(login, defaults.port),
    user: login.username,
    database: databaseOf(login, defaults.dbname),
    tls: wantsTls(login),
    product,
  };
  if (ctx.signal.aborted) throw outOfTime(at);
  const trust = at.tls ? await ctx.trust() : undefined;
  const socket = new Socket();
  const client = new pg.Client({
    host: at.host,
    port: at.port,
    user: at.user,
    password: login.password,
    database: at.database,
    application_name: 'rekey',
    stream: () => socket,
    // The host of the secret, also when it is an address: never the name that a resolver came up with.
    ssl: trust !== undefined && {
      secureContext: trust.secureContext,
      rejectUnauthorized: true,
      checkServerIdentity: (_, peer) => checkServerIdentity(at.host, peer),
    },
  });
  // A connection that breaks while nobody waits must not end the process; the next query says so.
  client.on('error', () => {});
  const wire = wireOf(client);
  // An address is not looked up.
  let phase: Phase = isIP(at.host) === 0 ? 'dns' : 'tcp';
  socket.once('lookup', (error: Error | null) => {
    if (error === null) phase = 'tcp';
  });
  socket.once('connect', () => {
    phase = at.tls ? 'tls' : 'login';
  });
  // pg says sslconnect when it begins with TLS, and sends nothing before TLS stands.
  wire.once('sslconnect', () => {
    wire.stream.once('secureConnect', () => {
      phase = 'login';
    });
    endOnNonsense(wire.stream);
  });
  const destroy = () => {
    wire.stream.destroy();
    socket.destroy();
  };

  try {
    await inTime(client.connect(), ctx.signal);
  } catch (error) {
    destroy();
    throw connectError(error, phase, at);
  }
  ctx.signal.addEventListener('abort', destroy, { once: true });

  const answered = async (text: string, values: readonly unknown[], errorOf: typeof queryError) => {
    if (ctx.signal.aborted) throw outOfTime(at);
    try {
      return (await client.query<Row>(text, [...values])).rows;
    } catch (error) {
      if (ctx.signal.aborted) throw outOfTime(at);
      throw errorOf(error, at);
    }
  };
  const query: Connection['query'] = (text, values = []) => answered(text, values, queryError);

  return {
    username: at.user,
    query,
    async transaction(work) {
      await answered(product.begin ?? 'BEGIN READ WRITE', [], beginError);
      try {
        const result = await work();
        await query('COMMIT');
        return result;
      } catch (error) {
        await query('ROLLBACK').catch(() => {});
        throw error;
      }
    },
    async close() {
      ctx.signal.removeEventListener('abort', destroy);
      const timer = setTimeout(destroy, CLOSE_MS);
      await client.end().catch(() => {});
      clearTimeout(timer);
      destroy();
    },
  };
}

/** Rejects with undefined as reason when the time for a connection is up. */
async function inTime(connecting: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const timeUp = Promise.withResolvers<never>();
  const giveUp = () => timeUp.reject(undefined);
  const timer = setTimeout(giveUp, CONNECT_MS);
  signal.addEventListener('abort', giveUp, { once: true });
  if (signal.aborted) giveUp();
  try {
    await Promise.race([connecting, timeUp.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
    connecting.catch(() => {});
  }
}

/** pg throws at words that it does not know, out of anybody's reach: the process would end, not the connection. */
function endOnNonsense(stream: Socket): void {
  for (const read of stream.listeners('data')) {
    stream.removeListener('data', read as (chunk: Buffer) => void);
    stream.on('data', (chunk: Buffer) => {
      try {
        read.call(stream, chunk);
      } catch (error) {
        stream.destroy(error as Error);
      }
    });
  }
}

/** pg's own connection object, which its types leave out. */
function wireOf(client: pg.Client): { stream: Socket; once(event: 'sslconnect', listener: () => void): void } {
  return (client as unknown as { connection: { stream: Socket; once(event: string, listener: () => void): void } })
    .connection;
}

function outOfTime(at: { host: string; port: number }): DeadlineError {
  return new DeadlineError(`${at.host}:${at.port} had no time left to answer before the time limit of the function`, {
    hint: 'look for locks on the server (pg_stat_activity), or give the function a longer timeout',
  });
}
