import { flag, listOf, oneOf, structure, text } from '../../../aws/shapes.ts';
import { present } from '../../secrets-manager/views.ts';
import { errors } from '../errors.ts';
import { checkFilters, matchesFilters } from '../filters.ts';
import * as member from '../members.ts';
import { page } from '../pages.ts';
import { latest } from '../parameter.ts';
import { described } from '../views.ts';
import { type Operation, operation } from '../world.ts';

const KEYS = ['Path', 'Name', 'Type', 'KeyId', 'Tier', 'DataType'];

const input = structure(
  {},
  {
    /** The older, smaller kind of filter. */
    Filters: listOf(
      structure({ Key: oneOf(['Name', 'Type', 'KeyId']), Values: listOf(text({ min: 1, max: 1024 }), { min: 1 }) }, {}),
    ),
    ParameterFilters: member.filters,
    MaxResults: member.maxResults,
    NextToken: member.nextToken,
    Shared: flag,
  },
);

export const describeParameters: Operation = operation(input, (given, { account, parameters }) => {
  if (given.Filters?.length && given.ParameterFilters?.length) {
    throw errors.validation('You can use either Filters or ParameterFilters in a single request.');
  }
  const filters = given.ParameterFilters ?? given.Filters ?? [];
  checkFilters(filters, KEYS, true);
  // Nobody shares anything with this account.
  const all = given.Shared ? [] : parameters.readAll();
  const found = all.filter((parameter) => matchesFilters(parameter, filters));
  const { items, nextToken } = page(found, given.MaxResults ?? 50, given.NextToken);
  return present({
    Parameters: items.map((parameter) => described(parameter, latest(parameter), account)),
    NextToken: nextToken,
  });
});
