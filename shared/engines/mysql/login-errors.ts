/** What can go wrong on the way from a name to a login. */
import {
  AuthenticationError,
  InvalidSecretError,
  PermissionError,
  type RotationError,
  UnreachableError,
} from '../../rotation/errors.ts';
import { codeOf, errno, errnoOf, expired, type Phase, type Target, withoutStatement } from './errors.ts';

/** `error` undefined: time ran out in this phase. */
export function connectError(raw: unknown, phase: Phase, at: Target): RotationError {
  const error = withoutStatement(raw);
  const number = errnoOf(error);
  if (number !== undefined) return refusedByServer(error, number, at);
  const where = `${at.host}:${at.port}`;
  const code = codeOf(error);
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT') return noTls(where, code, error);
  if (code === 'AUTH_SWITCH_PLUGIN_ERROR' || code === 'MYSQL_CLEAR_PASSWORD_NOT_ENABLED') return otherPlugin(at, error);
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
      return noTls(where, causeCode(error) ?? how, error);
    case 'login':
      return new UnreachableError(`${where} took the connection but did not finish the login (${how}, phase login)`, {
        code: 'UNREACHABLE_LOGIN',
        hint: 'check that field port of the secret is the one of the server, and that the server is not overloaded',
        cause: error,
      });
  }
}

function noTls(where: string, how: string, cause: unknown): UnreachableError {
  return new UnreachableError(`no verified TLS with ${where} (${how}, phase tls)`, {
    code: 'UNREACHABLE_TLS',
    hint: tlsHint(how),
    cause,
  });
}

function tlsHint(code: string): string {
  switch (code) {
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'the certificate is for another name: put a name that is in it into field host, for example the RDS endpoint';
    case 'CERT_HAS_EXPIRED':
      return "the server's certificate expired: renew it (RDS: modify the CA of the instance)";
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return 'the issuer is not a trusted root: name a PEM file with it in DATABASE_CA_BUNDLE';
    default:
      return 'switch TLS on at the server; only "ssl": false in the secret allows plain text, and then everybody on the way can read along';
  }
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
        cause: error,
      });
    case errno.databaseDenied:
      return new PermissionError(`user ${at.user} may not use database ${at.database} at ${where}`, {
        hint: 'grant it a right there, or take field dbname out of the secret',
        cause: error,
      });
    case errno.tlsRequired:
      return noTls(where, `error ${number}`, error);
    case errno.hostBlocked:
    case errno.hostNotAdmitted:
      return new UnreachableError(`${where} admits nobody from this address (error ${number}, phase login)`, {
        code: 'UNREACHABLE_LOGIN',
        hint: "make an account whose host part fits the function's subnets; after too many broken connections: FLUSH HOSTS",
        cause: error,
      });
    default:
      return new UnreachableError(`${where} could not take the login (error ${number}, phase login)`, {
        code: 'UNREACHABLE_LOGIN',
        hint: 'the server is starting, stopping, out of connections, or the account is at its limit; the step is safe to repeat',
        cause: error,
      });
  }
}

/** mysql2 writes a code of its own over that of a TLS error. */
function causeCode(error: Error | undefined): string | undefined {
  return codeOf(error?.cause);
}
