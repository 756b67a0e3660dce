/** The way to a server, the same for every engine: its name, TCP, TLS, the login; in few seconds or not at all, and with one set of words. */
import { isIP, type Socket } from 'node:net';
import { DeadlineError, UnreachableError } from '../rotation/errors.ts';
import { unreachableCode } from '../rotation/network.ts';

/** For the whole way from name to login, to a server that is awake. Healthy servers need tens of milliseconds. */
export const CONNECT_MS = 5000;
/** A server that does not answer the goodbye is left. */
const CLOSE_MS = 500;

/** How far a connection got. */
export type Phase = 'dns' | 'tcp' | 'tls' | 'login';

/** Where a login is made, for messages. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly tls: boolean;
}

/** A dot at the end of a host keeps a resolver from trying its search domains. Who asks for a certificate does without; Node, when it checks one, too. */
export function nameInTls(host: string): string {
  return host.replace(/\.$/, '');
}

/** Follows a socket. `connected` is the phase that begins with the TCP connection. */
export function wayOf(socket: Socket, host: string, connected: Phase): { phase: Phase } {
  // An address is not looked up.
  const way: { phase: Phase } = { phase: isIP(host) === 0 ? 'dns' : 'tcp' };
  socket.once('lookup', (error: Error | null) => {
    if (error === null) way.phase = 'tcp';
  });
  socket.once('connect', () => {
    way.phase = connected;
  });
  return way;
}

