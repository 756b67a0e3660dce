import { flag, structure } from '../../../aws/shapes.ts';
import { present } from '../../secrets-manager/views.ts';
import { errors } from '../errors.ts';
import * as member from '../members.ts';
import { readReference } from '../names.ts';
import { page } from '../pages.ts';
import { shownVersion } from '../views.ts';
import { type Operation, operation } from '../world.ts';

const input = structure(
  { Name: member.name },
  { WithDecryption: flag, MaxResults: member.maxResults, NextToken: member.nextToken },
);

export const getParameterHistory: Operation = operation(input, (given, world) => {
  const { name } = readReference(given.Name);
  const parameter = world.parameters.read(name);
  if (!parameter) throw errors.notFound();
  const { items, nextToken } = page(parameter.versions, given.MaxResults ?? 50, given.NextToken);
  return present({
    Parameters: items.map((version) => shownVersion(version, name, given.WithDecryption, world)),
    NextToken: nextToken,
  });
});
