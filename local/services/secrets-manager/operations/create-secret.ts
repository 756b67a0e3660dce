import { flag, structure, text } from '../../../aws/shapes.ts';
import { errors } from '../errors.ts';
import { checkKmsKey } from '../kms-key.ts';
import * as member from '../members.ts';
import { checkName, newArn } from '../names.ts';
import { checkReplicaRegions, toReplicas } from '../replicas.ts';
import type { Secret } from '../secret.ts';
import { CURRENT, versionOf } from '../secret.ts';
import { givenValue, requireToken, storeValue } from '../stored-value.ts';
import { mergeTags } from '../tag-list.ts';
import { named, present, replicationStatus } from '../views.ts';
import { type Operation, operation } from '../world.ts';

const input = structure(
  { Name: text({ min: 1, max: 512 }) },
  {
    ClientRequestToken: member.token,
    Description: member.description,
    KmsKeyId: member.kmsKeyId,
    SecretString: member.secretString,
    SecretBinary: member.secretBinary,
    Tags: member.tags,
    AddReplicaRegions: member.replicaRegions,
    ForceOverwriteReplicaSecret: flag,
  },
);

export const createSecret: Operation = operation(input, (given, { account, secrets }) => {
  const token = requireToken(given.ClientRequestToken);
  checkName(given.Name);
  const value = givenValue(given);
  checkKmsKey(given.KmsKeyId, account);
  checkReplicaRegions(given.AddReplicaRegions, account);

  const namesake = secrets.find(given.Name);
  if (namesake?.deletion) {
    throw errors.invalidRequest(
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  }
  if (namesake) {
    // The same call again, after an answer that got lost: storeValue refuses it unless the value is the same, too.
    if (!value || !versionOf(namesake, token)) {
      throw errors.exists(`The operation failed because the secret ${given.Name} already exists.`);
    }
    return answer(storeValue(namesake, token, value, [CURRENT], account.now()), token);
  }

  const bare: Secret = {
    arn: newArn(account, given.Name),
    name: given.Name,
    createdAt: account.now(),
    changedAt: account.now(),
    description: given.Description,
    kmsKeyId: given.KmsKeyId,
    tags: given.Tags && mergeTags([], given.Tags),
    replicas: toReplicas(given.AddReplicaRegions),
    versions: [],
  };
  const secret = value ? storeValue(bare, token, value, [CURRENT], account.now()) : bare;
  return answer(secrets.save(secret), value && token);
});

function answer(secret: Secret, versionId: string | undefined) {
  return present({ ...named(secret), VersionId: versionId, ReplicationStatus: replicationStatus(secret) });
}
