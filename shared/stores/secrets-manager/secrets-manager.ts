/** Secrets Manager as a store of secret versions. */
import {
  type DescribeSecretCommandOutput,
  PutSecretValueCommand,
  paginateListSecretVersionIds,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { clientOf } from '../../aws/clients.ts';
import { describeSecret } from '../../aws/describe-secret.ts';
import { nameOf, serviceError } from '../../aws/service-error.ts';
import { StagingError } from '../../rotation/errors.ts';
import { DAY } from '../../rotation/pause.ts';
import { CURRENT, PENDING, type SecretVersions, type StagingLabel, type VersionId } from '../../rotation/versions.ts';
import { endOf, windowMs } from '../../rotation/window.ts';
import { onceAdmitted, TAKING_BACK_MS } from './once-admitted.ts';
import { secretValues } from './secret-values.ts';

export interface SecretsManagerOptions {
  readonly client?: SecretsManagerClient;
  readonly signal: AbortSignal;
  /** What the function has left now. */
  readonly timeLimitMs?: number | undefined;
  /** From the event; PutSecretValue wants it when the rotation crosses accounts or uses an assumed role. */
  readonly rotationToken?: string | undefined;
}

export function secretsManagerVersions(options: SecretsManagerOptions): SecretVersions {
  const client = options.client ?? clientOf(SecretsManagerClient);
  const abort = { abortSignal: options.signal };
  const takeBackAt = Date.now() + (options.timeLimitMs ?? Number.POSITIVE_INFINITY) - TAKING_BACK_MS;
  const values = secretValues(client, options.signal);

  function moveLabel(id: string, label: StagingLabel, from: VersionId | undefined, to?: VersionId, takeBack?: number) {
    const command = new UpdateSecretVersionStageCommand({
      SecretId: id,
      VersionStage: label,
      MoveToVersionId: to,
      RemoveFromVersionId: from,
    });
    return onceAdmitted(command, () => client.send(command, abort), options.signal, takeBack);
  }

  return {
    foresee: values.foresee,
    read: values.read,

    async describe(id) {
      const answer = await describeSecret(client, id, options.signal);
      return {
        arn: answer.ARN ?? id,
        name: answer.Name ?? id,
        // Absent means on: so AWS's templates read it.
        rotationEnabled: answer.RotationEnabled !== false,
        labels: answer.VersionIdsToStages ?? {},
        tags: Object.fromEntries((answer.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
        overdueSince: overdueSince(answer),
      };
    },

    async put(id, version, text) {
      const command = new PutSecretValueCommand({
        SecretId: id,
        ClientRequestToken: version,
        SecretString: text,
        VersionStages: [PENDING],
        RotationToken: options.rotationToken,
      });
      try {
        await onceAdmitted(command, () => client.send(command, abort), options.signal);
        return 'stored';
      } catch (error) {
        if (nameOf(error) === 'ResourceExistsException') return 'exists';
        throw serviceError(error, `PutSecretValue of ${id}`);
      }
    },

    async promote(id, version, from) {
      try {
        await moveLabel(id, CURRENT, from, version, takeBackAt);
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

    async markPending(id, version, from) {
      try {
        await moveLabel(id, PENDING, from, version);
      } catch (error) {
        if (nameOf(error) !== 'InvalidParameterException')
          throw serviceError(error, `UpdateSecretVersionStage of ${id}`);
        throw new StagingError(`AWSPENDING of ${id} has moved: a rotation has begun`, {
          code: 'ROTATION_UNFINISHED',
          hint: 'wait for its end, then look at the labels',
          cause: error,
        });
      }
    },

    async dropPending(id, version) {
      try {
        await moveLabel(id, PENDING, version);
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
        const text = await values.ofVersion(id, version);
        if (text !== undefined) yield text;
      }
    },
  };
}

/**
 * By the date of the next rotation; or, where that has moved with a rotation that somebody began, by the days between two, which the
 * service counts from the day of the last one to the end of a day.
 */
function overdueSince({
  NextRotationDate,
  LastRotatedDate,
  RotationRules,
}: DescribeSecretCommandOutput): Date | undefined {
  const { AutomaticallyAfterDays: days, Duration } = RotationRules ?? {};
  const [window, now] = [windowMs(Duration), Date.now()];
  const due = LastRotatedDate && days ? new Date(LastRotatedDate.getTime() + (days + 1) * DAY) : undefined;
  return endOf(NextRotationDate, window, now) ?? endOf(due, window, now);
}
