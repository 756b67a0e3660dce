/** What `rekey` asks of AWS. One function asks for a value, and says what for. */
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetFunctionConfigurationCommand, type GetFunctionConfigurationCommandOutput } from '@aws-sdk/client-lambda';
import {
  CancelRotateSecretCommand,
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  RotateSecretCommand,
  type SecretListEntry,
  type SecretVersionsListEntry,
} from '@aws-sdk/client-secrets-manager';
import { DescribeParametersCommand, type ParameterMetadata } from '@aws-sdk/client-ssm';
import { ConfigurationError, InvalidSecretError, StagingError } from '../shared/rotation/errors.ts';
import { parseObject } from '../shared/rotation/json.ts';
import type { Account } from './account.ts';
import { call, causeOf } from './call.ts';
import type { Tag } from './values.ts';

/** Page after page, so that nobody has to keep all of them. Those that are marked for deletion are left out. */
export async function* secretPages(account: Account, tag?: Tag): AsyncGenerator<readonly SecretListEntry[]> {
  // The service looks for beginnings.
  const Filters = tag && [
    { Key: 'tag-key' as const, Values: [tag.key] },
    { Key: 'tag-value' as const, Values: [tag.value] },
  ];
  const isTagged = ({ Tags = [] }: SecretListEntry) =>
    tag === undefined || Tags.some(({ Key, Value }) => Key === tag.key && Value === tag.value);
  let NextToken: string | undefined;
  do {
    const command = new ListSecretsCommand({
      MaxResults: 100,
      ...(Filters && { Filters }),
      ...(NextToken && { NextToken }),
    });
    const page = await call('secretsmanager:ListSecrets', undefined, account.patience, (abort) =>
      account.secrets.send(command, abort),
    );
    yield (page.SecretList ?? []).filter(isTagged);
    NextToken = page.NextToken;
  } while (NextToken);
}

/** Of parameters that Rekey rotates: their companions, which say how far a rotation is. */
export async function* companionPages(account: Account, tag?: Tag): AsyncGenerator<readonly ParameterMetadata[]> {
  const ParameterFilters = [
    { Key: 'Path', Option: 'Recursive', Values: ['/rekey'] },
    ...(tag ? [{ Key: `tag:${tag.key}`, Option: 'Equals', Values: [tag.value] }] : []),
  ];
  let NextToken: string | undefined;
  do {
    const command = new DescribeParametersCommand({
      MaxResults: 50,
      ParameterFilters,
      ...(NextToken && { NextToken }),
    });
    const page = await call('ssm:DescribeParameters', undefined, account.patience, (abort) =>
      account.parameters.send(command, abort),
    );
    yield page.Parameters ?? [];
    NextToken = page.NextToken;
  } while (NextToken);
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
  let NextToken: string | undefined;
  do {
    const command = new ListSecretVersionIdsCommand({
      SecretId: id,
      IncludeDeprecated: true,
      MaxResults: 100,
      ...(NextToken && { NextToken }),
    });
    const page = await call('secretsmanager:ListSecretVersionIds', id, account.patience, (abort) =>
      account.secrets.send(command, abort),
    );
    found.push(...(page.Versions ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  return found.sort((a, b) => (b.CreatedDate?.getTime() ?? 0) - (a.CreatedDate?.getTime() ?? 0));
}

/** One line of a function's log: docs/notifications.md, "In the log". */
export interface LogLine {
  readonly at: number;
  readonly level: string;
  readonly message: string;
  readonly token?: string;
  readonly step?: string;
  readonly code?: string;
  readonly fact?: string;
  readonly hint?: string;
  readonly working?: string;
  readonly durationMs?: number;
}

/** What a function said about one rotation, or one secret, oldest first. Undefined: it cannot be known from here, and why. */
export async function logOf(
  account: Account,
  functionName: string,
  about: string,
  since: number,
): Promise<readonly LogLine[] | undefined> {
  const lines: LogLine[] = [];
  let nextToken: string | undefined;
  try {
    do {
      const command = new FilterLogEventsCommand({
        logGroupName: `/aws/lambda/${functionName}`,
        startTime: since,
        filterPattern: `"${about}"`,
        ...(nextToken && { nextToken }),
      });
      const page = await call('logs:FilterLogEvents', functionName, account.patience, (abort) =>
        account.logs.send(command, abort),
      );
      lines.push(...(page.events ?? []).flatMap(({ timestamp = 0, message = '' }) => lineOf(timestamp, message)));
      nextToken = page.nextToken;
    } while (nextToken);
  } catch (error) {
    if (['AccessDeniedException', 'ResourceNotFoundException'].includes(causeOf(error))) return undefined;
    throw error;
  }
  return lines.sort((a, b) => a.at - b.at);
}

function lineOf(at: number, message: string): LogLine[] {
  try {
    const line = JSON.parse(message);
    return typeof line?.message === 'string' ? [{ ...line, at }] : [];
  } catch {
    // What the runtime itself writes, and other people's functions.
    return [];
  }
}

export interface Schedule {
  readonly functionName: string;
  readonly functionArn: string;
  readonly every: string;
  readonly window?: string;
}

interface RotationOrder {
  readonly token: string;
  readonly checkOnly: boolean;
  readonly functionName: string;
  readonly schedule?: Schedule;
}

/** Begins a rotation, or with `checkOnly` a configuration check. The same token twice begins one. */
export async function startRotation(
  account: Account,
  id: string,
  { token, checkOnly, functionName, schedule }: RotationOrder,
): Promise<void> {
  const command = new RotateSecretCommand({
    SecretId: id,
    ClientRequestToken: token,
    RotateImmediately: !checkOnly,
    ...(schedule && {
      RotationLambdaARN: schedule.functionArn,
      RotationRules: { ScheduleExpression: schedule.every, ...(schedule.window && { Duration: schedule.window }) },
    }),
  });
  try {
    await call('secretsmanager:RotateSecret', id, account.patience, (abort) => account.secrets.send(command, abort));
  } catch (error) {
    if (causeOf(error) === 'InvalidRequestException') {
      throw new StagingError(
        `Secrets Manager begins no rotation of ${id}: another one has begun meanwhile, or is unfinished`,
        {
          code: 'TOKEN_NOT_PENDING',
          hint: 'rekey status shows it',
          cause: error,
        },
      );
    }
    // The service says the same of a function that is gone, of one that it may not call, and to whom may not ask.
    if (causeOf(error) !== 'AccessDeniedException' || (await functionOf(account, functionName)) !== undefined)
      throw error;
    throw new ConfigurationError(`function ${functionName}, which is to rotate ${id}, is not in ${account.region}`, {
      hint: `deploy it, or attach another one: rekey enable ${id} --function NAME --every 30d`,
      cause: error,
    });
  }
}

/** Undefined: there is no such function in this region. */
export async function functionOf(
  account: Account,
  name: string,
): Promise<GetFunctionConfigurationCommandOutput | undefined> {
  const command = new GetFunctionConfigurationCommand({ FunctionName: name });
  try {
    return await call('lambda:GetFunctionConfiguration', name, account.patience, (abort) =>
      account.functions.send(command, abort),
    );
  } catch (error) {
    if (causeOf(error) === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

/** Off, as before it was attached; the function and the schedule stay named. */
export async function cancelRotation(account: Account, id: string): Promise<void> {
  const command = new CancelRotateSecretCommand({ SecretId: id });
  await call('secretsmanager:CancelRotateSecret', id, account.patience, (abort) =>
    account.secrets.send(command, abort),
  );
}

/** The one place that reads a value. Who asks says what for, and prints nothing of it. */
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
