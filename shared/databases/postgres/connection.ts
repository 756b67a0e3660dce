/** One connection to a PostgreSQL server: verified TLS, a deadline for every phase, typed errors, and names that nobody else can plant. */
import { Socket } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import pg from 'pg';
import type { RotationContext } from '../../rotation/strategy.ts';
import { hasNotSpoken, inTime, inTimeToClose, nameInTls, noTls, outOfTime, TLS_IS_OFF, wayOf } from '../reach.ts';
import type { DatabaseLogin } from '../secret.ts';
import { Unheard, untilAwake } from '../waking.ts';
import {
  beginError,
  connectError,
  inClearError,
  loggedInClearError,
  mayPass,
  queryError,
  takesNoVerifier,
} from './errors.ts';
import { watchLogin } from './login.ts';
import type { Verifier } from './verifier.ts';
import { readWith, wireOf } from './wire.ts';

const LOOK = 'look for locks on the server (pg_stat_activity)';

export type Row = Record<string, unknown>;

export interface Connection {
  /** The user that logged in. */
  readonly username: string;
  /** The number of the server's process, as the login told it: a pooler tells a number of its own. */
  readonly process?: number | undefined;
  /** What the server keeps of the password, as far as the login showed it. */
  readonly kept: Verifier | undefined;
  /** Asks something that names nothing. */
  ping(): Promise<void>;
  /**
   * Runs `work` in one transaction, rolled back when it throws. But for `alone` there is no other way to a statement: where names are
   * looked for is pinned in each transaction. A setting of the session would do on a server, but behind a pooler it stays with the server's
   * process, which serves the application next. `first` waits for locks, or reads: it is in one message with the beginning, and so costs
   * no time; its last statement tells `work` one row.
   */
  transaction<T>(mode: Mode, work: (transaction: Transaction, server: Row) => Promise<T>, first?: string): Promise<T>;
  /**
   * Runs one statement in no transaction. Nothing is pinned then, so only what looks no name up in a search_path passes: GRANT and
   * REVOKE of one right on a schema or a database, of and to quoted names. Throws for any other, which the server never sees.
   */
  alone(statement: string): Promise<void>;
  /** Waits. Throws, as a statement would, when time is up meanwhile. */
  pause(milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

/** An account may be read-only by default; the change of a password must not be. A standby takes no other than READ ONLY. */
export type Mode = 'READ ONLY' | 'READ WRITE';

export interface Transaction {
  /** The user that logged in. */
  readonly username: string;
  /**
   * Unqualified names are those of pg_catalog, whatever the role or the database says. `values` are bound by the server; identifiers
   * and literals in `text` are quoted by the caller, with pg's functions. Without values it may be several statements, each of which sees
   * what the ones before did, and waited for; the rows are those of the last.
   */
  query(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Several statements in one message, without values: the rows of each. */
  ask(texts: readonly string[]): Promise<Row[][]>;
  /**
   * For a statement that carries a password in clear. Throws without TLS, or where a setting forbids it, and then sends nothing; no error
   * repeats the server's words. `logged`: the server writes a statement that fails into its log.
   */
  inClear(text: string, logged: boolean): Promise<void>;
}

/** What speaks PostgreSQL's protocol: PostgreSQL itself, or Redshift. */
export interface Product {
  readonly defaults: { readonly port: number; readonly dbname: string };
  /** For messages. */
  readonly title: string;
  readonly page: string;
  /** The right that lets a user into a database. */
  readonly entry: string;
  /**
   * How a transaction waits, and what it sees then, in place of the role's own settings: a session whose function is gone must not keep
   * others from their tables. All of it comes after the pin, in one batch with it.
   */
  readonly patience: readonly string[];
  /** What a transaction that may change something begins with, besides. */
  readonly toChange?: readonly string[];
}

/**
 * Whoever may make functions, operators, types or views where an unqualified name is looked for has them run with the rights of this
 * session: https://wiki.postgresql.org/wiki/A_Guide_to_CVE-2018-1058. So names are looked for where the owner of the server alone can
 * write, and temporary objects come last. On Redshift too: https://docs.aws.amazon.com/redshift/latest/dg/r_search_path.html
 */
const PIN = 'SET LOCAL search_path = pg_catalog, pg_temp';

const NAME = '"(?:[^"]|"")+"';
const NAMES_NOTHING_ELSE = new RegExp(
  `^(?:GRANT|REVOKE) [A-Z]+ ON (?:SCHEMA|DATABASE) ${NAME} (?:TO|FROM) ${NAME}(?: WITH GRANT OPTION)?$`,
);

/** Throws what `DatabaseEngine.connect` throws. */
export function openConnection(login: DatabaseLogin, product: Product, ctx: RotationContext): Promise<Connection> {
  const at = { host: login.host, port: login.port ?? product.defaults.port };
  return untilAwake(ctx, at, (most) => openOnce(login, product, ctx, most));
}

async function openOnce(
  login: DatabaseLogin,
  { defaults, patience, toChange = [], ...product }: Product,
  ctx: RotationContext,
  most: number,
): Promise<Connection> {
  const at = {
    host: login.host,
    port: login.port ?? defaults.port,
    user: login.username,
    database: login.dbname ?? defaults.dbname,
    tls: login.tls ?? true,
    product,
  };
  const trust = at.tls ? await ctx.trust() : undefined;
  const socket = new Socket();
  const connect: (port: number, host: string) => Socket = socket.connect.bind(socket);
  // pg has one name for TLS and for the way there.
  socket.connect = () => connect(at.port, at.host);
  const client = new pg.Client({
    host: nameInTls(at.host),
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
  const seen = watchLogin(wire);
  const way = wayOf(socket, at.host, at.tls ? 'tls' : 'login');
  // pg says sslconnect when it begins with TLS, and sends nothing before TLS stands.
  wire.once('sslconnect', () => {
    wire.stream.once('secureConnect', () => {
      way.phase = 'login';
    });
    readWith(wire);
  });
  // One letter in answer to the request for TLS: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL
  let refusesTls = false;
  if (at.tls) {
    socket.once('data', (answer: Buffer) => {
      refusesTls = answer.length === 1 && answer.toString() === 'N';
    });
  }
  const destroy = () => {
    wire.stream.destroy();
    socket.destroy();
  };

  try {
    const connecting = client.connect();
    // Without TLS pg reads from the first byte on.
    if (!at.tls) readWith(wire);
    await inTime(connecting, ctx.signal, most);
  } catch (error) {
    const unsupported = way.phase === 'login' ? seen.whyNot(error, wire.stream) : undefined;
    const isSilent = hasNotSpoken(socket, way.phase, error);
    destroy();
    const refusal = refusesTls ? noTls(at, TLS_IS_OFF, error) : connectError(error, way.phase, at, unsupported);
    const why = isSilent ? 'asleep' : mayPass(error);
    throw why === undefined ? refusal : new Unheard(refusal, why);
  }
  ctx.signal.addEventListener('abort', destroy, { once: true });

  const answers = async (text: string, values: readonly unknown[], errorOf: typeof queryError) => {
    if (ctx.signal.aborted) throw outOfTime(at, LOOK);
    const begun = performance.now();
    try {
      const results: pg.QueryResult<Row>[] = [await client.query<Row>(text, [...values])].flat();
      return results.map(({ rows }) => rows);
    } catch (error) {
      if (ctx.signal.aborted) throw outOfTime(at, LOOK);
      throw errorOf(error, at, text, performance.now() - begun);
    }
  };
  const answered = async (...asked: Parameters<typeof answers>) => (await answers(...asked)).at(-1) ?? [];
  const ask: Transaction['ask'] = (texts) => answers(texts.join('; '), [], queryError);
  const query: Transaction['query'] = (text, values = []) => answered(text, values, queryError);
  const inClear: Transaction['inClear'] = async (text, logged) => {
    if (!at.tls || ctx.password.clearText === 'never') throw takesNoVerifier(at);
    await answered(text, [], logged ? loggedInClearError : inClearError);
  };

  return {
    username: at.user,
    // Known to pg since the login; its types leave it out.
    process: (client as unknown as { processID?: number }).processID,
    kept: seen.kept(),
    ping: async () => void (await query('SELECT 1')),
    async transaction(mode, work, first) {
      const change = mode === 'READ WRITE' ? toChange : [];
      const begin = [`BEGIN ${mode}`, PIN, ...patience, ...change, ...(first === undefined ? [] : [first])];
      try {
        const [server = {}] = await answered(begin.join('; '), [], beginError);
        const result = await work({ username: at.user, query, ask, inClear }, server);
        await query('COMMIT');
        return result;
      } catch (error) {
        await query('ROLLBACK').catch(() => {});
        throw error;
      }
    },
    async alone(statement) {
      if (!NAMES_NOTHING_ELSE.test(statement)) throw new Error('this statement needs a pinned search_path');
      await query(statement);
    },
    pause: (milliseconds) =>
      ctx.pause(milliseconds).catch(() => {
        throw outOfTime(at, LOOK);
      }),
    async close() {
      ctx.signal.removeEventListener('abort', destroy);
      await inTimeToClose(client.end());
      destroy();
    },
  };
}
