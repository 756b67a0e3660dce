import { deletionOperations } from './operations/deletion.ts';
import { labelOperations } from './operations/labels.ts';
import { randomPasswordOperations } from './operations/random-password.ts';
import { replicationOperations } from './operations/replication.ts';
import { resourcePolicyOperations } from './operations/resource-policy.ts';
import { rotationOperations } from './operations/rotation.ts';
import { secretOperations } from './operations/secrets.ts';
import { tagOperations } from './operations/tags.ts';
import { valueOperations } from './operations/values.ts';
import type { SecretOperations } from './world.ts';

/** Every operation of the service, by its name on the wire. */
export const operations: SecretOperations = {
  ...secretOperations,
  ...valueOperations,
  ...labelOperations,
  ...rotationOperations,
  ...deletionOperations,
  ...replicationOperations,
  ...resourcePolicyOperations,
  ...tagOperations,
  ...randomPasswordOperations,
};
