import {
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { InvalidSecretError } from '../rotation/errors.ts';
import { nameOf, serviceError } from './service-error.ts';

/** Throws InvalidSecretError (SECRET_NOT_FOUND) when there is no such secret. */
export async function describeSecret(
  client: SecretsManagerClient,
  id: string,
  signal: AbortSignal,
): Promise<DescribeSecretCommandOutput> {
  try {
    return await client.send(new DescribeSecretCommand({ SecretId: id }), { abortSignal: signal });
  } catch (error) {
    if (nameOf(error) !== 'ResourceNotFoundException') throw serviceError(error, `DescribeSecret of ${id}`);
    throw new InvalidSecretError(`secret ${id} does not exist in this account and region`, {
      code: 'SECRET_NOT_FOUND',
      hint: 'check the name or ARN, the region, and whether it was deleted (describe-secret)',
      cause: error,
    });
  }
}
