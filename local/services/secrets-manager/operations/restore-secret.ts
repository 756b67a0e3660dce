import { structure } from '../../../aws/shapes.ts';
import * as member from '../members.ts';
import { named } from '../views.ts';
import { type Operation, operation } from '../world.ts';

const input = structure({ SecretId: member.secretId }, {});

/** Rotation stays off, as the deletion left it. */
export const restoreSecret: Operation = operation(input, (given, { secrets }) => {
  const secret = secrets.get(given.SecretId);
  if (secret.deletion) secrets.save({ ...secret, deletion: undefined });
  return named(secret);
});
