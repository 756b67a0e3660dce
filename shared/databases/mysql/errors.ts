/** Errors of MySQL, MariaDB, the driver and Node, classified by number or code, never by text. */
import {
  AuthenticationError,
  ConfigurationError,
  PermissionError,
  type RotationError,
  ServiceError,
} from '../../rotation/errors.ts';
import type { Target as Place } from '../reach.ts';
import { ended, lost, WITH_ANOTHER_PASSWORD } from '../reach.ts';
import { rightsFor } from './needed-rights.ts';

export interface Target extends Place {
  readonly database: string | undefined;
}

/**
 * Numbers of the servers' own errors.
 * https://dev.mysql.com/doc/mysql-errors/9.5/en/server-error-reference.html and https://mariadb.com/kb/en/mariadb-error-code-reference/
 */
export const errno = {
  tooManyConnections: 1040,
  databaseDenied: 1044,
  accessDenied: 1045,
  noSuchDatabase: 1049,
  shutdown: 1053,
  parse: 1064,
  abortedConnection: 1152,
  hostBlocked: 1129,
  hostNotAdmitted: 1130,
  noSuchUser: 1133,
  columnDenied: 1143,
  noSuchGrant: 1141,
  tableDenied: 1142,
  noSuchTable: 1146,
  noSuchTableGrant: 1147,
  userConnections: 1203,
  resourceLimit: 1226,
  specificDenied: 1227,
  optionPrevents: 1290,
  lockWait: 1205,
  killed: 1317,
  routineDenied: 1370,
  mayNotCreateUserByGrant: 1410,
  noSuchRoutineGrant: 1403,
  proxyDenied: 1698,
  weakPassword: 1819,
  mustChangePassword: 1820,
  readOnlyTransaction: 1792,
  readOnlyMode: 1836,
  passwordExpired: 1862,
  connectionKilled: 1927,
  noSuchRole: 1962,
  tooLongMariadb: 1969,
  tooLong: 3024,
  accountLocked: 3118,
  tlsRequired: 3159,
  sessionKilled: 3169,
  noSuchAuthorization: 3523,
  usedBefore: 3638,
  wrongCurrentPassword: 3891,
  currentPasswordNeeded: 3892,
  blockedAfterFailures: 3955,
  idleDisconnect: 4031,
  accountLockedMariadb: 4151,
  tooAlike: 4165,
} as const;

const DENIED: readonly number[] = [
  errno.databaseDenied,
  errno.accessDenied,
  errno.tableDenied,
  errno.columnDenied,
  errno.specificDenied,
  errno.routineDenied,
  errno.mayNotCreateUserByGrant,
  errno.proxyDenied,
];
const ENDED: readonly number[] = [errno.shutdown, errno.abortedConnection, errno.idleDisconnect];
const SESSION_KILLED: readonly number[] = [errno.connectionKilled, errno.sessionKilled];
const KILLED: readonly number[] = [errno.killed, errno.tooLong, errno.tooLongMariadb, ...SESSION_KILLED];
const READ_ONLY: readonly number[] = [errno.optionPrevents, errno.readOnlyTransaction, errno.readOnlyMode];

/** Says too much rather than too little: PASSWORD EXPIRE carries none. */
const CARRIES_PASSWORD = /\b(IDENTIFIED|PASSWORD)\b/i;

/** The number of a server's own error; undefined for errors of the driver and the network. */
export function errnoOf(error: unknown): number | undefined {
  const { errno: number, sqlState } = (error ?? {}) as { errno?: unknown; sqlState?: unknown };
  return typeof number === 'number' && typeof sqlState === 'string' ? number : undefined;
}

