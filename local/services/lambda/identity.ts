/** How a function is named, and what it finds around itself. */
import { createHash, randomUUID } from 'node:crypto';
import { type Account, arnOf } from '../../aws/service.ts';
import type { InvocationContext } from './definition.ts';

export const functionArn = (account: Account, name: string) => arnOf(account, 'lambda', `function:${name}`);

/** What a name, an ARN or a partial ARN names, without version or alias; `account` has what it leaves out. */
export function functionIn(nameOrArn: string, account: Account) {
  const parts = nameOrArn.split(':');
  const marker = parts.indexOf('function');
  const { [marker - 2]: region = account.region, [marker - 1]: accountId = account.accountId } = parts;
  return { name: parts[marker + 1] ?? '', region, accountId };
}

/** Looks like a real one, stays the same from run to run. */
export function accessKeyId(name: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const digest = createHash('sha256').update(name).digest().subarray(0, 16);
  return `AKIA${[...digest].map((byte) => letters[byte % 32]).join('')}`;
}

export const newLogStream = () =>
  `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${randomUUID().replaceAll('-', '')}`;

export function newContext(name: string, arn: string): InvocationContext {
  return {
    awsRequestId: randomUUID(),
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: arn,
    memoryLimitInMB: '256',
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: newLogStream(),
  };
}

/** The AWS_* variables that lead a function to the sandbox at this address. */
export function environmentOf(name: string, { region }: Account, url: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId(name),
    AWS_SECRET_ACCESS_KEY: 'sandbox',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    TZ: ':UTC',
  };
}