/** Rejects with undefined as reason when so many milliseconds are over, or the signal aborts. */
export async function inTime<T>(work: Promise<T>, signal: AbortSignal, most?: number): Promise<T> {
  const timeUp = Promise.withResolvers<never>();
  const giveUp = () => timeUp.reject(undefined);
  const timer = most === undefined ? undefined : setTimeout(giveUp, most);
  signal.addEventListener('abort', giveUp, { once: true });
  if (signal.aborted) giveUp();
  try {
    return await Promise.race([work, timeUp.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
    work.catch(() => {});
  }
}

/** Time ran out, or the connection was taken and ended without a word. A port that nobody listens on is another matter. */
export function hasNotSpoken(socket: Socket, phase: Phase, error: unknown): boolean {
  if (error === undefined) return phase !== 'dns';
  return socket.bytesRead === 0 && (phase === 'tls' || phase === 'login');
}

/** Resolves when `goodbye` does, or when the server has had time enough for it. Never rejects. */
export async function inTimeToClose(goodbye: Promise<unknown>): Promise<void> {
  const timeUp = Promise.withResolvers<void>();
  const timer = setTimeout(timeUp.resolve, CLOSE_MS);
  await Promise.race([goodbye.catch(() => {}), timeUp.promise]);
  clearTimeout(timer);
}

/**
 * Drivers throw at bytes that they cannot read, out of anybody's reach: the process would end, not the connection. Called when the
 * driver's own listener is there. `errorOf` may say more of an error, with the bytes at hand; what `check` throws is one, too.
 */
export function endOnNonsense(
  stream: Socket,
  {
    check = () => {},
    errorOf = (error) => error as Error,
  }: { check?(chunk: Buffer): void; errorOf?(error: unknown, chunk: Buffer): Error } = {},
): void {
  for (const read of stream.listeners('data')) {
    stream.removeListener('data', read as (chunk: Buffer) => void);
    stream.on('data', (chunk: Buffer) => {
      try {
        check(chunk);
        read.call(stream, chunk);
      } catch (error) {
        stream.destroy(errorOf(error, chunk));
      }
    });
  }
}

/** `error` undefined: time ran out in this phase. `what` is what the port should be the one of: 'PostgreSQL', 'the cluster'. */
export function unreachable(
  error: unknown,
  phase: Phase,
  at: Target,
  what: string,
  code = systemCodeOf(error),
): UnreachableError {
  const where = `${at.host}:${at.port}`;
  const how = error === undefined ? 'no answer in time' : (code ?? 'the connection ended');
  switch (phase) {
    case 'dns':
      return new UnreachableError(`host ${at.host} does not resolve (${how}, phase dns)`, {
        code: 'UNREACHABLE_DNS',
        hint: "check field host of the secret, and that the function's VPC resolves it",
        cause: error,
      });
    case 'tcp':
      return new UnreachableError(`${where} does not accept a connection (${how}, phase tcp)`, {
        code: 'UNREACHABLE_TCP',
        hint: "allow the function's security group to reach the port, and check that the server runs",
        cause: error,
      });
    case 'tls':
      if (error !== undefined) return isEnd(code) ? endedInTls(at, how, error) : noTls(at, how, error);
      return new UnreachableError(`${where} took the connection and said nothing (${how}, phase tls)`, {
        code: 'UNREACHABLE_LOGIN',
        hint: `it is frozen, overloaded or waking up, or field port of the secret is not the one of ${what}; the step is safe to repeat`,
      });
    case 'login':
      return new UnreachableError(`${where} took the connection but did not finish the login (${how}, phase login)`, {
        code: 'UNREACHABLE_LOGIN',
        hint: at.tls
          ? `check that field port of the secret is the one of ${what}, and that it is not overloaded`
          : `if ${what} wants TLS, take "ssl": false out of the secret; else check field port, and that it is not overloaded`,
        cause: error,
      });
  }
}

/** The way ended, and nobody said why. */
function isEnd(code: string | undefined): boolean {
  return code === undefined || unreachableCode(code) === 'CONNECTION_LOST';
}

function endedInTls(at: Target, how: string, cause: unknown): UnreachableError {
  return new UnreachableError(
    `${at.host}:${at.port} closed the connection during the TLS handshake (${how}, phase tls)`,
    {
      code: 'UNREACHABLE_TLS',
      hint: 'the server did, or a proxy, firewall or load balancer before it; the step is safe to repeat, and if it stays so, see the log of the server, and that field port of the secret leads to it',
      cause,
    },
  );
}

/** For hints. A version has one password for ever, so no repeat of a rotation finds another one. */
export const WITH_ANOTHER_PASSWORD =
  'then take AWSPENDING off its version, for that keeps the refused password, and rotate again';

export const TLS_IS_OFF = 'TLS is off at the server';

/** `how` is the code of what went wrong, or a clause. */
export function noTls(at: Pick<Target, 'host' | 'port'>, how: string, cause: unknown): UnreachableError {
  return new UnreachableError(`no verified TLS with ${at.host}:${at.port} (${how}, phase tls)${namesIn(cause)}`, {
    code: 'UNREACHABLE_TLS',
    hint: tlsHint(how, at.host),
    cause,
  });
}

/** The names that the certificate is for, when that is what is wrong with it. Whoever answers chose them, so they are few, and plain. */
function namesIn(error: unknown): string {
  const { cert, cause } = (error ?? {}) as { cert?: { subjectaltname?: unknown }; cause?: unknown };
  if (cert === undefined) return cause === undefined ? '' : namesIn(cause);
  const names = String(cert.subjectaltname ?? '').match(/(?<=(?:DNS|IP Address):)[\w.:*-]{1,253}(?=,|$)/g) ?? [];
  return `: the certificate is for ${names.slice(0, 5).join(', ') || 'no name'}`;
}

function tlsHint(code: string, host: string): string {
  switch (code) {
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'the certificate is for another name: put a name that is in it into field host, for example the endpoint that AWS shows';
    case 'CERT_HAS_EXPIRED':
      return "the server's certificate expired: renew it (RDS, DocumentDB: modify the CA of the instance)";
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return `the issuer is not a trusted root: ${rootsOf(host)}name a PEM file with it in DATABASE_CA_BUNDLE`;
    case TLS_IS_OFF:
    // It answers in something else than TLS.
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return 'switch TLS on at the server, and check that field port of the secret leads to it';
    default:
      return 'see the log of the server: it and the function agree on no TLS (1.2 or newer, with a certificate that can be verified)';
  }
}

/** A zip has Amazon's roots of the region it was packaged for, and none of China is known here. */
function rootsOf(host: string): string {
  const [, region, china] = /\.([a-z]{2}(?:-[a-z]+)+-\d)\.(?:.+\.)?amazonaws\.com(\.cn)?$/.exec(nameInTls(host)) ?? [];
  if (region === undefined) return '';
  if (china) return `package the function with Amazon's bundle of China (docs/deploying.md, China and GovCloud), or `;
  return `if the zip is of another region, package it for ${region} (--region, or --param rds-roots='*'), or `;
}

/** The server answered the login with an error that says nothing about it. */
export function busy(at: Pick<Target, 'host' | 'port'>, how: string, cause: unknown): UnreachableError {
  return new UnreachableError(`${at.host}:${at.port} could not take the login (${how}, phase login)`, {
    code: 'UNREACHABLE_LOGIN',
    hint: 'the server is starting, stopping or busy; the step is safe to repeat',
    cause,
  });
}

/** The server, or the account, has as many connections as it may have. */
export function tooManyConnections(
  at: Pick<Target, 'host' | 'port' | 'user'>,
  how: string,
  cause: unknown,
  tookPassword: boolean,
): UnreachableError {
  return new UnreachableError(`${at.host}:${at.port} has too many connections (${how}, phase login)`, {
    code: 'UNREACHABLE_LOGIN',
    hint: `end some that nobody needs, or raise the limit of the server, the database or user ${at.user}; the step is safe to repeat`,
    tookPassword,
    cause,
  });
}

/** After the login. `what` was asked: 'a statement', 'a command'. */
export function lost(at: Pick<Target, 'host' | 'port'>, what: string, cause: unknown): UnreachableError {
  return new UnreachableError(`the connection to ${at.host}:${at.port} ended in the middle of ${what}`, {
    code: 'CONNECTION_LOST',
    hint: 'the server restarted, failed over or closed the session; the step is safe to repeat',
    cause,
  });
}

/** The server says itself that it ended the session. `by`: what somebody says to have it do so. */
export function ended(
  at: Pick<Target, 'host' | 'port' | 'user'>,
  how: string,
  by: string,
  cause: unknown,
): UnreachableError {
  return new UnreachableError(`the session of ${at.user} at ${at.host}:${at.port} was ended by the server (${how})`, {
    code: 'CONNECTION_LOST',
    hint: `it stops, or somebody has it end sessions (${by}); the step is safe to repeat`,
    cause,
  });
}

/** `look` says where one sees what the server is busy with. */
export function outOfTime(at: Pick<Target, 'host' | 'port'>, look: string): DeadlineError {
  return new DeadlineError(`${at.host}:${at.port} had no time left to answer before the time limit of the function`, {
    hint: `${look}, or give the function a longer timeout`,
  });
}

/** `code` of an error of Node's, a driver's or the system's. */
export function systemCodeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
