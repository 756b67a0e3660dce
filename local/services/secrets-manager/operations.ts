import { batchGetSecretValue } from './operations/batch-get-secret-value.ts';
import { cancelRotateSecret } from './operations/cancel-rotate-secret.ts';
import { createSecret } from './operations/create-secret.ts';
import { deleteSecret } from './operations/delete-secret.ts';
import { describeSecret } from './operations/describe-secret.ts';
import { getRandomPassword } from './operations/get-random-password.ts';
import { getSecretValue } from './operations/get-secret-value.ts';
import { listSecretVersionIds } from './operations/list-secret-version-ids.ts';
import { listSecrets } from './operations/list-secrets.ts';
import { putSecretValue } from './operations/put-secret-value.ts';
import {
  removeRegionsFromReplication,
  replicateSecretToRegions,
  stopReplicationToReplica,
} from './operations/replication.ts';
import {
  deleteResourcePolicy,
  getResourcePolicy,
  putResourcePolicy,
  validateResourcePolicy,
} from './operations/resource-policy.ts';
import { restoreSecret } from './operations/restore-secret.ts';
import { rotateSecret } from './operations/rotate-secret.ts';
import { tagResource, untagResource } from './operations/tags.ts';
import { updateSecret } from './operations/update-secret.ts';
import { updateSecretVersionStage } from './operations/update-secret-version-stage.ts';
import type { Operation } from './world.ts';

/** Every operation of the service, by its name on the wire. */
export const operations: ReadonlyMap<string, Operation> = new Map([
  ['BatchGetSecretValue', batchGetSecretValue],
  ['CancelRotateSecret', cancelRotateSecret],
  ['CreateSecret', createSecret],
  ['DeleteResourcePolicy', deleteResourcePolicy],
  ['DeleteSecret', deleteSecret],
  ['DescribeSecret', describeSecret],
  ['GetRandomPassword', getRandomPassword],
  ['GetResourcePolicy', getResourcePolicy],
  ['GetSecretValue', getSecretValue],
  ['ListSecretVersionIds', listSecretVersionIds],
  ['ListSecrets', listSecrets],
  ['PutResourcePolicy', putResourcePolicy],
  ['PutSecretValue', putSecretValue],
  ['RemoveRegionsFromReplication', removeRegionsFromReplication],
  ['ReplicateSecretToRegions', replicateSecretToRegions],
  ['RestoreSecret', restoreSecret],
  ['RotateSecret', rotateSecret],
  ['StopReplicationToReplica', stopReplicationToReplica],
  ['TagResource', tagResource],
  ['UntagResource', untagResource],
  ['UpdateSecret', updateSecret],
  ['UpdateSecretVersionStage', updateSecretVersionStage],
  ['ValidateResourcePolicy', validateResourcePolicy],
]);