/** An error in answer to `statement`. */
export function queryError(raw: unknown, at: Target, statement: string): RotationError {
  const error = withoutStatement(raw, statement);
  const where = `${at.host}:${at.port}`;
  const number = errnoOf(error);
  if (number !== undefined && KILLED.includes(number)) return killed(number, at, error);
  if (number === undefined || ENDED.includes(number)) return lost(at, 'a statement', error);
  const said = `error ${number}: ${(error as Error).message}`;
  if (DENIED.includes(number)) {
    return new PermissionError(`${at.user} lacks a right at ${where}: ${said}`, {
      hint: 'see the grants on the page of the engine (docs/engines)',
      cause: Object.assign(error as Error, { lacks: rightsFor(statement) }),
    });
  }
  if (READ_ONLY.includes(number)) {
    return new PermissionError(`${where} takes no changes (${said})`, {
      code: 'READ_ONLY',
      hint: 'it is a replica: put the endpoint of the primary into field host, or use alternating users',
      cause: error,
    });
  }
  if (number === errno.weakPassword) {
    return new ConfigurationError(
      `${where} refused the new password of a rotation by its own policy (error ${number})`,
      {
        code: 'PASSWORD_REFUSED',
        hint: `fit PASSWORD_LENGTH and the EXCLUDE_… settings of the function to validate_password of the server; ${WITH_ANOTHER_PASSWORD}`,
        cause: error,
      },
    );
  }
  if (number === errno.tooAlike) {
    return new ConfigurationError(
      `${where} finds the new password of ${at.user} too much like the previous one (error ${number})`,
      {
        code: 'PASSWORD_REFUSED',
        hint: `lower validate_password.changed_characters_percentage of the server, or make PASSWORD_LENGTH greater; ${WITH_ANOTHER_PASSWORD}`,
        cause: error,
      },
    );
  }
  if (number === errno.wrongCurrentPassword) {
    return new AuthenticationError(
      `the password of ${at.user} at ${where} is not the one that it logged in with (error ${number})`,
      {
        hint: 'it was changed meanwhile: rotate again; if this comes again, it is the older of two passwords: rotate once with dual passwords or superuser-set',
        cause: error,
      },
    );
  }
  if (number === errno.currentPasswordNeeded) {
    return new PermissionError(`${where} wants to hear the password that ${at.user} has now (error ${number})`, {
      hint: 'as a superuser ALTER USER … PASSWORD REQUIRE CURRENT OPTIONAL, then rotate again',
      cause: error,
    });
  }
  if (number === errno.usedBefore) {
    return new PermissionError(`${where} takes no password of ${at.user} that was used before (error ${number})`, {
      hint: 'PASSWORD HISTORY or REUSE INTERVAL of the account: the previous password cannot be put back, the new one stays; rotate again',
      cause: error,
    });
  }
  if (number === errno.mustChangePassword) return expired(at, error);
  if (number === errno.lockWait) {
    return new ServiceError(`${where} gave up waiting for a lock that another session holds (error ${number})`, {
      code: 'LOCK_TIMEOUT',
      hint: 'SHOW PROCESSLIST tells who it is: a backup or an open transaction, mostly. The step is safe to repeat',
      cause: error,
    });
  }
  return new ServiceError(`${where} answered a statement of ${at.user} with ${said}`, {
    hint: "look the number up in the server's error reference; the step is safe to repeat",
    cause: error,
  });
}

/** Something ended the work before its end: somebody, or the limit that our session has. */
export function killed(number: number, at: Target, cause?: unknown): RotationError {
  const where = `${at.host}:${at.port}`;
  if (SESSION_KILLED.includes(number)) return ended(at, `error ${number}`, 'KILL', cause);
  return number === errno.killed
    ? new ServiceError(`somebody ended a statement of ${at.user} at ${where} (error ${number})`, {
        hint: 'find who: KILL QUERY, or a program that ends what takes long. The step is safe to repeat',
        cause,
      })
    : new ServiceError(`a statement of ${at.user} at ${where} took more than its 15 s (error ${number})`, {
        hint: 'the server is overloaded: SHOW PROCESSLIST tells with what. The step is safe to repeat',
        cause,
      });
}

/** An expired password lets its owner in for nothing but to change it. */
export function expired({ host, port, user }: Target, cause?: unknown): PermissionError {
  return new PermissionError(`the password of ${user} at ${host}:${port} expired`, {
    hint: 'set it anew as a superuser, store it with put-secret-value, then rotate again',
    cause,
  });
}

/** Was it this error of the server that `error` was made of? */
export function failedWith(error: unknown, number: number): boolean {
  return error instanceof Error && errnoOf(error.cause) === number;
}

/**
 * The driver hangs the statement on its errors, and the server repeats a part of one that it cannot read: both may show a password.
 * Of a statement that carries one, only refusals are told in the server's words: they name users, objects and rights.
 */
export function withoutStatement(error: unknown, statement = ''): Error | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, errno: number, sqlState } = error as { code?: unknown; errno?: unknown; sqlState?: unknown };
  const isQuiet = CARRIES_PASSWORD.test(statement) && !(sqlState !== undefined && DENIED.includes(Number(number)));
  const quiet = number === errno.parse ? 'the server cannot read the statement' : "the server's words are withheld";
  const message = isQuiet || number === errno.parse ? quiet : error.message;
  const clean = new Error(message, error.cause === undefined ? undefined : { cause: error.cause });
  return Object.assign(clean, { name: error.name, code, errno: number, sqlState });
}
