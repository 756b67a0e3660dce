import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { UsageError } from '../../terminal/usage.ts';
import { type Sandbox, startSandbox } from '../sandbox.ts';
import { createClient, type DemoClient } from './client.ts';
import { type DemoDatabase, type DemoEngine, type Login, loadEngine } from './engine.ts';
import { type StrategyName, strategies } from './strategies.ts';
import { type Subscriber, startSubscriber } from './subscriber.ts';
import { until } from './until.ts';

/** warm: a process for each function. cold: one for each step, as when Lambda has none left. */
export type Mode = 'warm' | 'cold';

export interface StageOptions {
  readonly engine: string;
  /** How many applications wait to be started. */
  readonly clients: number;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

/** A database, the sandbox, the packaged functions, a topic that somebody listens to, and applications that wait to start. */
export interface Stage {
  readonly engineName: string;
  readonly engine: DemoEngine;
  readonly database: DemoDatabase;
  readonly sandbox: Sandbox;
  readonly subscriber: Subscriber;
  readonly topicArn: string;
  readonly secretsManager: SecretsManagerClient;
  readonly clients: readonly DemoClient[];
  /** Makes a user with its secret, and the function that rotates it. */
  plant(strategy: StrategyName, mode: Mode, username: string): Promise<Planted>;
  close(): Promise<void>;
}

export interface Planted {
  readonly strategy: StrategyName;
  readonly secret: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly initial: Login;
}

const root = new URL('../../', import.meta.url);

export async function openStage(options: StageOptions): Promise<Stage> {
  const closing: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const end of closing.splice(0).reverse()) await end();
  };
  try {
    return await build(options, closing, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(
  options: StageOptions,
  closing: (() => Promise<void>)[],
  close: () => Promise<void>,
): Promise<Stage> {
  const { engine: engineName, signal, progress } = options;
  const engine = await loadEngine(engineName);
  const missing = engine.missing?.();
  if (missing !== undefined) {
    throw new UsageError(`--engine ${engineName}: ${missing} is not installed`, 'next: npm run servers');
  }
  const bundle = fileURLToPath(new URL(engine.bundle, root));
  if (!existsSync(bundle)) throw new Error(`${engine.bundle} is missing: npm run build makes it`);

  progress('starting the sandbox and the clients');
  const sandbox = await startSandbox({ automaticRetries: 0 });
  closing.push(() => sandbox.close());
  const secretsManager = new SecretsManagerClient({
    endpoint: sandbox.url,
    region: sandbox.account.region,
    credentials: { accessKeyId: 'operator', secretAccessKey: 'sandbox' },
  });
  closing.push(async () => secretsManager.destroy());
  const clients = Array.from({ length: options.clients }, () => createClient(clientEnvironment(sandbox), signal));
  closing.push(async () => void (await Promise.all(clients.map((client) => client.stop()))));
  const { subscriber, topicArn } = await subscribe(sandbox, signal);
  closing.push(() => subscriber.close());

  progress(`starting ${engineName}`);
  const database = await engine.start();
  closing.push(() => database.stop());
  signal.throwIfAborted();
  const store = async (name: string, value: Login) => {
    const secret = new CreateSecretCommand({ Name: name, SecretString: JSON.stringify(value) });
    return String((await secretsManager.send(secret)).ARN);
  };

  progress('making users and secrets');
  const masterarn = await store('superuser', database.superuser);
  return {
    engineName,
    engine,
    database,
    sandbox,
    subscriber,
    topicArn,
    secretsManager,
    clients,
    async plant(strategy, mode, username) {
      const exported = engine.functions[strategy];
      if (exported === undefined) throw new Error(`${engineName} has no function for ${strategy}`);
      const functionName = `rekey-${engineName}-${strategy}-${mode}`;
      const functionArn = sandbox.functions.register(functionName, {
        file: bundle,
        export: exported,
        mode,
        env: { NOTIFICATION_TOPIC_ARN: topicArn, ...database.environment },
      });
      const user = await database.createUser(username, randomBytes(24).toString('base64url'), strategy);
      const initial = strategies[strategy].needsSuperuser ? { ...user, masterarn } : user;
      return { strategy, secret: await store(username, initial), functionName, functionArn, initial };
    },
    close,
  };
}

async function subscribe(sandbox: Sandbox, signal: AbortSignal) {
  const { region } = sandbox.account;
  const topic = await sandbox.sns.call('CreateTopic', { Name: 'rekey-rotations' }, { region });
  const topicArn = String(topic?.TopicArn);
  const subscriber = await startSubscriber(sandbox.url);
  const subscription = { TopicArn: topicArn, Protocol: 'http', Endpoint: subscriber.endpoint };
  await sandbox.sns.call('Subscribe', subscription, { region });
  await until(() => subscriber.isConfirmed, 5_000, signal);
  return { subscriber, topicArn };
}

function clientEnvironment({ url, account }: Sandbox): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: account.region,
    AWS_ACCESS_KEY_ID: 'application',
    AWS_SECRET_ACCESS_KEY: 'sandbox',
  };
}
