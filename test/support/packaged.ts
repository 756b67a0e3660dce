/** The packaged functions in processes of their own, called by the sandbox, on a server of their engine. */
import { randomUUID } from 'node:crypto';
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
import type { EngineServer } from '../conformance/engine.case.ts';
import type { RealPostgres } from './postgres-server.ts';
import { realPostgres } from './postgres-server.ts';
import { sandboxClient } from './sandbox-store.ts';

export type Kind = 'singleUser' | 'alternatingUsers' | 'superuserSet' | 'dualPassword';

/** What the packaged functions of an engine rotate on. */
export interface PackagedServer extends EngineServer {
  readonly caFile: string;
  stop(): Promise<void>;
}

export interface Packaged<S extends PackagedServer = RealPostgres> {
  readonly server: S;
  readonly sandbox: Sandbox;
  readonly client: SecretsManagerClient;
  readonly topicArn: string;
  /** Registers a function with these settings and gives its ARN. */
  register(kind: Kind, env?: Record<string, string>, timeoutSeconds?: number): string;
  /** A user with a secret; `fields` override the value. Alternating secrets name the superuser secret. */
  secret(fields?: Record<string, unknown>): Promise<string>;
  /** A secret with this text, whatever it is. */
  rawSecret(text: string, name?: string): Promise<string>;
  /** RotateSecret, and waits for what comes of it. Gives the token and the last error, if the rotation failed. */
  rotate(
    secretId: string,
    functionArn: string,
  ): Promise<{ token: string; error: { errorType: string; errorMessage: string } | undefined }>;
  value(secretId: string, label?: string): Promise<Record<string, unknown>>;
  labels(secretId: string): Promise<Record<string, string>>;
  put(secretId: string, value: object): Promise<void>;
  /** Messages of the topic about this secret, oldest first. */
  messages(secretId: string): { subject: string; body: Record<string, unknown>; attributes: Record<string, unknown> }[];
  opens(value: Record<string, unknown>): Promise<boolean>;
  close(): Promise<void>;
}

export interface PackagedPostgres extends Packaged {
  /** A connection as an application holds it. */
  session(value: Record<string, unknown>): Promise<{ end(): Promise<void> }>;
}

export async function packaged(options: { automaticRetries?: number } = {}): Promise<PackagedPostgres> {
  const server = await realPostgres();
  const opens: Packaged['opens'] = ({ username, password }) =>
    server.sqlAs({ username: String(username), password: String(password) }, 'SELECT 1').then(
      () => true,
      (error) => {
        if (error.code === '28P01') return false;
        throw error;
      },
    );
  return {
    ...(await packagedOn('postgres', server, opens, options)),
    session: ({ username, password }) => server.connectAs({ username: String(username), password: String(password) }),
  };
}

/** `bundle` is the folder in dist. */
export async function packagedOn<S extends PackagedServer>(
  bundle: string,
  server: S,
  opens: Packaged['opens'],
  options: { automaticRetries?: number } = {},
): Promise<Packaged<S>> {
  const sandbox = await startSandbox({ automaticRetries: options.automaticRetries ?? 0, retryDelayMs: 10 });
  const client = sandboxClient(sandbox);
  const topicArn = `arn:aws:sns:us-east-1:${sandbox.account.accountId}:rotations`;
  await sandbox.sns.call('CreateTopic', { Name: 'rotations' }, { region: 'us-east-1' });
  let serial = 0;

  const rawSecret = async (text: string, name = `test/${randomUUID()}`) => {
    const { ARN } = await client.send(new CreateSecretCommand({ Name: name, SecretString: text }));
    return String(ARN);
  };
  await rawSecret(JSON.stringify(server.superuser), 'superuser');

  return {
    server,
    sandbox,
    client,
    topicArn,
    register: (kind, env = {}, timeoutSeconds = 30) =>
      sandbox.functions.register(`${bundle}-${kind}-${++serial}`, {
        file: new URL(`../../dist/${bundle}/index.mjs`, import.meta.url).pathname,
        export: kind,
        env: { DATABASE_CA_BUNDLE: server.caFile, NOTIFICATION_TOPIC_ARN: topicArn, ...env },
        timeoutSeconds,
      }),
    async secret(fields = {}) {
      const username = `packaged${++serial}`;
      await server.createUser(username, 'first password');
      const value = { ...server.login(username, 'first password'), masterarn: 'superuser' };
      return rawSecret(JSON.stringify({ ...value, ...fields }));
    },
    rawSecret,
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
    async value(secretId, label = 'AWSCURRENT') {
      const answer = await client.send(new GetSecretValueCommand({ SecretId: secretId, VersionStage: label }));
      return JSON.parse(answer.SecretString ?? '');
    },
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
    opens,
    async close() {
      client.destroy();
      await sandbox.close();
      await server.stop();
    },
  };
}
