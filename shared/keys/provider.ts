/** What a provider of keys must be able to do. docs/adding-a-provider.md is the recipe; `describeProvider` is the test. */
import type { RotationContext, SecretSchema } from '../rotation/strategy.ts';
import type { Transport } from './api/transport.ts';
import type { KeySecret } from './secret.ts';

export type { KeySecret };

/** With what a provider is called as the key itself. `S` is what its schema parses. */
export interface KeyAccess<S extends KeySecret = KeySecret> {
  readonly current: S;
  readonly ctx: RotationContext;
  /** Hand it on to `send`. Absent: the network. */
  readonly transport?: Transport | undefined;
}

/** With what a provider is called otherwise. `A` is what its schema of admin secrets parses. */
export interface Access<S extends KeySecret = KeySecret, A extends KeySecret = KeySecret> extends KeyAccess<S> {
  /** Whoever may issue and revoke keys: the value of the secret that `masterarn` names, or the rotated value itself. */
  readonly admin: A;
}

/** A key as the provider lists it. Never its value. */
export interface Key {
  readonly id: string;
  /** Its name or description at the provider, where keys have one. */
  readonly label?: string | undefined;
  readonly createdAt?: Date | undefined;
  /** From then on it opens nothing, and is in the way of another at most. */
  readonly expiresAt?: Date | undefined;
  /** 'never': the provider says so. 'untold': it could, and does not, so the key counts as used. Undefined: it cannot tell. */
  readonly lastUsed?: Date | 'never' | 'untold' | undefined;
  /** By whom or for what it was used last, where the provider tells. */
  readonly usedBy?: string | undefined;
}

interface AnyProvider<S extends KeySecret, A extends KeySecret> {
  readonly name: string;
  readonly schema: SecretSchema<S>;
  /** Where the role of the function or the key itself does all, it takes what is left of that: nothing, or the key. */
  readonly adminSchema: SecretSchema<A>;
  /** The admin secret must say in `admin_of` that it is this provider's: nothing in its fields does. Absent: it may. */
  readonly adminSaysOf?: true;
  /** Fields of another provider's admin secrets, which would pass for this one's. */
  readonly foreign?: readonly string[];
  /** Whose word is taken when the secret names no admin secret: the key itself may do it, or the role of the function. */
  readonly withoutAdmin: 'key' | 'role' | 'refused';
  /** Fields of both secrets that must be equal when both have them, so that no credential goes to another place. */
  readonly sameTarget: readonly string[];
  /** Besides these: fields that must be equal in all values of one secret, and that the admin secret has of its own. */
  readonly sameHolder?: readonly string[];
  /** For so long a fresh key may be refused, until it has spread. Milliseconds. */
  readonly spreadMs: number;
  /** `verify` is given an `Access`: Datadog's application keys work beside an API key only. Absent: it gets no admin credential. */
  readonly verifiesWithAdmin?: true;
  /** Uses the key. AuthenticationError when refused; PermissionError when it lives but lacks what `current` may do. */
  verify(secret: S, access: KeyAccess<S>): Promise<void>;
}

/** How many may live at once, where the provider tells that with its list. */
export type KeyList = readonly Key[] & { readonly slots?: number | undefined };

/**
 * The provider makes the values of its keys.
 *
 * @example
 * const pending = await provider.issue('rekey prod/app', access, await provider.keys(access));
 * await provider.verify(pending, access);
 * const id = await provider.identify(access.current, access);
 * if (id !== undefined) await provider.revoke(id, access, access.current);
 */
export interface IssuingProvider<S extends KeySecret = KeySecret, A extends KeySecret = KeySecret>
  extends AnyProvider<S, A> {
  /** Fields that are a key only together, all of which `issue` changes. Absent: its value alone is one. */
  readonly together?: readonly string[];
  /** Fields of which a new key has none in common with the current one. Absent: `together`, or all that is confidential. */
  readonly own?: readonly string[];
  /** Keys that may live at once, unless the list tells. Absent: more than anybody needs. */
  readonly slots?: number;
  /** So long after the next key was made, the provider ends the previous one by itself. Milliseconds. Absent: it does not. */
  readonly longestGraceMs?: number;
  /**
   * The id under which the provider lists this key; undefined when it is not known any more. `untried`: the key must not be used to
   * find out, and the id is undefined, too, when only the key itself tells it.
   */
  identify(secret: S, access: Access<S, A>, untried?: boolean): Promise<string | undefined>;
  /** The provider lists no keys, so `keys` gives none: the previous one goes by the id in its value, one whose value was lost stays. */
  readonly unlisted?: true;
  /** Every key that takes one of the slots, or may be ours. */
  keys(access: Access<S, A>): Promise<KeyList>;
  /** For configuration checks: throws what `issue` would when these keys are gone, as far as is told while nothing changes. */
  check?(access: Access<S, A>, gone: readonly Key[]): Promise<void>;
  /**
   * Makes one key, named by the label where keys have names. Gives the whole pending value. `keys` is what was listed before.
   * Who finds the way blocked by a key that no list shows asks `theirs` before it goes: what another delivery has stored by then.
   */
  issue(label: string, access: Access<S, A>, keys: readonly Key[], theirs?: () => Promise<S | undefined>): Promise<S>;
  /**
   * Ids of the keys that the admin credential itself is, which are never revoked: asked before anything is. `previous` is the value
   * of AWSPREVIOUS. Absent: the admin credential is none of these keys.
   */
  adminIds?(access: Access<S, A>, previous?: S): Promise<readonly (string | undefined)[]>;
  /** Already gone is success. `previous` is the value of AWSPREVIOUS, which may be the key's. */
  revoke(id: string, access: Access<S, A>, previous?: S): Promise<void>;
  /** Printed when no slot is free: the command that frees one. May have `<id>` in it. */
  readonly freeing: string;
}

/**
 * The provider takes a value that we make, so that nothing can be lost: it is stored before the provider hears of it.
 *
 * @example
 * const pending = provider.make(access);
 * await provider.accept(pending, access, async () => []);
 * await provider.verify(pending, access);
 */
export interface AcceptingProvider<S extends KeySecret = KeySecret, A extends KeySecret = KeySecret>
  extends AnyProvider<S, A> {
  /** 'brief': the previous value stops working at once. */
  readonly outage: 'none' | 'brief';
  make(access: KeyAccess<S>): S;
  /**
   * Afterwards the value of `pending` works; with `outage: 'none'`, so does that of `current`. `known` are all other values that
   * this secret ever had and that may be taken out of the way, that of AWSPREVIOUS first. Repeating it is harmless.
   */
  accept(pending: S, access: Access<S, A>, known: () => Promise<readonly S[]>): Promise<void>;
  /** For configuration checks: throws what `accept` would, as far as the provider tells that while nothing changes. */
  check?(access: Access<S, A>, known: () => Promise<readonly S[]>): Promise<void>;
  /** Ends `previous`, never `current`. Already gone is success. */
  revoke?(previous: S, access: Access<S, A>): Promise<void>;
}
