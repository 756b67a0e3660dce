/** What a rotation does to the outside world. Labels, versions and storage belong to steps.ts; a strategy never sees them. */
import type { SecureContext } from 'node:tls';
import type { Pause } from './pause.ts';
import type { Redactor } from './redact.ts';

export const rotationSteps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;
export type RotationStep = (typeof rotationSteps)[number];
/** What a person asks for: AWSPREVIOUS is AWSCURRENT again, and works. */
export const ROLLBACK = 'rollback';
/** What a person asks for: what would a rotation find? */
export const DOCTOR = 'doctor';
/** What the function calls itself for later on; Secrets Manager never does. */
export const REVOKE_PREVIOUS = 'revokePrevious';

/**
 * How a secret value is read. `parse` throws InvalidSecretError, which names the field and never shows a value.
 *
 * @example
 * const value = schema.parse(text, 'AWSCURRENT of prod/app');
 * ctx.redact.add(...schema.confidential(value));
 * const stored = schema.format?.(value) ?? JSON.stringify(value);
 */
export interface SecretSchema<S extends object> {
  /** `what` names the value in messages, for example 'AWSCURRENT of prod/app'. Fields it does not know are kept. */
  parse(text: string, what: string): S;
  /** Every text in the value that nobody may see. */
  confidential(value: S): readonly string[];
  /**
   * `pending` with the copies, in fields nobody here knows, of what it has in place of `current`'s. Throws InvalidSecretError when one
   * cannot follow. Absent: `format` sees to it, or there are none.
   */
  follow?(pending: S, current: S): S;
  /**
   * For each field that a rotation may replace: the fields that will follow it. Throws the same before there is a pending value.
   * `together`: the strategy's.
   */
  copies?(current: S, together?: readonly string[]): ReadonlyMap<string, readonly string[]>;
  /** The text of a value, as it is stored. Absent: its JSON. */
  format?(value: S): string;
}

/** What is looked at before a rotation, by and by. */
export type Look = 'read' | 'value' | 'login' | 'copies' | 'superuser' | 'change' | 'provider';

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
  /** 'never': where a server takes no verifier in place of a password, the password itself is not sent either. */
  readonly clearText?: 'never' | undefined;
}

export interface Trust {
  readonly roots: readonly string[];
  readonly secureContext: SecureContext;
}

/**
 * What a strategy is given beside the values: who asks, until when, and how to tell what it does.
 *
 * @example
 * ctx.redact.add(password);
 * ctx.log('waiting for the user to be there', { username });
 * await ctx.pause(100);
 */
export interface RotationContext {
  readonly secretId: string;
  readonly token: string;
  /** The secret's tags in its store: what an owner decides for this secret alone. Empty until the store was asked. */
  readonly tags?: Readonly<Record<string, string>>;
  /** What a person asks for, and waits for the answer. */
  readonly asked?: typeof REVOKE_PREVIOUS | typeof ROLLBACK | typeof DOCTOR;
  /** For a person who asks what a rotation would find: this is looked at from now on, and what was looked at before is well. */
  looksAt?(look: Look): void;
  /** How long an invocation may live, in milliseconds: whatever began longer ago has ended, in one way or the other. */
  readonly timeLimitMs?: number;
  /**
   * Asks for a `revokePrevious` of this rotation at that time; the steps add which version is meant. Repeating it changes nothing. Absent where nothing can be asked for
   * (docs/settings.md). Throws ConfigurationError when it is not allowed.
   */
  later?(at: Date, previous?: string): Promise<void>;
  /** Where a provider is reached in place of its own address. */
  readonly providerEndpoint?: string | undefined;
  /** Aborts shortly before the function's time limit. Hand it to every outside call. */
  readonly signal: AbortSignal;
  /** The system has answered in this step, so it does not sleep: whoever is silent now is not waited for longer. */
  readonly awake?: boolean;
  /** Called before each login that is tried at a database. */
  readonly loginTried?: () => void;
  /** Called in `set` by a strategy that saw AWSCURRENT open the system, before it changes anything: for what people are told. */
  currentOpens?(): void;
  /** The same of AWSPREVIOUS, where `set` goes on to throw that AWSCURRENT was refused. */
  previousOpens?(): void;
  /** Waits before a repeat. Rejects with the signal's reason when that aborts meanwhile. */
  readonly pause: Pause;
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
   * Puts back the credential that worked before, and all that the system keeps of it: whoever it let in before, it lets in again.
   * Absent when nothing was changed, or when nothing needs putting back.
   * Until `close`, no other delivery of the step may change the same credential, where the system has locks.
   */
  undo?(): Promise<void>;
  /**
   * Resolves when what was set is in force wherever the secret is used: a replica may be behind. Waited for before the proof. Absent: it
   * is in force already.
   */
  inForce?(): Promise<void>;
  /** In place of the strategy's `test`, when the step goes on to it: it knows what `set` has seen. */
  test?(ctx: RotationContext): Promise<void>;
  /** Uses the credential that `undo` put back. True when the system was seen to take it; never throws. */
  reopens?(): Promise<boolean>;
  /** Releases what `set` holds open. Never throws. */
  close(): Promise<void>;
}

