import { type Account, arnOf } from '../../aws/service.ts';
import { errors } from './errors.ts';
import type { Secret } from './secret.ts';

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
