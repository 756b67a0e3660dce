/** What can go wrong on the way from a name to a login. */
import {
  AuthenticationError,
  InvalidSecretError,
  PermissionError,
  type RotationError,
  UnreachableError,
} from '../../rotation/errors.ts';
import type { Phase } from '../reach.ts';
import { busy, noTls, systemCodeOf, TLS_IS_OFF, tooManyConnections, unreachable } from '../reach.ts';
import { errno, errnoOf, expired, type Target, withoutStatement } from './errors.ts';

/** `error` undefined: time ran out in this phase. */
export function connectError(raw: unknown, phase: Phase, at: Target): RotationError {
  const error = withoutStatement(raw);
  const number = errnoOf(error);
  if (number !== undefined) return refusedByServer(error, number, at);
  const code = systemCodeOf(error);
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT') return noTls(at, TLS_IS_OFF, error);
  if (code === 'AUTH_SWITCH_PLUGIN_ERROR' || code === 'MYSQL_CLEAR_PASSWORD_NOT_ENABLED') return otherPlugin(at, error);
  // mysql2 writes a code of its own over that of a TLS error.
  const own = phase === 'tls' ? systemCodeOf(error?.cause) : undefined;
  return unreachable(error, phase, at, 'the server', own ?? code);
}

function otherPlugin(at: Target, cause: unknown): PermissionError {
  return new PermissionError(
    `${at.user} at ${at.host}:${at.port} logs in by a method that is not a password of this kind`,
    {
      code: 'LOGIN_UNSUPPORTED',
      hint: 'give the account an authentication plugin that the page of the engine lists',
      cause,
    },
  );
}

/** The server was reached, and its answer to the login is an error. */
function refusedByServer(error: unknown, number: number, at: Target): RotationError {
  const where = `${at.host}:${at.port}`;
  switch (number) {
    case errno.accessDenied:
    case errno.proxyDenied:
      return new AuthenticationError(`${where} refused the login of user ${at.user} (error ${number})`, {
        hint: at.tls
          ? 'the stored password is not the one the server knows, or the account admits nobody from here'
          : 'the stored password is not the one the server knows, or TLS is wanted: then take "ssl": false out of the secret',
        cause: error,
      });
    case errno.accountLocked:
    case errno.accountLockedMariadb:
    case errno.blockedAfterFailures:
      return new PermissionError(`account ${at.user} at ${where} is locked (error ${number})`, {
        hint: 'ALTER USER … ACCOUNT UNLOCK, or wait for the end of PASSWORD_LOCK_TIME; then rotate again',
        cause: error,
      });
    case errno.passwordExpired:
      return expired(at, error);
    case errno.noSuchDatabase:
      return new InvalidSecretError(`database ${at.database} does not exist at ${where}`, {
        hint: 'correct field dbname of the secret',
        tookPassword: true,
        cause: error,
      });
    case errno.databaseDenied:
      return new PermissionError(`user ${at.user} may not use database ${at.database} at ${where}`, {
        hint: 'see that it is there, for one that is not is refused in the same words; grant a right in it, or correct field dbname of the secret',
        tookPassword: true,
        cause: error,
      });
    case errno.tlsRequired:
      return new UnreachableError(
        `${where} admits no plain-text login of user ${at.user} (error ${number}, phase login)`,
        {
          code: 'UNREACHABLE_TLS',
          hint: 'the server wants TLS: take "ssl": false out of the secret',
          cause: error,
        },
      );
    case errno.hostBlocked:
    case errno.hostNotAdmitted:
      return new UnreachableError(`${where} admits nobody from this address (error ${number}, phase login)`, {
        code: 'UNREACHABLE_LOGIN',
        hint: "make an account whose host part fits the function's subnets; after too many broken connections: FLUSH HOSTS",
        cause: error,
      });
    case errno.tooManyConnections:
    case errno.userConnections:
    case errno.resourceLimit:
      // The server's own limit comes before the password, those of the account after it.
      return tooManyConnections(at, `error ${number}`, error, number !== errno.tooManyConnections);
    default:
      return busy(at, `error ${number}`, error);
  }
}
