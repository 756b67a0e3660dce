import { present, seconds } from '../../aws/present.ts';
import { primaryRegion } from './regions.ts';
import { expandedRules } from './schedule.ts';
import type { Secret, SecretValue, Version } from './secret.ts';

export function named(secret: Secret): { ARN: string; Name: string } {
  return { ARN: secret.arn, Name: secret.name };
}

export function valueMembers(value: SecretValue): Record<string, string> {
  return 'string' in value ? { SecretString: value.string } : { SecretBinary: value.binary };
}

/** Deprecated versions have no VersionStages member, not an empty one. */
export function stages(version: Version | undefined): readonly string[] | undefined {
  return version?.labels.length ? version.labels : undefined;
}

export function replicationStatus(secret: Secret): readonly Record<string, string>[] | undefined {
  if (secret.replicas.length === 0) return undefined;
  return secret.replicas.map(({ region, kmsKeyId, isFailed }) => ({
    Region: region,
    KmsKeyId: kmsKeyId,
    Status: isFailed ? 'Failed' : 'InSync',
    StatusMessage: isFailed
      ? `Replication failed: Secret name ${secret.name} already exists in region ${region}.`
      : 'Replication succeeded',
  }));
}

/** DescribeSecret and ListSecrets show the same, under one different name. */
export function described(secret: Secret, labelsAre: 'VersionIdsToStages' | 'SecretVersionsToStages') {
  const labelled = secret.versions.filter((version) => version.labels.length > 0);
  const { rotation } = secret;
  return present({
    ...named(secret),
    Description: secret.description || undefined,
    KmsKeyId: secret.kmsKeyId || undefined,
    Type: secret.type || undefined,
    RotationEnabled: rotation?.enabled,
    RotationLambdaARN: rotation?.functionArn,
    RotationRules: rotation?.rules && present(expandedRules(rotation.rules, secret.changedAt)),
    LastRotatedDate: seconds(rotation?.lastAt),
    LastChangedDate: seconds(secret.changedAt),
    LastAccessedDate: seconds(secret.accessedAt),
    DeletedDate: seconds(secret.deletion?.at),
    NextRotationDate: seconds(rotation?.next?.date),
    Tags: secret.tags,
    [labelsAre]: labelled.length ? Object.fromEntries(labelled.map(({ id, labels }) => [id, labels])) : undefined,
    CreatedDate: seconds(secret.createdAt),
    PrimaryRegion: primaryRegion(secret),
  });
}
