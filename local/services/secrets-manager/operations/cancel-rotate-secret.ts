import { structure } from '../../../aws/shapes.ts';
import { errors } from '../errors.ts';
import * as member from '../members.ts';
import { unfinishedRotation } from '../secret.ts';
import { named, present } from '../views.ts';
import { type Operation, operation } from '../world.ts';

const input = structure({ SecretId: member.secretId }, {});

/** Turns rotation off and leaves the labels: AWSPENDING of an unfinished rotation stays where it is. */
export const cancelRotateSecret: Operation = operation(input, (given, { secrets }) => {
  const secret = secrets.getLive(given.SecretId);
  if (!secret.rotation) {
    throw errors.invalidRequest("You can't cancel rotation of a secret that has no rotation configured.");
  }
  secrets.save({ ...secret, rotation: { ...secret.rotation, enabled: false, nextAt: undefined } });
  return present({ ...named(secret), VersionId: unfinishedRotation(secret)?.id });
});
