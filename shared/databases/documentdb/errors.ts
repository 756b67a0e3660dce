/** The server's and Node's errors, classified by code. Codes: https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml */
import { type Document, MongoCompatibilityError, MongoServerError } from 'mongodb';
import {
  AuthenticationError,
  ConfigurationError,
  PermissionError,
  type RotationError,
  ServiceError,
  UnreachableError,
} from '../../rotation/errors.ts';
import type { Phase, Target as Place } from '../reach.ts';
import { busy, lost, systemCodeOf, unreachable, WITH_ANOTHER_PASSWORD } from '../reach.ts';

export const codes = {
  BAD_VALUE: 2,
  UNAUTHORIZED: 13,
  AUTHENTICATION_FAILED: 18,
  USER_NOT_FOUND: 11,
  MECHANISM_UNAVAILABLE: 334,
  /** The second one: MongoDB 3.6, by its unique index. */
  USER_EXISTS: [51003, 11000],
} as const;

/**
 * What servers answer to an argument of a command that they do not have: BadValue (DocumentDB: https://github.com/ansible-collections/community.mongodb/issues/575),
 * FailedToParse, InvalidOptions, a feature that is not supported, an unknown field.
 */
export const unknownArgument = [codes.BAD_VALUE, 9, 72, 303, 40415];

/** What they answer to a command that they do not have: it is unknown there, or that kind of server does without it. */
export const unknownCommand = [59, 115, 238];

/** BadValue is not among them: it is said of any value, a password too. */
const lacking = [...unknownCommand, ...unknownArgument.filter((code) => code !== codes.BAD_VALUE)];

/** What servers say that take no writes. */
const NOT_WRITABLE = [10107, 13435];

/** What they say to a command that was ended by killOp. */
const INTERRUPTED = 11601;

/**
 * What they say while they start, stop or fail over ("node is recovering"):
 * https://github.com/mongodb/specifications/blob/master/source/server-discovery-and-monitoring/server-discovery-and-monitoring.md#not-writable-primary-and-node-is-recovering
 */
const RECOVERING = [91, 189, 11600, 11602, 13436];

/** How far a connection is known to have got. */
export interface Reached {
  name: boolean;
  tls: boolean;
}

export interface Target extends Place {
  readonly database: string;
}

const TCP_CODES = ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'ETIMEDOUT'];

/** `open`: does the port take connections, as far as anybody knows? */
export function phaseOf(error: unknown, reached: Reached, tls: boolean, open: boolean): Phase {
  if (!reached.name) return 'dns';
  if (!open || TCP_CODES.includes(deepCodeOf(error) ?? '')) return 'tcp';
  return tls && !reached.tls ? 'tls' : 'login';
}

/** `error` undefined: time ran out in this phase. */
export function connectError(error: unknown, phase: Phase, at: Target): RotationError {
  if (error instanceof MongoServerError) return refusedByServer(error, at);
  const where = `${at.host}:${at.port}`;
  if (error instanceof MongoCompatibilityError) {
    return new ServiceError(`${where} speaks a version of the protocol that this driver does not`, {
      hint: 'DocumentDB 3.6 or newer, or MongoDB 3.6 or newer, is needed',
      retryable: false,
      cause: error,
    });
  }
  if (phase === 'login' && isOfDriver(error)) {
    return new AuthenticationError(
      `user ${at.user} cannot log in to ${where} from here: the driver makes no login with this password`,
      {
        code: 'LOGIN_UNSUPPORTED',
        hint: 'a password with line breaks, tabs or other control characters cannot be used with SCRAM-SHA-256 (RFC 4013): look at the ends of the stored value, and give the user another password if it is really so',
        cause: error,
      },
    );
  }
  return unreachable(error, phase, at, 'the cluster', deepCodeOf(error));
}

/** What SASLprep throws is a plain error without a code; the server's and the network's are not. */
function isOfDriver(error: unknown): boolean {
  return error instanceof Error && Object.getPrototypeOf(error) === Error.prototype && deepCodeOf(error) === undefined;
}

/** May a server that sleeps or starts have led to this, in answer to a login? A port that nobody listens on is another matter. */
export function mayBeStarting(error: unknown, phase: Phase): boolean {
  if (error instanceof MongoServerError) return [...RECOVERING, ...NOT_WRITABLE].includes(Number(error.code));
  if (error === undefined) return phase !== 'dns';
  // It was taken and ended before TLS said a word.
  return phase === 'tls' && [undefined, 'ECONNRESET', 'EPIPE'].includes(deepCodeOf(error));
}

