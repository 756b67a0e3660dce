import { operation } from '../../../aws/operation.ts';
import { page } from '../../../aws/page.ts';
import { present, seconds } from '../../../aws/present.ts';
import { flag, oneOf, options, structure, text } from '../../../aws/shapes.ts';
import { mergeTags } from '../../../aws/tags.ts';
import { errors } from '../errors.ts';
import { matchesFilters } from '../filters.ts';
import * as member from '../members.ts';
import { checkName, newArn } from '../names.ts';
import { checkKmsKey, checkReplicaRegions, kmsKeyIds } from '../regions.ts';
import { CURRENT, type Secret, versionOf } from '../secret.ts';
import { givenValue, requireToken, storeValue } from '../stored-value.ts';
import { described, named, replicationStatus, stages } from '../views.ts';
import type { SecretOperations } from '../world.ts';

/** What CreateSecret and UpdateSecret both take. */
const content = {
  ClientRequestToken: member.token,
  Description: member.description,
  KmsKeyId: member.kmsKeyId,
  SecretString: member.secretString,
  SecretBinary: member.secretBinary,
  /** Of a managed external secret: whose it is. */
  Type: text({}),
};

const sortKeys = {
  'created-date': (secret: Secret) => secret.createdAt,
  'last-accessed-date': (secret: Secret) => secret.accessedAt ?? 0,
  'last-changed-date': (secret: Secret) => secret.changedAt,
  name: (secret: Secret) => secret.name,
};

export const secretOperations: SecretOperations = {
  CreateSecret: operation(
    structure(
      { Name: text({ min: 1, max: 512 }) },
      {
        ...content,
        Tags: member.tags,
        AddReplicaRegions: member.replicaRegions,
        ForceOverwriteReplicaSecret: flag,
      },
    ),
    (given, { account, secrets }) => {
      const token = requireToken(given.ClientRequestToken);
      checkName(given.Name);
      const value = givenValue(given);
      checkKmsKey(given.KmsKeyId, account);
      checkReplicaRegions(given.AddReplicaRegions, account);

      const namesake = secrets.find(given.Name);
      if (namesake?.deletion) {
        throw errors.invalidRequest(
          "You can't create this secret because a secret with this name is already scheduled for deletion.",
        );
      }
      if (namesake) {
        // The same call again, after an answer that got lost: storeValue refuses it unless the value is the same, too.
        if (!value || !versionOf(namesake, token)) {
          throw errors.exists(`The operation failed because the secret ${given.Name} already exists.`);
        }
        return created(storeValue(namesake, token, value, [CURRENT], account.now()), token);
      }

      const bare: Secret = {
        arn: newArn(account, given.Name),
        name: given.Name,
        createdAt: account.now(),
        changedAt: account.now(),
        description: given.Description,
        kmsKeyId: given.KmsKeyId,
        type: given.Type,
        tags: given.Tags && mergeTags([], given.Tags, errors, isOfService(given.Name)),
        replicas: [],
        versions: [],
      };
      const replicated = secrets.replicated(bare, given.AddReplicaRegions, given.ForceOverwriteReplicaSecret);
      const secret = value ? storeValue(replicated, token, value, [CURRENT], account.now()) : replicated;
      return created(secrets.save(secret), value && token);
    },
  ),

  UpdateSecret: operation(structure({ SecretId: member.secretId }, content), (given, { account, secrets }) => {
    const value = givenValue(given);
    const token = value && requireToken(given.ClientRequestToken);
    checkKmsKey(given.KmsKeyId, account);
    const secret = secrets.getLive(given.SecretId);

    const stored = value && token ? storeValue(secret, token, value, [CURRENT], account.now()) : secret;
    secrets.save({
      ...stored,
      description: given.Description ?? stored.description,
      kmsKeyId: given.KmsKeyId ?? stored.kmsKeyId,
      type: given.Type ?? stored.type,
    });
    return present({ ...named(secret), VersionId: token });
  }),

  DescribeSecret: operation(structure({ SecretId: member.secretId }), (given, { secrets }) => {
    const secret = secrets.read(given.SecretId);
    return present({
      ...described(secret, 'VersionIdsToStages'),
      ReplicationStatus: replicationStatus(secret),
    });
  }),

  ListSecrets: operation(
    options({
      IncludePlannedDeletion: flag,
      MaxResults: member.maxResults,
      NextToken: member.nextToken,
      Filters: member.filters,
      SortBy: oneOf(['created-date', 'last-accessed-date', 'last-changed-date', 'name']),
      SortOrder: oneOf(['asc', 'desc']),
    }),
    (given, { secrets }) => {
      const key = sortKeys[given.SortBy ?? 'created-date'];
      const direction = given.SortOrder === 'desc' ? -1 : 1;
      const found = secrets
        .all()
        .filter((secret) => given.IncludePlannedDeletion || !secret.deletion)
        .filter((secret) => matchesFilters(secret, given.Filters ?? []))
        .sort((a, b) => direction * compare(key(a), key(b)));
      const { items, NextToken } = page(found, given.MaxResults ?? 100, given.NextToken, errors.invalidToken);
      const shown = items.map((secret) => described(secret, 'SecretVersionsToStages'));
      return present({ SecretList: shown, NextToken });
    },
  ),

  ListSecretVersionIds: operation(
    structure(
      { SecretId: member.secretId },
      { MaxResults: member.maxResults, NextToken: member.nextToken, IncludeDeprecated: flag },
    ),
    (given, { account, secrets }) => {
      const secret = secrets.read(given.SecretId);
      const shown = secret.versions.filter((version) => given.IncludeDeprecated || version.labels.length > 0);
      const { items, NextToken } = page(shown, given.MaxResults ?? 100, given.NextToken, errors.invalidToken);
      const versions = items.map((version) =>
        present({
          VersionId: version.id,
          VersionStages: stages(version),
          LastAccessedDate: seconds(version.accessedAt),
          CreatedDate: seconds(version.createdAt),
          KmsKeyIds: kmsKeyIds(secret, account),
        }),
      );
      return present({ Versions: versions, NextToken, ...named(secret) });
    },
  ),
};

function created(secret: Secret, versionId: string | undefined) {
  return present({ ...named(secret), VersionId: versionId, ReplicationStatus: replicationStatus(secret) });
}

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Only a service gives its secrets such names, and tags of AWS's own: whoever does so here plays that service. */
function isOfService(name: string): boolean {
  return /^[a-z-]+!/.test(name);
}
