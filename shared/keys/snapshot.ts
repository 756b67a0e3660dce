/** What a provider tells of the keys of one secret: by one look, and by questions that are asked only where an answer matters. */

import { LONGEST_INVOCATION_MS } from '../rotation/pause.ts';
import { isForSame, type KeyPorts, keyOpens } from './access.ts';
import type { Labelled } from './labels.ts';
import type { Access, IssuingProvider, Key, KeySecret } from './provider.ts';

/** What is known of a secret's keys. What is undefined was not asked yet, and is asked only where the judgement hangs on it. */
export interface Snapshot {
  /** Every key that the provider lists: of this secret and of others. */
  readonly keys: readonly Key[];
  /** Under which id the key of AWSCURRENT is listed. Undefined: nobody knows. */
  readonly currentId: string | undefined;
  /** Does the provider let AWSCURRENT in? */
  readonly currentOpens?: boolean;
  /** Undefined: there is no such value. */
  readonly previous?: {
    /** Is it about the same account and holder as AWSCURRENT? One of another place proves nothing here. */
    readonly isForSame: boolean;
  };
  /** Null: nobody knows. */
  readonly previousId?: string | null;
  /** To ask is to use the key, at most providers. */
  readonly previousOpens?: boolean;
  /** Keys that the admin credential itself is. */
  readonly adminIds?: readonly (string | undefined)[];
  /** The provider lists no keys, so `keys` says nothing. */
  readonly isUnlisted: boolean;
  /** Keys that may live at once. Undefined: more than anybody needs. */
  readonly slots: number | undefined;
  /** Of which secret and rotation a key's name tells. */
  readonly of: Labelled;
  /** Whatever issued a key longer ago than this has ended. Milliseconds. */
  readonly timeLimitMs: number;
}

/** These cost a call that is of no use in most rotations, or use a key that should look unused. */
export type Question = 'currentOpens' | 'previousId' | 'previousOpens' | 'adminIds';

export interface Look {
  readonly snapshot: Snapshot;
  /** What the snapshot does not tell yet. */
  readonly answers: { readonly [Q in Question]: () => Promise<Snapshot[Q]> };
}

export async function look<S extends KeySecret, A extends KeySecret>(
  provider: IssuingProvider<S, A>,
  ports: KeyPorts,
  access: Access<S, A>,
  current: S,
  previous: S | undefined,
  /** The previous key is not to be used: it counts as alive, and whatever no stored id tells of it stays unknown. */
  untried = false,
): Promise<Look> {
  const { secretId, token, timeLimitMs = LONGEST_INVOCATION_MS } = access.ctx;
  const opensFor = (value: S) => keyOpens(provider, value, ports, access.ctx);
  const keys = await provider.keys(access);
  const idOfPrevious = async () => (previous && (await provider.identify(previous, access, untried))) ?? null;
  // An untried key may be among those that would go, so no slot can be told to be missing.
  const isUntold = untried && previous !== undefined && (await idOfPrevious()) === null;
  return {
    snapshot: {
      keys,
      currentId: await provider.identify(current, access),
      ...(previous && { previous: { isForSame: isForSame(provider, previous, current) } }),
      isUnlisted: provider.unlisted === true,
      slots: isUntold ? undefined : (keys.slots ?? provider.slots),
      of: { secretId, token },
      timeLimitMs,
    },
    answers: {
      currentOpens: () => opensFor(current),
      previousId: idOfPrevious,
      previousOpens: async () => previous !== undefined && (untried || opensFor(previous)),
      adminIds: async () => (await provider.adminIds?.(access, previous)) ?? [],
    },
  };
}
