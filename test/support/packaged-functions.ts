/** The packaged functions of one bundle in processes of their own, called by the sandbox. */
import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { Sandbox } from '../../local/sandbox.ts';
import { startSandbox } from '../../local/sandbox.ts';
import { searchedSandbox } from './log-search.ts';
import { sandboxClient } from './sandbox-store.ts';

export interface PackagedFunctions {
  readonly sandbox: Sandbox;
  readonly client: SecretsManagerClient;
  readonly topicArn: string;
  /** Registers a function with these settings and gives its ARN. */
  register(handler: string, env?: Record<string, string>, timeoutSeconds?: number): string;
  /** A secret with this text, whatever it is. */
  rawSecret(text: string, name?: string, tags?: Record<string, string>): Promise<string>;
  /** RotateSecret, and waits for what comes of it. Gives the token and the last error, if the rotation failed. */
  rotate(
    secretId: string,
    functionArn: string,
  ): Promise<{ token: string; error: { errorType: string; errorMessage: string } | undefined }>;
  text(secretId: string, label?: string): Promise<string>;
  value(secretId: string, label?: string): Promise<Record<string, unknown>>;
  labels(secretId: string): Promise<Record<string, string>>;
  put(secretId: string, value: object): Promise<void>;
  /** Messages of the topic about this secret, oldest first. */
  messages(secretId: string): { subject: string; body: Record<string, unknown>; attributes: Record<string, unknown> }[];
  close(): Promise<void>;
}

/** `bundle` is the folder in dist; `settings` are the variables that each of its functions gets. */
export async function packagedFunctions(
  bundle: string,
  settings: Record<string, string>,
  options: { automaticRetries?: number } = {},
): Promise<PackagedFunctions> {
  const sandbox = await startSandbox({ automaticRetries: options.automaticRetries ?? 0, retryDelayMs: 10 });
  const client = sandboxClient(sandbox);
  const topicArn = `arn:aws:sns:us-east-1:${sandbox.account.accountId}:rotations`;
  await sandbox.sns.call('CreateTopic', { Name: 'rotations' }, { region: 'us-east-1' });
  let serial = 0;
  const text: PackagedFunctions['text'] = async (secretId, label = 'AWSCURRENT') => {
    const answer = await client.send(new GetSecretValueCommand({ SecretId: secretId, VersionStage: label }));
    return answer.SecretString ?? '';
  };

  return {
    sandbox,
    client,
    topicArn,
    register: (handler, env = {}, timeoutSeconds = 30) =>
      sandbox.functions.register(`${bundle}-${handler}-${++serial}`, {
        file: new URL(`../../dist/${bundle}/index.mjs`, import.meta.url).pathname,
        export: handler,
        env: { NOTIFICATION_TOPIC_ARN: topicArn, ...settings, ...env },
        timeoutSeconds,
      }),
    async rawSecret(text, name = `test/${randomUUID()}`, tags = {}) {
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      const { ARN } = await client.send(new CreateSecretCommand({ Name: name, SecretString: text, Tags }));
      return String(ARN);
    },
    async rotate(secretId, functionArn) {
      const { VersionId } = await client.send(
        new RotateSecretCommand({
          SecretId: secretId,
          RotationLambdaARN: functionArn,
          RotationRules: { AutomaticallyAfterDays: 30 },
        }),
      );
      await sandbox.idle();
      const records = sandbox.secretsManager.history.filter(({ token }) => token === VersionId);
      const failed = records.findLast(({ event }) => event === 'RotationFailed' || event === 'RotationSucceeded');
      const step = records.findLast(({ event, error }) => event === 'StepCalled' && error !== undefined);
      return { token: String(VersionId), error: failed?.event === 'RotationFailed' ? step?.error : undefined };
    },
    text,
    value: async (...of) => JSON.parse(await text(...of)),
    async labels(secretId) {
      const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId: secretId }));
      return Object.fromEntries(
        Object.entries(VersionIdsToStages).flatMap(([id, all]) => all.map((label) => [label, id])),
      );
    },
    async put(secretId, value) {
      await client.send(new PutSecretValueCommand({ SecretId: secretId, SecretString: JSON.stringify(value) }));
    },
    messages: (secretId) =>
      sandbox.sns.messages
        .map(({ subject, message, attributes }) => ({
          subject: String(subject),
          body: JSON.parse(message),
          attributes: (attributes ?? {}) as Record<string, unknown>,
        }))
        .filter(({ body }) => body.secret.arn === secretId),
    async close() {
      client.destroy();
      recordCalls(sandbox);
      await searchedSandbox(sandbox).finally(() => sandbox.close());
    },
  };
}

/** What each packaged function called, a line for each, in the file that REKEY_CALLS names: test/repository/calls.test.ts reads it. */
function recordCalls({ requests, functions }: Sandbox): void {
  const file = process.env.REKEY_CALLS;
  if (!file) return;
  const lines = requests.flatMap(({ caller, service, operation }) => {
    const definition = caller === undefined ? undefined : functions.definition(caller);
    if (definition === undefined || !('file' in definition)) return [];
    const [, bundle = ''] = /\/dist\/([^/]+)\/index\.mjs$/.exec(definition.file) ?? [];
    return [`dist/${bundle}/index.${definition.export} ${service}:${operation}\n`];
  });
  appendFileSync(file, [...new Set(lines)].join(''));
}
