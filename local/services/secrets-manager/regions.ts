/** Where a secret's replicas and its key are. */
import { type Account, arnOf, regionOf } from '../../aws/service.ts';
import { errors } from './errors.ts';
import type { Replica, Secret } from './secret.ts';

export interface ReplicaRegion {
  readonly Region: string;
  readonly KmsKeyId?: string;
}

const REGION = /^(?:af|ap|ca|cn|eu|il|me|mx|sa|us|us-gov)-(?:central|(?:north|south)?(?:east|west)?)-\d$/;

export function checkReplicaRegions(regions: readonly ReplicaRegion[] | undefined, account: Account): void {
  const isValid = ({ Region }: ReplicaRegion) => Region !== account.region && REGION.test(Region);
  if (!(regions ?? []).every(isValid)) throw errors.invalidParameter('Invalid replica region.');
}

/** The secret as it is in a replica's region: the same ARN, suffix included. `before`: the replica as it was. */
export function replicaOf(primary: Secret, { region, kmsKeyId }: Replica, before?: Secret): Secret {
  return {
    ...primary,
    arn: primary.arn.replace(`:${regionOf(primary.arn)}:`, `:${region}:`),
    primaryArn: primary.arn,
    createdAt: before?.createdAt ?? primary.changedAt,
    accessedAt: before?.accessedAt,
    kmsKeyId,
    tags: undefined,
    rotation: undefined,
    replicas: [],
  };
}

/** Undefined of a secret that is not replicated. */
export function primaryRegion({ arn, primaryArn, replicas }: Secret): string | undefined {
  return primaryArn || replicas.length > 0 ? regionOf(primaryArn ?? arn) : undefined;
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