/** What kept `revoke` from ending what AWSPREVIOUS opens. */
export interface Kept {
  /** Who or what still uses it, as far as the system tells; or why it is not to be ended. One clause, no value. */
  readonly because: string;
  /** When it may be ended. Absent: it is not to be ended after all. */
  readonly until?: Date;
}

/**
 * What a rotation does to one kind of system.
 *
 * @example
 * const pending = await strategy.create({ current, previous: async () => undefined, stored: async () => undefined }, ctx);
 * const change = await strategy.set({ pending, current, previous: async () => undefined, forgotten: async function* () {} }, ctx);
 * try {
 *   await strategy.test({ pending, current }, ctx);
 * } catch (error) {
 *   await change.undo?.();
 *   throw error;
 * } finally {
 *   await change.close();
 * }
 */
export interface RotationStrategy<S extends object> {
  readonly name: string;
  /** The kind of system, for logs and notifications: 'postgres'. */
  readonly system: string;
  readonly schema: SecretSchema<S>;
  /** Does it look at `ctx.tags`? In a store that has to be asked for them apart, they are there only if it says so. */
  readonly readsTags?: boolean;
  /** Fields that open the system only together, all of which a rotation changes. Absent: the one it changes means something alone. */
  readonly together?: readonly string[];
  /**
   * 'none': every value that AWSCURRENT ever held keeps working until the new one is current.
   * 'brief': AWSCURRENT is refused from `set` until the promotion.
   */
  readonly outage: 'none' | 'brief';
  /** When to promote: inside setSecret once `test` has passed there, or in finishSecret. */
  readonly cutover: 'set' | 'finish';
  /**
   * Makes the pending value. May be repeated until its result is stored: leaves nothing that a repeat cannot find. Whoever acts
   * on the system here looks at `stored` first, the pending value of an earlier try, and gives that one back.
   */
  create(
    secrets: { current: S; previous(): Promise<S | undefined>; stored(): Promise<S | undefined> },
    ctx: RotationContext,
  ): Promise<S>;
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
  /**
   * In a configuration check, after `test`: looks at what a rotation will need besides a login with `current`, as far as that changes
   * nothing. Throws what the rotation would.
   */
  check?(
    secrets: { current: S; previous(): Promise<S | undefined>; forgotten(): AsyncIterable<S> },
    ctx: RotationContext,
  ): Promise<void>;
  /**
   * After promotion; repeated on every later step of an already-current token, so that nothing after promotion is lost. The next
   * rotation may have begun by then: `named` reads the value that AWSCURRENT names at that moment.
   */
  settle?(secrets: { current: S; previous?: S }, ctx: RotationContext, named: () => Promise<S>): Promise<void>;
  /**
   * Ends what `previous` opens and `current` does not, at the time that `settle` asked for with `ctx.later`. Repeating it is
   * harmless. Gives what kept it from that.
   */
  revoke?(secrets: { current: S; previous: S }, ctx: RotationContext): Promise<Kept | undefined>;
}
