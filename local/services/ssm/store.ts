import type { lagging } from '../../aws/lagging.ts';
import { type Account, arnOf } from '../../aws/service.ts';
import { errors } from './errors.ts';
import { parameterArn } from './names.ts';
import type { Parameter } from './parameter.ts';

export type ParameterStore = ReturnType<typeof parameterStore>;

/** The parameters of the account's region among those of all, by ARN. Either spelling of a flat name finds it. */
export function parameterStore(account: Account, parameters: ReturnType<typeof lagging<Parameter>>) {
  const find = (name: string) => parameters.get(parameterArn(name, account));
  /** As `find`, but a read may lag behind the latest write. */
  const read = (name: string) => parameters.read(parameterArn(name, account));
  return {
    find,
    /** As `find`, and refuses an unknown parameter. */
    get(name: string): Parameter {
      const parameter = find(name);
      if (!parameter) throw errors.notFound();
      return parameter;
    },
    read,
    /** Every one as a read sees it, by name. */
    readAll: () =>
      parameters
        .values(arnOf(account, 'ssm', ''))
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .flatMap(({ name }) => read(name) ?? []),
    save: (parameter: Parameter) => parameters.set(parameter.arn, parameter),
    remove: ({ arn }: Parameter) => parameters.delete(arn),
  };
}
