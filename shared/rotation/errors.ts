/**
 * Every error that Rekey throws on purpose. One class per reaction; the `code` says which situation, and the runbook has
 * an entry for each (docs/runbook.md). A message is one fact and one hint; neither ever holds a secret value.
 */

/** Code → what it means, in one line. The runbook is checked against this list. */
export const errorCodes = {
  INVALID_EVENT: 'the event is not a rotation event',
  INVALID_CONFIGURATION: 'an environment variable of the function, or the description of its provider, is wrong',
  ROTATION_DISABLED: 'rotation is switched off for the secret',
  TOKEN_UNKNOWN: 'the secret has no version with this token',
  TOKEN_NOT_PENDING: 'the version is neither AWSPENDING nor AWSCURRENT',
  PENDING_EMPTY: 'the pending version has no value (yet)',
  CURRENT_MISSING: 'the secret has no AWSCURRENT value',
  ROTATION_UNFINISHED: 'a rotation of the secret has not ended',
  PREVIOUS_UNUSABLE: 'the value of AWSPREVIOUS cannot be AWSCURRENT again',
  CURRENT_MOVED: 'AWSCURRENT moved to another version while the step ran',
  SECRET_NOT_FOUND: 'the secret does not exist',
  INVALID_SECRET: 'the secret value is not what the strategy needs',
  TARGET_MISMATCH: 'two secrets that must name one place name two',
  AUTHENTICATION_REFUSED: 'the system was reached and refused this login',
  PASSWORD_REFUSED: 'the server or provider takes no value like the one of AWSPENDING, by a policy of its own',
  LOGIN_UNSUPPORTED: 'the system asks for a login that the driver of this function cannot make',
  LOCKED_OUT: 'no stored version opens the system',
  PERMISSION_DENIED: 'the login works but may not do this',
  PRIVILEGES_DIFFER: 'the two users of the pair may do different things',
  READ_ONLY: 'the server takes no changes',
  UNREACHABLE_DNS: 'the host name does not resolve',
  UNREACHABLE_TCP: 'the host does not accept the connection',
  UNREACHABLE_TLS: 'no verified TLS connection came about',
  UNREACHABLE_LOGIN: 'the server was silent, or busy, during login',
  LOCK_TIMEOUT: 'another session holds a lock that the change needs',
  CONNECTION_LOST: 'the connection ended in the middle of the work',
  ACCESS_DENIED: 'the function role may not make this AWS call',
  THROTTLED: 'the service takes no more calls at the moment',
  KEY_LIMIT: 'the provider lets no further key live',
  KEY_IN_USE: 'the previous key is still in use',
  KEY_ISSUED_ELSEWHERE: 'another delivery of the step may have issued a key and not stored it yet',
  UNEXPECTED_ANSWER: 'the provider answered with something that cannot be used',
  SERVICE_FAILED: 'a service or server answered with an error nobody expected',
  ROTATION_ABANDONED: 'the service gave a rotation up, because a value was stored while it ran',
  FUNCTION_NOT_REACHED: 'Secrets Manager did not reach the function',
  FUNCTION_DIED: 'the process of the function ended before it could say why',
  DEADLINE_EXCEEDED: 'the time limit of the function was near',
  UNEXPECTED: 'a defect in Rekey',
} as const;

export type ErrorCode = keyof typeof errorCodes;

export interface ErrorDetails {
  /** What to do next, in the imperative. */
  readonly hint: string;
  readonly code?: ErrorCode;
  /** May the same step pass when it is repeated without anybody's help? */
  readonly retryable?: boolean;
  /** What to mend, when that is not the rotated secret but something that it names: a secret, or a parameter (`isParameter`). */
  readonly about?: string;
  readonly isParameter?: boolean;
  /** That secret is marked for deletion, and can be restored. */
  readonly isDeleted?: boolean;
  /** It is the value of AWSPENDING that does not do: another rotation makes another. */
  readonly ofPending?: boolean;
  /** It is a tag of the rotated secret that is wrong. */
  readonly ofTag?: boolean;
  /** The system has taken the password of the login; what it refused comes after that. */
  readonly tookPassword?: boolean;
  readonly cause?: unknown;
}

export abstract class RotationError extends Error {
  readonly fact: string;
  readonly hint: string;
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly about?: string;
  readonly isParameter?: boolean;
  readonly isDeleted?: boolean;
  readonly ofPending?: boolean;
  readonly ofTag?: boolean;
  readonly tookPassword?: boolean;

