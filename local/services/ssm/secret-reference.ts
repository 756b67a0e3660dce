import { AwsError } from '../../aws/aws-error.ts';
import type { Output } from '../../aws/operation.ts';
import type { CallContext } from '../../aws/service.ts';
import { errors } from './errors.ts';
import type { World } from './world.ts';

const prefix = '/aws/reference/secretsmanager/';
/** The service's model: version ids have so many characters. A label could, but none of the service's own does. */
const versionIdLength = 32;

export const isSecretReference = (name: string): boolean => name.startsWith(prefix);

/**
 * A secret, shown as a parameter.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html
 */
export async function readSecretReference(
  name: string,
  decrypt: boolean | undefined,
  { secretsManager }: World,
  context: CallContext,
): Promise<Output> {
  if (!decrypt) {
    throw errors.validation('WithDecryption flag must be True for retrieving a Secret Manager secret.');
  }
  const [secretId = '', selector] = name.slice(prefix.length).split(':');
  const chosen = selector && { [selector.length >= versionIdLength ? 'VersionId' : 'VersionStage']: selector };
  const secret = await secretsManager
    .call('GetSecretValue', { SecretId: secretId, ...(chosen || undefined) }, context)
    .catch((error: unknown) => {
      if (error instanceof AwsError) throw errors.secretNotFound(name);
      throw error;
    });
  const { ARN, Name, VersionId, VersionStages, SecretString, SecretBinary, CreatedDate } = secret ?? {};
  return {
    // Echoed as asked, without the selector, which has a member of its own.
    Name: `${prefix}${secretId}`,
    Type: 'SecureString',
    Value: SecretString ?? SecretBinary,
    Version: 0,
    ...(selector && { Selector: `:${selector}` }),
    SourceResult: JSON.stringify({ ARN, name: Name, versionId: VersionId, versionStages: VersionStages }),
    LastModifiedDate: CreatedDate,
    ARN,
    DataType: 'text',
  };
}
