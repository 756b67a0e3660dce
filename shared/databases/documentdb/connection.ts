/** One session with one MongoDB-compatible host: verified TLS, a deadline, and typed errors. */
import { lookup } from 'node:dns';
import { isIP, isIPv6 } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import type { Document, MongoClientOptions } from 'mongodb';
import { MongoClient } from 'mongodb';
import './reply-guard.ts';
import type { RotationContext } from '../../rotation/strategy.ts';
import { inTime, inTimeToClose, nameInTls, outOfTime } from '../reach.ts';
import type { DatabaseLogin } from '../secret.ts';
import { Unheard, untilAwake } from '../waking.ts';
import { acceptsConnection } from './accepts-connection.ts';
import { commandError, connectError, mayBeStarting, phaseOf, type Reached } from './errors.ts';

/** To find out, after a silence, which phase it was. */
const PROBE_MS = 500;
const LOOK = 'look at the load of the server';

export const driverOptions = {
  appName: 'rekey',
  // This host and no other one that it names: the certificate and the secret are for this one.
  directConnection: true,
  // DocumentDB has none: https://docs.aws.amazon.com/documentdb/latest/developerguide/functional-differences.html
  retryWrites: false,
  retryReads: false,
  maxPoolSize: 1,
} as const satisfies MongoClientOptions;

export interface Connection {
  /** The user that logged in. */
  readonly username: string;
  /** The authentication database, where users are. */
  readonly database: string;
  /** Runs in the authentication database. */
  command(command: Document): Promise<Document>;
  close(): Promise<void>;
}

/** Throws what `DatabaseEngine.connect` throws. */
export function openConnection(
  login: DatabaseLogin,
  defaults: { readonly port: number },
  ctx: RotationContext,
): Promise<Connection> {
  const at = { host: login.host, port: login.port ?? defaults.port };
  return untilAwake(ctx, at, (most) => openOnce(login, defaults, ctx, most));
}

async function openOnce(
  login: DatabaseLogin,
  defaults: { readonly port: number },
  ctx: RotationContext,
  most: number,
): Promise<Connection> {
  const at = {
    host: login.host,
    port: login.port ?? defaults.port,
    user: login.username,
    // Never guessed: where a user lives is part of its name. DocumentDB keeps all of them in admin.
    database: login.authSource ?? 'admin',
    tls: login.tls ?? true,
  };
  const trust = at.tls ? await ctx.trust() : undefined;
  const reached: Reached = { name: isIP(at.host) !== 0, tls: false };
  const client = new MongoClient(`mongodb://${isIPv6(at.host) ? `[${at.host}]` : nameInTls(at.host)}:${at.port}/`, {
    auth: { username: at.user, password: login.password },
    authSource: at.database,
    ...driverOptions,
    // Longer than this connection lives: the clock below is the one that counts.
    serverSelectionTimeoutMS: most * 2,
    connectTimeoutMS: most * 2,
    // One look at the server is enough for a session of milliseconds.
    serverMonitoringMode: 'poll',
    heartbeatFrequencyMS: 600_000,
    lookup: (_, options, done) =>
      lookup(at.host, options, (error, ...found) => {
        reached.name ||= error === null;
        (done as (...answer: unknown[]) => void)(error, ...found);
      }),
    ...(trust !== undefined && {
      tls: true,
      secureContext: trust.secureContext,
      rejectUnauthorized: true,
      // The host of the secret, also when it is an address. Called when the chain is proven, last before the login.
      checkServerIdentity: (_: string, peer: Parameters<typeof checkServerIdentity>[1]) => {
        const error = checkServerIdentity(at.host, peer);
        reached.tls = error === undefined;
        return error;
      },
    }),
  });

  try {
    await inTime(firstTry(client), ctx.signal, most);
  } catch (error) {
    await inTimeToClose(client.close(true));
    const silent = error === undefined && reached.name && !reached.tls && !ctx.signal.aborted;
    const open = silent ? await acceptsConnection(at, PROBE_MS) : true;
    const phase = phaseOf(error, reached, at.tls, open);
    const refusal = connectError(error, phase, at);
    throw mayBeStarting(error, phase) ? new Unheard(refusal) : refusal;
  }

  return {
    username: at.user,
    database: at.database,
    async command(command) {
      if (ctx.signal.aborted) throw outOfTime(at, LOOK);
      try {
        return await inTime(client.db(at.database).command(command), ctx.signal);
      } catch (error) {
        if (!ctx.signal.aborted) throw commandError(error, at, command);
        throw outOfTime(at, LOOK);
      }
    },
    close: () => inTimeToClose(client.close(true)),
  };
}

/** Rejects at the first failure: the driver would go on trying. */
async function firstTry(client: MongoClient): Promise<void> {
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  client.once('serverHeartbeatFailed', ({ failure }) => failed.reject(failure));
  const connecting = client.connect();
  connecting.catch(() => {});
  await Promise.race([connecting, failed.promise]);
}
