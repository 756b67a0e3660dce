/** What a rotation does to the outside world. Labels, versions and storage belong to steps.ts; a strategy never sees them. */
import type { SecureContext } from 'node:tls';
import type { Redactor } from './redact.ts';

export const rotationSteps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;
export type RotationStep = (typeof rotationSteps)[number];

/** How a secret value is read. `parse` throws InvalidSecretError, which names the field and never shows a value. */
export interface SecretSchema<S extends object> {
  /** `what` names the value in messages, for example 'AWSCURRENT of prod/app'. Fields it does not know are kept. */
  parse(text: string, what: string): S;
  /** Every text in the value that nobody may see. */
  confidential(value: S): readonly string[];
}

/** How passwords are made, with the names and defaults of AWS's templates. */
export interface PasswordSettings {
  /** Default: the engine's. An empty text excludes nothing. */
  readonly excludeCharacters?: string | undefined;
  /** Default: 32, or the engine's longest. */
  readonly length?: number | undefined;
  readonly excludeNumbers: boolean;
  readonly excludePunctuation: boolean;
  readonly excludeUppercase: boolean;
  readonly excludeLowercase: boolean;
  readonly requireEachIncludedType: boolean;
}

export interface Trust {
  readonly roots: readonly string[];
  readonly secureContext: SecureContext;
}

export interface RotationContext {
  readonly secretId: string;
  readonly token: string;
  /** Aborts shortly before the function's time limit. Hand it to every outside call. */
  readonly signal: AbortSignal;
  readonly redact: Redactor;
  readonly password: PasswordSettings;
  /** What a server's certificate must chain to. Made once per process: it costs ten milliseconds. */
  trust(): Promise<Trust>;
  /** One line per decision, lower case, fields as data. */
  log(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** What `set` did, for as long as it can be taken back. */
export interface Change {
  /** Set when AWSCURRENT was refused and another stored version opened the system. Names that version. */
  readonly recoveredWith?: string;
  /**
   * Puts back the credential that worked before. Absent when nothing was changed, or when nothing needs putting back.
   * Until `close`, no other delivery of the step may change the same credential, where the system has locks.
   */
  undo?(): Promise<void>;
  /** Releases what `set` holds open. Never throws. */
  close(): Promise<void>;
}

export interface RotationStrategy<S extends object> {
  readonly name: string;
  /** The kind of system, for logs and notifications: 'postgres'. */
  readonly system: string;
  readonly schema: SecretSchema<S>;
  /**
   * 'none': every value that AWSCURRENT ever held keeps working until the new one is current.
   * 'brief': AWSCURRENT is refused from `set` until the promotion.
   */
  readonly outage: 'none' | 'brief';
  /** When to promote: inside setSecret once `test` has passed there, or in finishSecret. */
  readonly cutover: 'set' | 'finish';
  /** Makes the pending value. May be repeated until its result is stored: leaves nothing that a repeat cannot find. */
  create(secrets: { current: S }, ctx: RotationContext): Promise<S>;
  /** Makes the system accept `pending`. Repeating it is harmless. */
  set(
    secrets: {
      pending: S;
      current: S;
      previous(): Promise<S | undefined>;
      /** Values of versions that lost every label, newest first. */
      forgotten(): AsyncIterable<S>;
    },
    ctx: RotationContext,
  ): Promise<Change>;
  /** Uses `pending`, and proves that it may do what `current` may. Changes nothing. `pending` may equal `current`. */
  test(secrets: { pending: S; current: S }, ctx: RotationContext): Promise<void>;
  /** After promotion; repeated on every later step of an already-current token, so that nothing after promotion is lost. */
  settle?(secrets: { current: S; previous?: S }, ctx: RotationContext): Promise<void>;
}
