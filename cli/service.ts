/** What `rekey` asks of Secrets Manager and Parameter Store. Nothing is changed here. */
import {
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  type SecretListEntry,
  type SecretVersionsListEntry,
} from '@aws-sdk/client-secrets-manager';
import { DescribeParametersCommand, type ParameterMetadata } from '@aws-sdk/client-ssm';
import { InvalidSecretError } from '../shared/rotation/errors.ts';
import { parseObject } from '../shared/rotation/json.ts';
import { CURRENT, PENDING, PREVIOUS } from '../shared/rotation/versions.ts';
import type { Account } from './account.ts';
import { call, causeOf, pagesOf } from './call.ts';
import type { Tag } from './values.ts';

/** Those that are marked for deletion are left out. */
export async function* secretPages(account: Account, tag?: Tag): AsyncGenerator<readonly SecretListEntry[]> {
  // The service looks for beginnings.
  const Filters = tag && [
    { Key: 'tag-key' as const, Values: [tag.key] },
    { Key: 'tag-value' as const, Values: [tag.value] },
  ];
  const isTagged = ({ Tags = [] }: SecretListEntry) =>
    tag === undefined || Tags.some(({ Key, Value }) => Key === tag.key && Value === tag.value);
  const pages = pagesOf((NextToken) => {
    const command = new ListSecretsCommand({ MaxResults: 100, Filters, NextToken });
    return call('secretsmanager:ListSecrets', undefined, account.patience, (abort) =>
      account.secrets.send(command, abort),
    );
  });
  for await (const { SecretList = [] } of pages) yield SecretList.filter(isTagged);
}

/** Of parameters that Rekey rotates: their companions, which say how far a rotation is. */
export async function* companionPages(account: Account, tag?: Tag): AsyncGenerator<readonly ParameterMetadata[]> {
  const ParameterFilters = [
    { Key: 'Path', Option: 'Recursive', Values: ['/rekey'] },
    ...(tag ? [{ Key: `tag:${tag.key}`, Option: 'Equals', Values: [tag.value] }] : []),
  ];
  const pages = pagesOf((NextToken) => {
    const command = new DescribeParametersCommand({ MaxResults: 50, ParameterFilters, NextToken });
    return call('ssm:DescribeParameters', undefined, account.patience, (abort) =>
      account.parameters.send(command, abort),
    );
  });
  for await (const { Parameters = [] } of pages) yield Parameters;
}

/** Those of these names that there are. Unlike their history, a description has no value. */
export async function describedParameters(
  account: Account,
  names: readonly string[],
): Promise<readonly ParameterMetadata[]> {
  const found: ParameterMetadata[] = [];
  let NextToken: string | undefined;
  do {
    const command = new DescribeParametersCommand({
      ParameterFilters: [{ Key: 'Name', Option: 'Equals', Values: [...names] }],
      ...(NextToken && { NextToken }),
    });
    const page = await call('ssm:DescribeParameters', names[0], account.patience, (abort) =>
      account.parameters.send(command, abort),
    );
    found.push(...(page.Parameters ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  return found;
}

/** Throws InvalidSecretError (SECRET_NOT_FOUND). */
export async function describeSecret(account: Account, id: string): Promise<DescribeSecretCommandOutput> {
  const command = new DescribeSecretCommand({ SecretId: id });
  try {
    return await call('secretsmanager:DescribeSecret', id, account.patience, (abort) =>
      account.secrets.send(command, abort),
    );
  } catch (error) {
    if (causeOf(error) !== 'ResourceNotFoundException') throw error;
    throw new InvalidSecretError(`there is no secret ${id} in ${account.region}`, {
      code: 'SECRET_NOT_FOUND',
      hint: `rekey status --region ${account.region} lists those that are there; it may be in another region or account (--region, --profile)`,
      cause: error,
    });
  }
}

/** Newest first, also those without a label. */
export async function versionsOf(account: Account, id: string): Promise<SecretVersionsListEntry[]> {
  const found: SecretVersionsListEntry[] = [];
  const pages = pagesOf((NextToken) => {
    const query = { SecretId: id, IncludeDeprecated: true, MaxResults: 100, NextToken };
    return call('secretsmanager:ListSecretVersionIds', id, account.patience, (abort) =>
      account.secrets.send(new ListSecretVersionIdsCommand(query), abort),
    );
  });
  for await (const { Versions = [] } of pages) found.push(...Versions);
  // Dates are whole seconds: of two versions of one second the labels say which came first.
  const at = ({ CreatedDate }: SecretVersionsListEntry) => CreatedDate?.getTime() ?? 0;
  return found.sort((a, b) => at(b) - at(a) || ageOf(a) - ageOf(b));
}

/** The place of a version among those of one second: 0 is the newest. */
function ageOf({ VersionStages = [] }: SecretVersionsListEntry): number {
  const place = [PENDING, CURRENT, PREVIOUS].findIndex((label) => VersionStages.includes(label));
  return place === -1 ? 3 : place;
}

/** Who asks for a value says what for, and prints nothing of it. */
export async function currentValue(account: Account, id: string): Promise<string> {
  const command = new GetSecretValueCommand({ SecretId: id });
  const { SecretString = '' } = await call('secretsmanager:GetSecretValue', id, account.patience, (abort) =>
    account.secrets.send(command, abort),
  );
  return SecretString;
}

/** The server that a secret is of, so that rotations on one server can be kept apart. Undefined: it names none, as keys of providers do not. */
export async function serverOf(account: Account, id: string): Promise<string | undefined> {
  const { host, port } = parseObject(await currentValue(account, id)) ?? {};
  return typeof host === 'string' ? `${host.toLowerCase()}:${port ?? ''}` : undefined;
}

/** A rotation begins with a version that has none. */
export async function hasValue(account: Account, id: string, version: string): Promise<boolean> {
  const command = new GetSecretValueCommand({ SecretId: id, VersionId: version });
  try {
    await call('secretsmanager:GetSecretValue', id, account.patience, (abort) => account.secrets.send(command, abort));
    return true;
  } catch (error) {
    if (causeOf(error) === 'ResourceNotFoundException') return false;
    throw error;
  }
}
