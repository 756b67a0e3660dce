/** What all doubles need that hand out keys: who holds one, which of them live, and whose they are. */
import { type Answering, type DoubleAnswer, type DoubleRequest, lateUse } from './double.ts';

interface Issued {
  readonly id: string | number;
  readonly value: string;
  /** So many further uses are refused before it has spread. */
  lag: number;
}

interface Nature<K> {
  isAlive?(key: K): boolean;
  /** Keeps when a key was used, where the vendor tells. */
  noteUse?(key: K, at: Date): void;
}

/** The keys of everybody, in the order in which they were made. */
export function keyring<K extends Issued>({ isAlive = () => true, noteUse }: Nature<K> = {}) {
  const keys = new Map<string, K>();
  const others = new Set<K['id']>();
  const all = () => [...keys.values()];
  const holding = (value: unknown) => all().find((key) => key.value === value && isAlive(key));
  const note = (key: K | undefined, at: Date): void => {
    if (key !== undefined) noteUse?.(key, at);
  };
  const lend = (key: K): K => {
    others.add(key.id);
    return key;
  };
  return {
    keys,
    all,
    add(key: K): K {
      keys.set(String(key.id), key);
      return key;
    },
    /** Belongs to somebody else than the secret's holder. */
    lend,
    /** Takes the slots that are left, for somebody else. */
    fill(most: number, make: () => K): void {
      while (keys.size < most) lend(make());
    },
    /** The living key with this value. */
    holding,
    /** As `holding`, for somebody who uses it: none as long as it has not spread. */
    used(value: unknown): K | undefined {
      const held = holding(value);
      const key = held === undefined || held.lag-- > 0 ? undefined : held;
      note(key, new Date());
      return key;
    },
    /** What a double tells of keys whose values stand in this field of a secret. */
    inField: (field: string) => ({
      lag: 0,
      opens: (secret: Readonly<Record<string, unknown>>) => holding(secret[field]) !== undefined,
      live: () => all().flatMap((key) => (isAlive(key) && !others.has(key.id) ? [key.value] : [])),
      ...(noteUse && {
        use: (secret: Readonly<Record<string, unknown>>) => note(holding(secret[field]), lateUse()),
      }),
    }),
  };
}

/** Answers what the guard lets pass; what the guard gives is the refusal. */
export const guarded =
  (refusalOf: (request: DoubleRequest) => DoubleAnswer | undefined) =>
  (answer: Answering): Answering =>
  (request) =>
    refusalOf(request) ?? answer(request);

/** Answers of what is found, `missing` where nothing is. */
export const found =
  <T>(find: (request: DoubleRequest) => T | undefined, missing: DoubleAnswer) =>
  (answer: (thing: T, request: DoubleRequest) => DoubleAnswer): Answering =>
  (request) => {
    const thing = find(request);
    return thing === undefined ? missing : answer(thing, request);
  };
