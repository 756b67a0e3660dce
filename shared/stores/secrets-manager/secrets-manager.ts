/** Secrets Manager as a store of secret versions. */
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  paginateListSecretVersionIds,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { clientOf } from '../../aws/clients.ts';
import { describeSecret } from '../../aws/describe-secret.ts';
import { nameOf, serviceError } from '../../aws/service-error.ts';
import { InvalidSecretError, StagingError } from '../../rotation/errors.ts';
import type { SecretVersions, StagingLabel } from '../../rotation/versions.ts';
import { CURRENT, PENDING } from '../../rotation/versions.ts';

export interface SecretsManagerOptions {
  readonly client?: SecretsManagerClient;
  readonly signal: AbortSignal;
  /** From the event; PutSecretValue wants it when the rotation crosses accounts or uses an assumed role. */
  readonly rotationToken?: string | undefined;
}

export function secretsManagerVersions(options: SecretsManagerOptions): SecretVersions {
  const client = options.client ?? clientOf(SecretsManagerClient);
  const abort = { abortSignal: options.signal };

  const value = async (id: string, of: { VersionStage?: StagingLabel; VersionId?: string | undefined }) => {
    try {
      const answer = await client.send(new GetSecretValueCommand({ SecretId: id, ...of }), abort);
      return textOf(answer.SecretString, id);
    } catch (error) {
      // The second one: the version is there, and the label not, or not yet.
      if (['ResourceNotFoundException', 'InvalidRequestException'].includes(nameOf(error))) return undefined;
      throw serviceError(error, `GetSecretValue of ${id}`);
    }
  };

  return {
    async describe(id) {
      const answer = await describeSecret(client, id, options.signal);
      return {
        arn: answer.ARN ?? id,
        name: answer.Name ?? id,
        // Absent means on: so AWS's templates read it.
        rotationEnabled: answer.RotationEnabled !== false,
        labels: answer.VersionIdsToStages ?? {},
        tags: Object.fromEntries((answer.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
      };
    },

    read: (id, label, version) => value(id, { VersionStage: label, VersionId: version }),

    async put(id, version, text) {
      const command = new PutSecretValueCommand({
        SecretId: id,
        ClientRequestToken: version,
        SecretString: text,
        VersionStages: [PENDING],
        RotationToken: options.rotationToken,
      });
      try {
        await client.send(command, abort);
        return 'stored';
      } catch (error) {
        if (nameOf(error) === 'ResourceExistsException') return 'exists';
        throw serviceError(error, `PutSecretValue of ${id}`);
      }
    },

    async promote(id, version, from) {
      const command = new UpdateSecretVersionStageCommand({
        SecretId: id,
        VersionStage: CURRENT,
        MoveToVersionId: version,
        RemoveFromVersionId: from,
      });
      try {
        await client.send(command, abort);
      } catch (error) {
        if (nameOf(error) !== 'InvalidParameterException')
          throw serviceError(error, `UpdateSecretVersionStage of ${id}`);
        throw new StagingError(`AWSCURRENT of ${id} is not on version ${from ?? 'none'}`, {
          code: 'CURRENT_MOVED',
          hint: 'the label moved meanwhile; the step is safe to repeat',
          cause: error,
        });
      }
    },

    async dropPending(id, version) {
      const command = new UpdateSecretVersionStageCommand({
        SecretId: id,
        VersionStage: PENDING,
        RemoveFromVersionId: version,
      });
      try {
        await client.send(command, abort);
      } catch (error) {
        // The service takes the label off by itself, sometimes sooner.
        if (['InvalidParameterException', 'ResourceNotFoundException'].includes(nameOf(error))) return;
        throw serviceError(error, `UpdateSecretVersionStage of ${id}`);
      }
    },

    async *unlabelled(id) {
      const found: { version: string; created: number }[] = [];
      try {
        const query = { SecretId: id, IncludeDeprecated: true, MaxResults: 100 };
        for await (const page of paginateListSecretVersionIds({ client }, query, abort)) {
          for (const { VersionId, VersionStages, CreatedDate } of page.Versions ?? []) {
            const labels = VersionStages ?? [];
            if (VersionId && labels.length === 0)
              found.push({ version: VersionId, created: CreatedDate?.getTime() ?? 0 });
          }
        }
      } catch (error) {
        throw serviceError(error, `ListSecretVersionIds of ${id}`);
      }
      found.sort((a, b) => b.created - a.created);
      for (const { version } of found) {
        const text = await value(id, { VersionId: version });
        if (text !== undefined) yield text;
      }
    },
  };
}

function textOf(text: string | undefined, id: string): string {
  if (text !== undefined) return text;
  throw new InvalidSecretError(`${id} holds a binary value`, {
    hint: 'store the secret value as text (SecretString) with put-secret-value',
  });
}
