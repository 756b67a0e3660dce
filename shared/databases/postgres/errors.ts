/** PostgreSQL's and Node's errors, classified by code. Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html */
import pg from 'pg';
import {
  AuthenticationError,
  ConfigurationError,
  InvalidSecretError,
  PermissionError,
  type RotationError,
  ServiceError,
  UnreachableError,
} from '../../rotation/errors.ts';
import type { Phase, Target as Place } from '../reach.ts';
import { busy, ended, lost, tooManyConnections, unreachable, WITH_ANOTHER_PASSWORD } from '../reach.ts';
import type { Why } from '../waking.ts';

export interface Target extends Place {
  readonly database: string;
  readonly product: { readonly title: string; readonly page: string; readonly entry: string };
}

/** Of the server. What pg makes of bytes that it cannot read has no SQLSTATE. */
export function isAnswer(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError && error.code !== undefined;
}

/** Why the server may take, soon, the login that it has refused. Undefined: it will not. */
export function mayPass(error: unknown): Why | undefined {
  if (!isAnswer(error)) return undefined;
  switch (error.code) {
    case '57P03':
      return 'asleep';
    case '53300':
      return 'full';
    case '28000':
      return error.routine === 'ClientAuthentication' ? 'admits nobody' : undefined;
  }
}

/** Why the driver could not make the login that the server asks for, as a clause about the server. */
export interface Unsupported {
  readonly because: string;
  readonly hint: string;
}

/** `error` undefined: time ran out in this phase. */
export function connectError(error: unknown, phase: Phase, at: Target, unsupported?: Unsupported): RotationError {
  if (isAnswer(error)) return refusedByServer(error, at);
  if (unsupported !== undefined) {
    return new AuthenticationError(
      `user ${at.user} cannot log in from here: ${at.host}:${at.port} ${unsupported.because}`,
      {
        code: 'LOGIN_UNSUPPORTED',
        hint: unsupported.hint,
        cause: error,
      },
    );
  }
  return unreachable(error, phase, at, at.product.title);
}

/** What the server does once it has taken the password. A pooler, which has errors of its own before that, names no routine. */
const AFTER_PASSWORD = ['InitializeSessionUserId', 'InitPostgres', 'CheckMyDatabase'];

/** The server was reached, and its answer to the login is an error. */
function refusedByServer(error: pg.DatabaseError, at: Target): RotationError {
  const where = `${at.host}:${at.port}`;
  const tookPassword = AFTER_PASSWORD.includes(error.routine ?? '');
  switch (error.code) {
    case '28P01':
      return authentication(`${where} refused the password of user ${at.user}`, error);
    case '28000':
      // Three answers share the code, and the source routine tells them apart. Redshift, older than 28P01, calls a wrong password this.
      if (error.routine === 'ClientAuthentication') return notAdmitted(error, at);
      if (error.routine === 'auth_failed')
        return authentication(`${where} refused the login of user ${at.user}`, error);
      return authentication(`${where} refused user ${at.user}: no such role, or it may not log in`, error);
    case '3D000':
      return new InvalidSecretError(`database ${at.database} does not exist at ${where}`, {
        hint: 'correct field dbname of the secret',
        tookPassword,
        cause: error,
      });
    case '42501':
      return new PermissionError(`user ${at.user} may not connect to database ${at.database} at ${where}`, {
        hint: `GRANT ${at.product.entry} ON DATABASE ${pg.escapeIdentifier(at.database)} TO ${pg.escapeIdentifier(at.user)}, or correct field dbname of the secret`,
        tookPassword,
        cause: error,
      });
    case '53300':
      return tooManyConnections(at, 'SQLSTATE 53300', error, tookPassword);
    default:
      return busy(at, `SQLSTATE ${error.code}`, error);
  }
}

function authentication(fact: string, cause: unknown): AuthenticationError {
  return new AuthenticationError(fact, { hint: 'the stored password is not the one the server knows', cause });
}

