import { lagging } from '../../aws/lagging.ts';
import type { SecretsManagerFaults } from '../../aws/service.ts';
import { errors } from './errors.ts';
import { keyOf } from './names.ts';
import type { Parameter } from './parameter.ts';

export type ParameterStore = ReturnType<typeof parameterStore>;

/** The account's parameters. Either spelling of a flat name finds it. */
export function parameterStore(faults: Pick<SecretsManagerFaults, 'staleReads'>) {
  const parameters = lagging<Parameter>(faults);
  /** By name. */
  const all = (): readonly Parameter[] => parameters.values().sort((a, b) => (a.name < b.name ? -1 : 1));
  const find = (name: string) => parameters.get(keyOf(name));
  /** As `find`, but a read may lag behind the latest write. */
  const read = (name: string) => parameters.read(keyOf(name));
  return {
    all,
    find,
    /** As `find`, and refuses an unknown parameter. */
    get(name: string): Parameter {
      const parameter = find(name);
      if (!parameter) throw errors.notFound();
      return parameter;
    },
    read,
    /** As `all`, but each parameter as a read sees it. */
    readAll: () => all().flatMap(({ name }) => read(name) ?? []),
    save: (parameter: Parameter) => parameters.set(keyOf(parameter.name), parameter),
    remove: (name: string) => parameters.delete(keyOf(name)),
    clear: parameters.clear,
  };
}
