import { structure } from '../../../aws/shapes.ts';
import * as member from '../members.ts';
import { described, present, replicationStatus } from '../views.ts';
import { type Operation, operation } from '../world.ts';

const input = structure({ SecretId: member.secretId }, {});

export const describeSecret: Operation = operation(input, (given, { account, secrets }) => {
  const secret = secrets.read(given.SecretId);
  return present({
    ...described(secret, 'VersionIdsToStages', account.region),
    ReplicationStatus: replicationStatus(secret),
  });
});
