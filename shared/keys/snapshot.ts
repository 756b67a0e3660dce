/** What a provider tells of the keys of one secret: by one look, and by questions that are asked only where an answer matters. */

import { LONGEST_INVOCATION_MS } from '../rotation/pause.ts';
import { isForSame, type KeyPorts, opens } from './access.ts';
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

/** Whose keys are looked at, and with what. */
export interface Sight<S extends KeySecret = KeySecret, A extends KeySecret = KeySecret> {
  readonly provider: IssuingProvider<S, A>;
  readonly ports: KeyPorts;
  readonly access: Access<S, A>;
  readonly current: S;
  readonly previous: S | undefined;
}

export async function look({ provider, access, current, previous }: Sight): Promise<Snapshot> {
  const { secretId, token, timeLimitMs = LONGEST_INVOCATION_MS } = access.ctx;
  const keys = await provider.keys(access);
  const currentId = await provider.identify(current, access);
  return {
    keys,
    currentId,
    ...(previous && { previous: { isForSame: isForSame(provider, previous, current) } }),
    isUnlisted: provider.unlisted === true,
    slots: provider.slots,
    of: { secretId, token },
    timeLimitMs,
  };
}

/** The snapshot with the answer in it. */
export async function ask(question: Question, snapshot: Snapshot, sight: Sight): Promise<Snapshot> {
  return { ...snapshot, ...(await answers[question](sight)) };
}

const answers: Readonly<Record<Question, (sight: Sight) => Promise<Partial<Snapshot>>>> = {
  currentOpens: async ({ provider, current, ports, access }) => ({
    currentOpens: await opens(provider, current, ports, access.ctx),
  }),
  previousId: async ({ provider, previous, access }) => ({
    previousId: (previous && (await provider.identify(previous, access))) ?? null,
  }),
  previousOpens: async ({ provider, previous, ports, access }) => ({
    previousOpens: previous !== undefined && (await opens(provider, previous, ports, access.ctx)),
  }),
  adminIds: async ({ provider, previous, access }) => ({
    adminIds: (await provider.adminIds?.(access, previous)) ?? [],
  }),
};
