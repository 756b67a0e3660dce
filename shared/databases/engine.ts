/** What a database engine must be able to do. docs/adding-an-engine.md is the recipe; `describeEngine` is the test. */
import { AuthenticationError, advised, type RotationError } from '../rotation/errors.ts';
import type { RotationContext } from '../rotation/strategy.ts';
import { UNSEEN_HINT, unseenEnd } from '../rotation/unseen.ts';
import type { PasswordPolicy } from './password.ts';
import type { DatabaseLogin } from './secret.ts';

/**
 * One kind of database.
 *
 * @example
 * await withSession(engine, login, ctx, (session) => session.setPassword(login.username, 'A-new-one-1'));
 * await withSession(engine, { ...login, password: 'A-new-one-1' }, ctx, (session) => session.ping());
 */
export interface DatabaseEngine {
  readonly name: string;
  /** Values of the secret's `engine` field that this engine serves. */
  readonly accepts: readonly string[];
  readonly defaults: { readonly port: number; readonly dbname?: string };
  /** Length and characters that this engine can really store. */
  readonly password: PasswordPolicy;
  /** The other name of a pair: `app_clone` of `app`, and `app` of `app_clone`. Throws InvalidSecretError when the other name would be longer than the engine allows. */
  counterpart(username: string): string;
  /** What else than the password a refused login may come from here, as a clause for hints. */
  readonly refusedFor?: string;
  /**
   * Opens one session. A server that is awake does that in few seconds or not at all; one that may sleep is waited for, within the
   * function's time, unless `ctx.awake`. Throws AuthenticationError when, and only when, the server was reached
   * and refused this login; UnreachableError for everything on the way there; InvalidSecretError when the database named
   * does not exist. No falling back, and no second try of a login that was refused.
   */
  connect(login: DatabaseLogin, ctx: RotationContext): Promise<DatabaseSession>;
}

/** Opens a session, uses it, and closes it, also when `use` throws. Throws what `connect` and `use` throw. */
export async function withSession<T>(
  engine: DatabaseEngine,
  login: DatabaseLogin,
  ctx: RotationContext,
  use: (session: DatabaseSession) => Promise<T>,
): Promise<T> {
  const session = await openSession(engine, login, ctx);
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}

/** As `connect`, and a refusal tells what stands unseen at the ends of the password. */
export async function openSession(
  engine: DatabaseEngine,
  login: DatabaseLogin,
  ctx: RotationContext,
): Promise<DatabaseSession> {
  return engine.connect(login, ctx).catch((error: unknown) => {
    throw error instanceof AuthenticationError ? withEndsTold(error, login) : error;
  });
}

/** The refusal of a login, and what stands unseen at the ends of its password: it may be all that is wrong. */
export function withEndsTold(refusal: RotationError, { password }: DatabaseLogin): unknown {
  const unseen = unseenEnd(password);
  if (unseen === undefined) return refusal;
  return advised(refusal, `the stored password begins or ends in ${unseen}: unless that is meant, ${UNSEEN_HINT}`);
}

/**
 * After `ctx.signal` aborts, every member throws. Errors are typed; no error holds a password.
 *
 * @example
 * const takeBack = await session.setPassword('app', 'A-new-one-1');
 * const [may, should] = [await session.privileges(), await other.privileges()];
 * if (may.join() !== should.join()) await takeBack();
 */
export interface DatabaseSession {
  /** What opened it. */
  readonly proven: ProvenLogin;
  /** True once it is known that this account may have no second session: close this one before the next login. */
  readonly exclusive?: boolean;
  /** Asks the server something trivial. */
  ping(): Promise<void>;
  /**
   * Throws PermissionError when this login may not. Repeating it is harmless. What the server keeps is never weaker than before, as
   * far as the server leaves that to us, and nothing that drivers refuse. `proven` has logged in as `username`; absent, it is this session's own login.
   * Where accounts of several hosts have that name, those that it opens are changed, and no others.
   */
  setPassword(username: string, password: string, proven?: ProvenLogin): Promise<TakeBack>;
  /**
   * Waits until no other session is in a cut-over of this user, which lasts from its `setPassword` to its `close`, and keeps others waiting
   * until this one closes. `exclusive` is known from then on. Absent: the server has no locks.
   */
  holdCutOver?(username: string): Promise<void>;
  /**
   * For servers that show a superuser what they keep of a password: does this one open `username`? Not a login, so none is refused
   * and counted. Not for another server than this one: a replica may be behind. Throws TargetMismatchError when the login might fall to
   * another account of that name, which has another password.
   */
  opens?(username: string, password: string): Promise<boolean>;
  /**
   * For servers with dual passwords: this login's `password` works from now on, beside the one that opened this session, which is
   * refused at no moment; what else worked before does not. Repeating it is harmless, also at the same moment in another session.
   * `abandoned` are passwords of rotations that nobody finished: a server may want to hear the one that it has now.
   */
  addPassword?(password: string, abandoned?: () => AsyncIterable<string>): Promise<void>;
  /**
   * For servers with dual passwords: nothing but the password that opened this session works from now on. False, and nothing is
   * changed, when that one is itself the older of two. Repeating it is harmless.
   */
  discardOldPassword?(): Promise<boolean>;
  /**
   * Afterwards `to` exists, has this password and may do exactly what `from` may. All or nothing where changes of users are
   * transactions; elsewhere the password comes last. Repeating it is harmless, also at the same moment in another session, which
   * may be kept waiting until this one closes.
   * Takes nothing away from `from` that it can use, for it is in use; where the pair has one owner or model, rights are its.
   * Throws TargetMismatchError when `to` is there and neither the server nor `proof` tells that the two are a pair: pair.ts.
   */
  cloneUser(from: string, to: string, password: string, proof: PairProof): Promise<void>;
  /** The same changes, none of which stays. Absent: the server tells nothing without a change. */
  readonly rehearsal?: Rehearsal;
  /** What this login may do, sorted, in a form that two logins of an alternating pair can be compared by. Holds no value. */
  privileges(): Promise<readonly string[]>;
  /** Never throws. */
  close(): Promise<void>;
}

/** A login that the server took. */
export interface ProvenLogin {
  readonly password: string;
  /** What the login showed of what the server keeps of the password. For the engine that made it, and for nobody else. */
  readonly kept?: unknown;
}

/**
 * Makes what the server keeps of the user's password what it was before the change: its kind, its rounds, its plugin, a second
 * password beside it. For as long as the session lasts. Repeating it is harmless.
 */
export interface TakeBack {
  (): Promise<void>;
  /**
   * Puts the password back in another form. For a login through a pooler, whose own checks do not show for certain what the server
   * keeps: where what was put back is not seen to open, this may.
   */
  readonly otherwise?: () => Promise<void>;
}

/** For configuration checks. Throws what the change of that name would, as far as the server tells that while nothing changes. */
export interface Rehearsal {
  setPassword?(username: string, password: string): Promise<void>;
  cloneUser(...change: Parameters<DatabaseSession['cloneUser']>): Promise<void>;
}

/** What a secret knows of a pair, before a superuser acts on its word. Has logged in as `from`. */
export interface PairProof extends ProvenLogin {
  /** What stored versions hold for `to`, newest first. */
  others(): AsyncIterable<string>;
}
