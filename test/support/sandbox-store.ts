/** A secret in the sandbox, reached through the official SDK. */
import { randomUUID } from 'node:crypto';
import {
  CancelRotateSecretCommand,
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import type { Sandbox } from '../../local/sandbox.ts';
import { secretsManagerVersions } from '../../shared/stores/secrets-manager/secrets-manager.ts';
import type { TestStore } from './store.ts';

const BY_HAND = 'rotated-by-hand';

export function sandboxClient(sandbox: Sandbox): SecretsManagerClient {
  return new SecretsManagerClient({
    endpoint: sandbox.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test' },
    maxAttempts: 3,
  });
}

/**
 * The sandbox's own driving of the steps is kept out: the function fails at once, and the test calls the steps itself.
 * Start the sandbox with `automaticRetries: 0`.
 */
export async function sandboxStore(
  sandbox: Sandbox,
  client: SecretsManagerClient,
  initial: string,
): Promise<TestStore> {
  sandbox.functions.register(BY_HAND, {
    handler: async () => {
      throw new Error('the test calls the steps');
    },
  });
  const Name = `test/${randomUUID()}`;
  const { ARN } = await client.send(new CreateSecretCommand({ Name, SecretString: initial }));
  const SecretId = String(ARN);
  const RotationLambdaARN = `arn:aws:lambda:us-east-1:${sandbox.account.accountId}:function:${BY_HAND}`;
  const labels = async () => {
    const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId }));
    return VersionIdsToStages;
  };

  return {
    secretId: SecretId,
    versions: secretsManagerVersions({ client, signal: new AbortController().signal }),
    async begin() {
      const { VersionId } = await client.send(
        new RotateSecretCommand({ SecretId, RotationLambdaARN, RotationRules: { AutomaticallyAfterDays: 30 } }),
      );
      await sandbox.idle();
      return String(VersionId);
    },
    async abandon() {
      const pending = Object.entries(await labels()).find(([, all]) => all.includes('AWSPENDING'))?.[0];
      if (pending === undefined) return;
      const command = { SecretId, VersionStage: 'AWSPENDING', RemoveFromVersionId: pending };
      await client.send(new UpdateSecretVersionStageCommand(command));
    },
    async putCurrent(value) {
      await client.send(new PutSecretValueCommand({ SecretId, SecretString: value }));
    },
    labels,
    async valueOf(version) {
      try {
        return (await client.send(new GetSecretValueCommand({ SecretId, VersionId: version }))).SecretString;
      } catch (error) {
        if ((error as Error).name === 'ResourceNotFoundException') return undefined;
        throw error;
      }
    },
    async switchOff() {
      await client.send(new CancelRotateSecretCommand({ SecretId }));
    },
  };
}
