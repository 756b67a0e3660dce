import type { SecretsManagerFaults } from '../../aws/service.ts';
import { errors } from './errors.ts';
import { keyOf } from './names.ts';
import type { Parameter } from './parameter.ts';

/** The account's parameters. Either spelling of a flat name finds it. */
export interface ParameterStore {
  /** By name. */
  all(): readonly Parameter[];
  find(name: string): Parameter | undefined;
  /** As `find`, and refuses an unknown parameter. */
  get(name: string): Parameter;
  /** As `find`, but a read may lag behind the latest write. */
  read(name: string): Parameter | undefined;
  /** As `all`, but each parameter as a read sees it. */
  readAll(): readonly Parameter[];
  save(parameter: Parameter): void;
  remove(name: string): void;
  clear(): void;
}

interface Entry {
  readonly now: Parameter;
  readonly before: Parameter | undefined;
  /** How many reads still see `before`. */
  lag: number;
}

export function parameterStore(faults: Pick<SecretsManagerFaults, 'staleReads'>): ParameterStore {
  const entries = new Map<string, Entry>();

  function see(entry: Entry | undefined): Parameter | undefined {
    if (!entry || Math.min(entry.lag, faults.staleReads) <= 0) return entry?.now;
    entry.lag -= 1;
    return entry.before;
  }

  const sorted = () => [...entries.values()].sort((a, b) => (a.now.name < b.now.name ? -1 : 1));

  const store: ParameterStore = {
    all: () => sorted().map(({ now }) => now),
    find: (name) => entries.get(keyOf(name))?.now,
    get(name) {
      const parameter = store.find(name);
      if (!parameter) throw errors.notFound();
      return parameter;
    },
    read: (name) => see(entries.get(keyOf(name))),
    readAll: () => sorted().flatMap((entry) => see(entry) ?? []),
    save(parameter) {
      const key = keyOf(parameter.name);
      entries.set(key, { now: parameter, before: entries.get(key)?.now, lag: faults.staleReads });
    },
    remove: (name) => void entries.delete(keyOf(name)),
    clear: () => entries.clear(),
  };
  return store;
}
