/** The one way to AWS: clients of one account and region, made when they are first asked for. */
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import { clientOptions } from '../shared/aws/clients.ts';
import { LONGEST_INVOCATION_MS } from '../shared/rotation/pause.ts';
import { UsageError } from '../terminal/usage.ts';
import type { Patience } from './call.ts';
import type { Place, Terminal } from './command.ts';

const DEADLINE_MS = 60_000;

export interface Account {
  readonly region: string;
  /** Of AWS, whose quotas others of the account share; not of a sandbox. */
  readonly isShared: boolean;
  readonly secrets: SecretsManagerClient;
  readonly parameters: SSMClient;
  readonly functions: LambdaClient;
  readonly logs: CloudWatchLogsClient;
  readonly trail: CloudTrailClient;
  readonly iam: IAMClient;
  readonly states: SFNClient;
  readonly patience: Patience;
}

/** Ends its connections when `work` is done. Throws UsageError where no region is set. */
export async function onAccount<T>(
  { profile, region, endpointUrl }: Place,
  { env, signal }: Terminal,
  work: (account: Account) => Promise<T>,
): Promise<T> {
  // The SDK does not know AWS_DEFAULT_REGION, the CLI's name for it. A profile that was asked for has its own.
  const place = region ?? (profile === undefined ? env.AWS_REGION || env.AWS_DEFAULT_REGION : undefined);
  const options = {
    ...clientOptions,
    // Thousands of calls in a row: once the service throttles one, the client slows down by itself.
    retryMode: 'adaptive',
    ...(profile !== undefined && { profile }),
    ...(place && { region: place }),
    ...(endpointUrl !== undefined && { endpoint: endpointUrl }),
  };
  const made: { destroy(): void }[] = [];
  const clientOf = <C extends { destroy(): void }>(
    Client: new (given: typeof options) => C,
    own: Partial<typeof options> = {},
  ): (() => C) => {
    let client: C | undefined;
    return () => {
      if (client === undefined) {
        client = new Client({ ...options, ...own });
        made.push(client);
      }
      return client;
    };
  };
  const secrets = clientOf(SecretsManagerClient);
  const parameters = clientOf(SSMClient);
  // Whoever invokes a function waits for it; `call` has a time of its own for each.
  const functions = clientOf(LambdaClient, {
    requestHandler: { ...clientOptions.requestHandler, requestTimeout: LONGEST_INVOCATION_MS },
  });
  const logs = clientOf(CloudWatchLogsClient);
  const trail = clientOf(CloudTrailClient);
  const iam = clientOf(IAMClient);
  const states = clientOf(SFNClient);
  try {
    return await work({
      region: await regionOf(secrets()),
      isShared: (endpointUrl ?? env.AWS_ENDPOINT_URL) === undefined,
      patience: { signal, deadlineMs: DEADLINE_MS },
      get secrets() {
        return secrets();
      },
      get parameters() {
        return parameters();
      },
      get functions() {
        return functions();
      },
      get logs() {
        return logs();
      },
      get trail() {
        return trail();
      },
      get iam() {
        return iam();
      },
      get states() {
        return states();
      },
    });
  } finally {
    for (const client of made) client.destroy();
  }
}

async function regionOf(client: SecretsManagerClient): Promise<string> {
  try {
    return await client.config.region();
  } catch {
    throw new UsageError('no region is set', 'give --region, or set AWS_REGION');
  }
}
