import { flag, structure } from '../../../aws/shapes.ts';
import { kmsKeyIds } from '../kms-key.ts';
import * as member from '../members.ts';
import { page } from '../pages.ts';
import { named, present, seconds, stages } from '../views.ts';
import { type Operation, operation } from '../world.ts';

const input = structure(
  { SecretId: member.secretId },
  { MaxResults: member.maxResults, NextToken: member.nextToken, IncludeDeprecated: flag },
);

export const listSecretVersionIds: Operation = operation(input, (given, { account, secrets }) => {
  const secret = secrets.read(given.SecretId);
  const shown = secret.versions.filter((version) => given.IncludeDeprecated || version.labels.length > 0);
  const { items, nextToken } = page(shown, given.MaxResults ?? 100, given.NextToken);
  const versions = items.map((version) =>
    present({
      VersionId: version.id,
      VersionStages: stages(version),
      LastAccessedDate: seconds(version.accessedAt),
      CreatedDate: seconds(version.createdAt),
      KmsKeyIds: kmsKeyIds(secret, account),
    }),
  );
  return present({ Versions: versions, NextToken: nextToken, ...named(secret) });
});