  constructor(name: string, fact: string, code: ErrorCode, retryable: boolean, details: ErrorDetails) {
    super(`${fact}; hint: ${details.hint}`, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = name;
    this.fact = fact;
    this.hint = details.hint;
    this.code = details.code ?? code;
    this.retryable = details.retryable ?? retryable;
    if (details.about !== undefined) this.about = details.about;
    if (details.isParameter) this.isParameter = true;
    if (details.isDeleted) this.isDeleted = true;
    if (details.ofPending) this.ofPending = true;
    if (details.ofTag) this.ofTag = true;
    if (details.tookPassword) this.tookPassword = true;
  }
}

/** What people and their programs are told of an error. */
export function errorTold({ name, code, fact, hint, retryable }: RotationError) {
  return { type: name, code, fact, hint, retryable };
}

/** The same error, with more to do. */
export function advised(error: unknown, advice: string): unknown {
  if (!(error instanceof RotationError)) return error;
  const hint = `${error.hint}; ${advice}`;
  return Object.create(Object.getPrototypeOf(error), {
    ...Object.getOwnPropertyDescriptors(error),
    hint: { value: hint, enumerable: true },
    message: { value: `${error.fact}; hint: ${hint}` },
  });
}

/** The event is none that a rotation begins with: whoever sent it must act. */
export class InvalidEventError extends RotationError {
  constructor(fact: string, details: ErrorDetails) {
    super('InvalidEventError', fact, 'INVALID_EVENT', false, details);
  }
}

/** A setting of the deployment is wrong: whoever deployed the function must act. */
export class ConfigurationError extends RotationError {
  constructor(fact: string, details: ErrorDetails) {
    super('ConfigurationError', fact, 'INVALID_CONFIGURATION', false, details);
  }
}

/** Labels or versions are not where this step needs them. */
export class StagingError extends RotationError {
  constructor(fact: string, details: ErrorDetails & { code: ErrorCode }) {
    super('StagingError', fact, details.code, false, details);
  }
}

/** The secret value must be corrected by its owner. */
export class InvalidSecretError extends RotationError {
  constructor(fact: string, details: ErrorDetails) {
    super('InvalidSecretError', fact, 'INVALID_SECRET', false, details);
  }
}

/** Thrown before anything is connected: the values name different users, hosts or ports. */
export class TargetMismatchError extends RotationError {
  constructor(fact: string, details: ErrorDetails) {
    super('TargetMismatchError', fact, 'TARGET_MISMATCH', false, details);
  }
}

/**
 * The system is there, and this login did not come about: it was refused, or (LOGIN_UNSUPPORTED) the driver cannot make it with this
 * value or for this account. Another stored value may do. The only error that a strategy may catch.
 */
export class AuthenticationError extends RotationError {
  constructor(fact: string, details: ErrorDetails) {
    super('AuthenticationError', fact, 'AUTHENTICATION_REFUSED', false, details);
  }
}

/** No stored version opens the system: a person must reset the password. */
export class LockedOutError extends RotationError {
  constructor(fact: string, details: ErrorDetails) {
    super('LockedOutError', fact, 'LOCKED_OUT', false, details);
  }
}

/** The login or the function's role lacks a right. */
export class PermissionError extends RotationError {
  constructor(fact: string, details: ErrorDetails) {
    super('PermissionError', fact, 'PERMISSION_DENIED', false, details);
  }
}

/** The system could not be reached, or the connection to it ended: network, names, TLS, a server that is down. */
export class UnreachableError extends RotationError {
  constructor(fact: string, details: ErrorDetails & { code: ErrorCode }) {
    super('UnreachableError', fact, details.code, true, details);
  }
}

/** A database server, or a service of AWS, answered with something that has no better class here. */
export class ServiceError extends RotationError {
  constructor(fact: string, details: ErrorDetails) {
    super('ServiceError', fact, 'SERVICE_FAILED', true, details);
  }
}

/** A provider of keys answered with something that has no better class here. */
export class ProviderError extends RotationError {
  constructor(fact: string, details: ErrorDetails) {
    super('ProviderError', fact, 'SERVICE_FAILED', true, details);
  }
}

/** The function stopped itself while there was still time to say so. */
export class DeadlineError extends RotationError {
  constructor(fact: string, details: ErrorDetails) {
    super('DeadlineError', fact, 'DEADLINE_EXCEEDED', true, details);
  }
}

/** Something that no class above foresaw. */
export class UnexpectedError extends RotationError {
  constructor(fact: string, details: ErrorDetails) {
    super('UnexpectedError', fact, 'UNEXPECTED', true, details);
  }
}