function notAdmitted(cause: unknown, at: Target): UnreachableError {
  const admit = `give pg_hba.conf a line that admits user ${at.user} to database ${at.database} from the function's addresses`;
  return new UnreachableError(
    `${at.host}:${at.port} admits no ${at.tls ? 'TLS' : 'plain-text'} login of user ${at.user} to ${at.database} from here (phase login)`,
    {
      code: 'UNREACHABLE_TLS',
      hint: at.tls
        ? admit
        : `${admit}; if its lines are hostssl (RDS: rds.force_ssl), take "ssl": false out of the secret`,
      cause,
    },
  );
}

const CARRIES_VERIFIER = / PASSWORD '/;

/** An error in answer to `statement`. Of one that carries a verifier, only a refusal for want of a right is told in the server's words. */
export function queryError(raw: unknown, at: Target, statement: string, took: number): RotationError {
  if (!CARRIES_VERIFIER.test(statement)) return errorOf(raw, at, took);
  const error = isAnswer(raw) && raw.code === '42501' ? raw : withoutWords(raw);
  return isOfHook(error) ? refusedByHook(error, at) : errorOf(error, at, took);
}

/** An error in answer to a statement that carries a password in clear. */
export function inClearError(raw: unknown, at: Target, _statement: string, took: number): RotationError {
  const error = withoutWords(raw);
  if (!isOfPolicy(error)) return errorOf(error, at, took);
  return new ConfigurationError(
    `${at.host}:${at.port} refused a password of a rotation by its own policy (SQLSTATE ${error.code})`,
    {
      code: 'PASSWORD_REFUSED',
      hint: `fit PASSWORD_LENGTH and the EXCLUDE_… settings of the function to the policy of the server; ${WITH_ANOTHER_PASSWORD}`,
      cause: error,
    },
  );
}

/** Of a server whose log has the statement now: the password that was in it is set by no repeat. */
export function loggedInClearError(raw: unknown, at: Target, statement: string, took: number): RotationError {
  const error = inClearError(raw, at, statement, took);
  if (!isAnswer(raw) || error.code === 'PASSWORD_REFUSED') return error;
  return new ServiceError(
    `${error.fact}; the statement had the password in clear, and the server's log may have it now`,
    {
      code: error.code,
      retryable: false,
      ofPending: true,
      hint: `mend what failed, or let the server take verifiers; ${WITH_A_PASSWORD_THAT_NO_LOG_HAS}`,
      cause: error.cause,
    },
  );
}

const WITH_A_PASSWORD_THAT_NO_LOG_HAS =
  'then take AWSPENDING off its version, so that this password is never set, and rotate again';

/** The server, or an extension, may repeat the statement, or quote what is wrong with the password. */
function withoutWords(error: unknown): unknown {
  if (!isAnswer(error)) return error;
  const { code, routine } = error;
  return Object.assign(new pg.DatabaseError("the server's words are withheld", 0, 'error'), { code, routine });
}

/**
 * What a check_password_hook answers with when it takes no verifier: 28000 (credcheck), 22023 (passwordcheck's kin). The first versions of
 * credcheck gave no code of their own, but the routine has that name everywhere.
 */
const NO_VERIFIER: readonly (string | undefined)[] = ['28000', '22023'];

function isForVerifiers(error: pg.DatabaseError): boolean {
  return NO_VERIFIER.includes(error.code) || error.routine === 'check_password';
}

/**
 * And what it answers for any reason that its author may have: PL/pgSQL raises P0001 (pg_tle, on RDS and Aurora), also where an expiry
 * date lacks. The password itself would be shown to it, and written down, for nothing.
 */
const OF_HOOK: readonly (string | undefined)[] = ['P0001', '28P01'];

function isOfHook(error: unknown): error is pg.DatabaseError {
  return isAnswer(error) && OF_HOOK.includes(error.code) && !isForVerifiers(error);
}

function refusedByHook(error: pg.DatabaseError, { host, port }: Target): ConfigurationError {
  return new ConfigurationError(
    `a rule of ${host}:${port} for passwords refused a verifier, and does not say why (SQLSTATE ${error.code})`,
    {
      code: 'PASSWORD_REFUSED',
      hint: `read the rule (pg_tle: the function that is registered as passcheck), and have it take what is of PASSWORD_TYPE_SCRAM_SHA_256; ${WITH_ANOTHER_PASSWORD}`,
      cause: error,
    },
  );
}

