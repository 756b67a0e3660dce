import { lagging } from '../../aws/lagging.ts';
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

export function parameterStore(faults: Pick<SecretsManagerFaults, 'staleReads'>): ParameterStore {
  const parameters = lagging<Parameter>(faults);
  const all = () => parameters.values().sort((a, b) => (a.name < b.name ? -1 : 1));

  const store: ParameterStore = {
    all,
    find: (name) => parameters.get(keyOf(name)),
    get(name) {
      const parameter = store.find(name);
      if (!parameter) throw errors.notFound();
      return parameter;
    },
    read: (name) => parameters.read(keyOf(name)),
    readAll: () => all().flatMap(({ name }) => store.read(name) ?? []),
    save: (parameter) => parameters.set(keyOf(parameter.name), parameter),
    remove: (name) => parameters.delete(keyOf(name)),
    clear: parameters.clear,
  };
  return store;
}
