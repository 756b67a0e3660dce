import { structure } from '../../../aws/shapes.ts';
import { errors } from '../errors.ts';
import * as member from '../members.ts';
import { checkShape } from '../names.ts';
import { type Operation, operation, type World } from '../world.ts';

export const deleteParameter: Operation = operation(structure({ Name: member.name }, {}), ({ Name }, world) => {
  if (!remove(Name, world)) throw errors.notFound();
  return {};
});

export const deleteParameters: Operation = operation(structure({ Names: member.names }, {}), ({ Names }, world) => {
  const deleted = [...new Set(Names)].filter((name) => remove(name, world));
  return { DeletedParameters: deleted, InvalidParameters: Names.filter((name) => !deleted.includes(name)) };
});

/** Was there something to delete? */
function remove(name: string, { parameters, events }: World): boolean {
  checkShape(name);
  const parameter = parameters.find(name);
  if (!parameter) return false;
  parameters.remove(name);
  events.changed('Delete', parameter);
  return true;
}
