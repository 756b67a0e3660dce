import { AwsError } from '../../../aws/aws-error.ts';
import { operation } from '../../../aws/operation.ts';
import { page } from '../../../aws/page.ts';
import { present, seconds } from '../../../aws/present.ts';
import { listOf, options, structure, text, whole } from '../../../aws/shapes.ts';
import { errors } from '../errors.ts';
import { matchesFilters } from '../filters.ts';
import * as member from '../members.ts';
import { accessed, CURRENT, holderOf, type Secret, type Version, versionOf } from '../secret.ts';
import { givenValue, requireToken, storeValue } from '../stored-value.ts';
import { named, stages, valueMembers } from '../views.ts';
import type { SecretOperations, World } from '../world.ts';

export const valueOperations: SecretOperations = {
  GetSecretValue: operation(
    structure(
      { SecretId: member.secretId },
      { VersionId: text({ min: 32, max: 64 }), VersionStage: member.stagingLabel },
    ),
    (given, world) => readValue(world, given.SecretId, given.VersionId, given.VersionStage),
  ),

  BatchGetSecretValue: operation(
    options({
      SecretIdList: listOf(member.secretId, { min: 1, max: 20 }),
      Filters: member.filters,
      MaxResults: whole({ min: 1, max: 20 }),
      NextToken: member.nextToken,
    }),
    (given, world) => {
      const { SecretIdList: ids, Filters: filters } = given;
      if (given.MaxResults !== undefined && !filters) {
        throw errors.invalidParameter(
          "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.",
        );
      }
      if ((ids === undefined) === (filters === undefined)) {
        throw errors.invalidParameter("Either 'SecretIdList' or 'Filters' must be provided, but not both.");
      }

      const candidates =
        ids ??
        world.secrets
          .all()
          .filter((secret) => !secret.deletion && matchesFilters(secret, filters ?? []))
          .map((secret) => secret.arn);
      const { items, NextToken } = page(candidates, given.MaxResults ?? 20, given.NextToken, errors.invalidToken);

      const values: unknown[] = [];
      const failures: unknown[] = [];
      for (const id of items) {
        try {
          values.push(readValue(world, id));
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          failures.push({ SecretId: id, ErrorCode: error.code, Message: error.message });
        }
      }
      return present({ SecretValues: values, Errors: failures, NextToken });
    },
  ),

  PutSecretValue: operation(
    structure(
      { SecretId: member.secretId },
      {
        ClientRequestToken: member.token,
        SecretString: member.secretString,
        SecretBinary: member.secretBinary,
        VersionStages: listOf(member.stagingLabel, { min: 1, max: 20 }),
        RotationToken: text({ min: 36, max: 256, pattern: /[a-zA-Z0-9-]+/, sensitive: true }),
      },
    ),
    (given, { account, secrets }) => {
      const token = requireToken(given.ClientRequestToken);
      const value = givenValue(given);
      if (!value) throw errors.invalidRequest('You must provide either SecretString or SecretBinary.');
      const secret = secrets.getLive(given.SecretId);

      const stored = storeValue(secret, token, value, given.VersionStages ?? [CURRENT], account.now());
      if (stored !== secret) secrets.save(stored);
      return present({ ...named(stored), VersionId: token, VersionStages: stages(versionOf(stored, token)) });
    },
  ),
};

function readValue({ account, secrets }: World, secretId: string, versionId?: string, label?: string) {
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
