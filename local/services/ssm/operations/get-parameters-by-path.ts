import { flag, structure, whole } from '../../../aws/shapes.ts';
import { present } from '../../secrets-manager/views.ts';
import { checkFilters, type Filter, matchesFilters } from '../filters.ts';
import * as member from '../members.ts';
import { checkPath, isUnder } from '../names.ts';
import { page } from '../pages.ts';
import { latest, type Parameter, select } from '../parameter.ts';
import { shownParameter } from '../views.ts';
import { type Operation, operation } from '../world.ts';

const KEYS = ['Type', 'KeyId', 'Label'];

const input = structure(
  { Path: member.name },
  {
    Recursive: flag,
    ParameterFilters: member.filters,
    WithDecryption: flag,
    MaxResults: whole({ min: 1, max: 10 }),
    NextToken: member.nextToken,
  },
);

export const getParametersByPath: Operation = operation(input, (given, world) => {
  checkPath(given.Path);
  const filters = given.ParameterFilters ?? [];
  checkFilters(filters, KEYS, false);
  const found = world.parameters
    .readAll()
    .filter(({ name }) => isUnder(given.Path, name, given.Recursive ?? false))
    .filter((parameter) => matchesFilters(parameter, filters));
  const { items, nextToken } = page(found, given.MaxResults ?? 10, given.NextToken);
  return present({
    Parameters: items.map((parameter) =>
      shownParameter(chosenVersion(parameter, filters), { name: parameter.name }, given.WithDecryption, world),
    ),
    NextToken: nextToken,
  });
});

/** A filter by label shows the version with that label. */
function chosenVersion(parameter: Parameter, filters: readonly Filter[]) {
  const labels = filters.find(({ Key }) => Key === 'Label')?.Values ?? [];
  return labels.map((label) => select(parameter, label)).find((version) => version) ?? latest(parameter);
}
