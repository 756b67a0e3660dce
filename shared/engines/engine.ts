/** What a database engine must be able to do. docs/adding-an-engine.md is the recipe; `describeEngine` is the test. */
import type { RotationContext } from '../rotation/strategy.ts';
import type { DatabaseSecret } from '../secrets/database-secret.ts';
import type { PasswordPolicy } from '../secrets/password.ts';

export interface DatabaseEngine {
  readonly name: string;
  /** Values of the secret's `engine` field that this engine serves. */
  readonly accepts: readonly string[];
  readonly defaults: { readonly port: number; readonly dbname?: string };
  /** Length and characters that this engine can really store. */
  readonly password: PasswordPolicy;
  /** app ↔ app_clone. Its own inverse. Throws InvalidSecretError when the other name would be longer than the engine allows. */
  counterpart(username: string): string;
  /**
   * Opens one session, in few seconds or not at all. Throws AuthenticationError when, and only when, the server was reached
   * and refused this login; UnreachableError for everything on the way there; InvalidSecretError when the database named
   * does not exist. No second try, no falling back.
   */
  connect(login: DatabaseSecret, ctx: RotationContext): Promise<DatabaseSession>;
}

/** After `ctx.signal` aborts, every member throws. Errors are typed; no error holds a password. */
export interface DatabaseSession {
  /** True once it is known that this account may have no second session: close this one before the next login. */
  readonly exclusive?: boolean;
  /** Asks the server something trivial. */
  ping(): Promise<void>;
  /** Throws PermissionError when this login may not. Repeating it is harmless. */
  setPassword(username: string, password: string): Promise<void>;
  /**
   * For servers with dual passwords: this login's `password` works from now on, beside the one that opened this session, which is
   * refused at no moment; what else worked before does not. Repeating it is harmless, also at the same moment in another session.
   */
  addPassword?(password: string): Promise<void>;
  /**
   * Afterwards `to` exists, has this password and may do exactly what `from` may. All or nothing where changes of users are
   * transactions; elsewhere the password comes last. Repeating it is harmless, also at the same moment in another session.
   * Takes nothing away from `from` that it can use, for it is in use; where the pair has one owner, rights are the owner's.
   */
  cloneUser(from: string, to: string, password: string): Promise<void>;
  /** What this login may do, sorted, in a form that two logins of an alternating pair can be compared by. Holds no value. */
  privileges(): Promise<readonly string[]>;
  /** Never throws. */
  close(): Promise<void>;
}