function isOfPolicy(error: unknown): error is pg.DatabaseError {
  return isAnswer(error) && (isForVerifiers(error) || isOfHook(error));
}

/** Has the server refused a verifier for being one? */
export function refusesVerifiers(error: unknown): boolean {
  return error instanceof ServiceError && isAnswer(error.cause) && isForVerifiers(error.cause);
}

/** A verifier was refused, and the password itself must not be sent. */
export function takesNoVerifier(at: Target): InvalidSecretError {
  const [because, setting] = at.tls
    ? ['CLEAR_TEXT=never keeps the password itself from it', 'take CLEAR_TEXT=never from the function']
    : [
        'without TLS the password itself is not sent',
        `take "ssl": false out of the secret that ${at.user} logs in with`,
      ];
  return new InvalidSecretError(`${at.host}:${at.port} takes no verifier in place of a password, and ${because}`, {
    code: 'PASSWORD_REFUSED',
    hint: `let the server take verifiers, or ${setting}; ${WITH_ANOTHER_PASSWORD}`,
  });
}

/** What sessions of ours give a statement (`patience`), and how much sooner the server may count it as over. */
const STATEMENT_MS = 15_000;
const SLACK_MS = 500;

/** `took`: milliseconds until the answer. */
function errorOf(error: unknown, at: Target, took: number): RotationError {
  const where = `${at.host}:${at.port}`;
  if (!isAnswer(error)) return lost(at, 'a statement', error);
  switch (error.code) {
    case '42501':
      return new PermissionError(`${at.user} lacks a right at ${where}: ${error.message}`, {
        hint: `see the grants on the page of the engine (${at.product.page})`,
        cause: error,
      });
    case '25006':
      return readOnly(error, at);
    case '57014':
      return took < STATEMENT_MS - SLACK_MS
        ? new ServiceError(`somebody cancelled a statement of ${at.user} at ${where} (SQLSTATE 57014)`, {
            hint: 'find who: pg_cancel_backend(), or a program that ends what takes long. The step is safe to repeat',
            cause: error,
          })
        : new ServiceError(`a statement of ${at.user} at ${where} was cancelled after 15 s (SQLSTATE 57014)`, {
            hint: 'the server is overloaded: pg_stat_activity tells with what. The step is safe to repeat',
            cause: error,
          });
    case '57P01':
      return ended(at, `SQLSTATE ${error.code}`, 'pg_terminate_backend()', error);
    case '55P03':
      return new ServiceError(
        `${where} gave up waiting for a lock that another session holds (SQLSTATE ${error.code})`,
        {
          code: 'LOCK_TIMEOUT',
          hint: 'pg_blocking_pids() and pg_stat_activity tell who; an idle transaction, mostly. The step is safe to repeat',
          cause: error,
        },
      );
    default:
      return new ServiceError(
        `${where} answered a statement of ${at.user} with SQLSTATE ${error.code}: ${error.message}`,
        {
          hint: "look the code up in PostgreSQL's manual, appendix A; the step is safe to repeat",
          cause: error,
        },
      );
  }
}

/** Has the server refused a statement for want of a right? */
export function lacksRight(error: unknown): boolean {
  return error instanceof PermissionError && isAnswer(error.cause) && error.cause.code === '42501';
}

/** Where a standby says to BEGIN READ WRITE that it takes none: it checks transaction_read_only. Others have 0A000 for other reasons. */
const READS_ONLY = 'call_bool_check_hook';

/** An error in answer to a message that begins a transaction. */
export function beginError(error: unknown, at: Target, _statement: string, took: number): RotationError {
  const isStandby = isAnswer(error) && error.code === '0A000' && error.routine === READS_ONLY;
  return isStandby ? readOnly(error, at) : errorOf(error, at, took);
}

function readOnly(cause: unknown, at: Target): PermissionError {
  return new PermissionError(`${at.host}:${at.port} takes no changes`, {
    code: 'READ_ONLY',
    hint: 'it is a standby: put the endpoint of the primary into field host, or use alternating users',
    cause,
  });
}