/** The server was reached, and its answer to the login is an error. */
function refusedByServer(error: MongoServerError, at: Target): RotationError {
  const where = `${at.host}:${at.port}`;
  switch (error.code) {
    case codes.AUTHENTICATION_FAILED:
    case codes.USER_NOT_FOUND:
      return new AuthenticationError(`${where} refused user ${at.user} of database ${at.database}`, {
        hint: 'the stored password is not the one the server knows, or the user is in another database (field authSource)',
        cause: error,
      });
    case codes.MECHANISM_UNAVAILABLE:
      return new PermissionError(`${where} lets user ${at.user} not log in with SCRAM`, {
        hint: 'give it SCRAM-SHA-256 or SCRAM-SHA-1 as mechanism',
        cause: error,
      });
    default:
      return busy(at, `code ${error.code}`, error);
  }
}

/** An error in answer to `command`. */
export function commandError(error: unknown, at: Target, command: Document): RotationError {
  const where = `${at.host}:${at.port}`;
  // Refused in the middle: the driver lost the connection and logged in again, with a password that is no longer the right one.
  if (!(error instanceof MongoServerError) || error.code === codes.AUTHENTICATION_FAILED) {
    return lost(at, 'a command', error);
  }
  if (error.code === codes.UNAUTHORIZED) {
    return new PermissionError(`${at.user} lacks a right at ${where}: ${error.message}`, {
      hint: `see the roles on the page of the engine (docs/engines/documentdb.md); mostly, as an administrator in mongosh: ${rolesFor(command, at)}`,
      cause: error,
    });
  }
  if (RECOVERING.includes(Number(error.code))) {
    return new UnreachableError(`${where} starts, stops or fails over (code ${error.code})`, {
      code: 'CONNECTION_LOST',
      hint: 'the step is safe to repeat, once the cluster has a primary again',
      cause: error,
    });
  }
  if (error.code === INTERRUPTED) {
    return new ServiceError(`somebody ended a command of ${at.user} at ${where} (code ${error.code})`, {
      hint: 'find who: killOp, or a program that ends what takes long. The step is safe to repeat',
      cause: error,
    });
  }
  if (NOT_WRITABLE.includes(Number(error.code))) {
    return new PermissionError(`${where} takes no changes`, {
      code: 'READ_ONLY',
      hint: 'it is a replica: put the cluster endpoint into field host. If that is there, the cluster failed over just now: rotate again',
      cause: error,
    });
  }
  // Of what stands beside a password in these commands, the server has said before that it has it. Its words are withheld: they may quote.
  if (error.code === codes.BAD_VALUE && command.pwd !== undefined) {
    return new ConfigurationError(`${where} refuses the new password of a rotation because of its form (code 2)`, {
      code: 'PASSWORD_REFUSED',
      hint: `fit PASSWORD_LENGTH and the EXCLUDE_… settings of the function to the rules of the server (DocumentDB: 8 to 100 printable ASCII characters without / " and @); ${WITH_ANOTHER_PASSWORD}`,
      cause: error,
    });
  }
  if (lacking.includes(Number(error.code))) {
    return new ServiceError(`${where} lacks what ${at.user} asked it for (code ${error.code}): ${error.message}`, {
      hint: 'a repeat does not help: see on the page of the engine (docs/engines/documentdb.md) what each strategy asks a server for, and take another strategy or server',
      retryable: false,
      cause: error,
    });
  }
  return new ServiceError(`${where} answered a command of ${at.user} with code ${error.code}: ${error.message}`, {
    hint: 'look the code up on the page of the engine; the step is safe to repeat',
    cause: error,
  });
}

/** What gives the right to a command: to administer users, or, of a user to itself, to set its own password. */
function rolesFor(command: Document, at: Target): string {
  const where = `db.getSiblingDB(${JSON.stringify(at.database)})`;
  const give = (role: string, db: string) =>
    `${where}.grantRolesToUser(${JSON.stringify(at.user)}, [${JSON.stringify({ role, db })}])`;
  if (command.updateUser !== at.user) return give('userAdminAnyDatabase', 'admin');
  const actions = ['changeOwnPassword'];
  const privileges = [{ resource: { db: at.database, collection: '' }, actions }];
  const role = JSON.stringify({ role: 'changesOwnPassword', privileges, roles: [] });
  return `${where}.createRole(${role}); ${give('changesOwnPassword', at.database)}; DocumentDB has no such role: take superuser-set there`;
}

/** Was this the server's answer to a command? Any answer, without a code. */
export function isAnswer(error: unknown, code?: number): boolean {
  const { cause } = error as { cause?: unknown };
  return cause instanceof MongoServerError && (code === undefined || cause.code === code);
}

/** Node's code, wherever in the chain of causes the driver keeps it. */
function deepCodeOf(error: unknown): string | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    const code = systemCodeOf(each);
    if (code !== undefined) return code;
  }
  return undefined;
}
