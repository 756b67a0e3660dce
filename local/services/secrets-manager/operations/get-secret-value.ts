import { structure, text } from '../../../aws/shapes.ts';
import { errors } from '../errors.ts';
import * as member from '../members.ts';
import { accessed, CURRENT, holderOf, type Secret, type Version, versionOf } from '../secret.ts';
import { named, present, seconds, stages, valueMembers } from '../views.ts';
import { type Operation, operation, type World } from '../world.ts';

const input = structure(
  { SecretId: member.secretId },
  { VersionId: text({ min: 32, max: 64 }), VersionStage: member.stagingLabel },
);

export const getSecretValue: Operation = operation(input, (given, world) =>
  readValue(world, given.SecretId, given.VersionId, given.VersionStage),
);

export function readValue({ account, secrets }: World, secretId: string, versionId?: string, label?: string) {
  const secret = secrets.read(secretId);
  if (secret.deletion) throw errors.deleted();
  const version = chosenVersion(secret, versionId, label);
  // A version without value is not found: createSecret of every rotation function relies on it.
  if (!version.value)
    throw label || !versionId ? errors.labelNotFound(label ?? CURRENT) : errors.versionNotFound(versionId);

  secrets.note(secret.arn, (latest) => accessed(latest, version.id, account.now()));
  return present({
    ...named(secret),
    VersionId: version.id,
    ...valueMembers(version.value),
    VersionStages: stages(version),
    CreatedDate: seconds(version.createdAt),
  });
}

function chosenVersion(secret: Secret, versionId: string | undefined, label: string | undefined): Version {
  if (versionId === undefined) {
    const version = holderOf(secret, label ?? CURRENT);
    if (!version) throw errors.labelNotFound(label ?? CURRENT);
    return version;
  }
  const version = versionOf(secret, versionId);
  if (!version) throw errors.versionNotFound(versionId);
  if (label !== undefined && !version.labels.includes(label)) {
    throw errors.invalidRequest('You provided a VersionStage that is not associated to the provided VersionId.');
  }
  return version;
}
