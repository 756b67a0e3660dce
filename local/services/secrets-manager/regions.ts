/** Where a secret's replicas and its key are. */
import { type Account, arnOf } from '../../aws/service.ts';
import { errors } from './errors.ts';
import type { Replica, Secret } from './secret.ts';

interface ReplicaRegion {
  readonly Region: string;
  readonly KmsKeyId?: string;
}

const REGION = /^(?:af|ap|ca|cn|eu|il|me|mx|sa|us|us-gov)-(?:central|(?:north|south)?(?:east|west)?)-\d$/;

export function checkReplicaRegions(regions: readonly ReplicaRegion[] | undefined, account: Account): void {
  const isValid = ({ Region }: ReplicaRegion) => Region !== account.region && REGION.test(Region);
  if (!(regions ?? []).every(isValid)) throw errors.invalidParameter('Invalid replica region.');
}

export function toReplicas(regions: readonly ReplicaRegion[] | undefined): Replica[] {
  return (regions ?? []).map(({ Region, KmsKeyId }) => ({
    region: Region,
    kmsKeyId: KmsKeyId ?? 'alias/aws/secretsmanager',
  }));
}

/** The same ARN, suffix included, in the replica's region. */
export function replicaArn(secret: Secret, account: Account, region: string): string {
  return secret.arn.replace(`:${account.region}:`, `:${region}:`);
}

/** A key must live in the secret's own region. */
export function checkKmsKey(key: string | undefined, account: Account): void {
  const region = /^arn:[^:]*:kms:([^:]*):/.exec(key ?? '')?.[1];
  if (region !== undefined && region !== account.region) {
    throw errors.invalidParameter(`The operation failed because of an invalid KMS key: Invalid arn ${region}`);
  }
}

/** The name that ListSecretVersionIds has for a secret's key. */
export function kmsKeyIds({ kmsKeyId }: Secret, account: Account): string[] {
  if (!kmsKeyId) return ['DefaultEncryptionKey'];
  if (kmsKeyId.startsWith('arn:')) return [kmsKeyId];
  const resource = kmsKeyId.startsWith('alias/') ? kmsKeyId : `key/${kmsKeyId}`;
  return [arnOf(account, 'kms', resource)];
}
