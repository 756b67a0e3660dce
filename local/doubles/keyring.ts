/** What all doubles need that hand out keys: who holds one, which of them live, and whose they are. */
import type { Answering, DoubleAnswer, DoubleRequest } from './double.ts';

interface Issued {
  readonly id: string | number;
  readonly value: string;
  /** So many further uses are refused before it has spread. */
  lag: number;
}

/** The keys of everybody, in the order in which they were made. */
export function keyring<K extends Issued>(isAlive: (key: K) => boolean = () => true) {
  const keys = new Map<string, K>();
  const others = new Set<K['id']>();
  const all = () => [...keys.values()];
  const holding = (value: unknown) => all().find((key) => key.value === value && isAlive(key));
  return {
    keys,
    all,
    add(key: K): K {
      keys.set(String(key.id), key);
      return key;
    },
    /** Belongs to somebody else than the secret's holder. */
    lend(key: K): K {
      others.add(key.id);
      return key;
    },
    /** The living key with this value. */
    holding,
    /** As `holding`, for somebody who uses it: none as long as it has not spread. */
    used(value: unknown): K | undefined {
      const key = holding(value);
      return key === undefined || key.lag-- > 0 ? undefined : key;
    },
    opens: (value: unknown) => holding(value) !== undefined,
    live: () => all().flatMap((key) => (isAlive(key) && !others.has(key.id) ? [key.value] : [])),
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
