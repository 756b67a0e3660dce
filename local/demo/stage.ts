import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type Sandbox, startSandbox } from '../sandbox.ts';
import type { FileFunction } from '../services/lambda/definition.ts';
import { type Subscriber, startSubscriber } from './subscriber.ts';
import { until } from './until.ts';

/** What every demonstration stands on: the sandbox, an operator of it, and a topic that somebody listens to. */
export interface Stage {
  readonly sandbox: Sandbox;
  readonly secretsManager: SecretsManagerClient;
  readonly subscriber: Subscriber;
  /** Makes a secret, and gives its ARN. */
  store(name: string, value: object): Promise<string>;
  /** Registers a packaged function, which reports to the topic. */
  register(functionName: string, bundle: string, definition: Omit<FileFunction, 'file'>): RegisteredFunction;
  /** Ends this, too, when the stage is closed: what was opened last goes first. */
  whenClosed(end: () => unknown): void;
  close(): Promise<void>;
}

export interface RegisteredFunction {
  readonly functionName: string;
  readonly functionArn: string;
}

/** A path from the root of the repository. */
const inRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** `build` puts on the stage what else is needed; when it cannot, everything is closed. */
export async function openStage<S>(signal: AbortSignal, build: (stage: Stage) => Promise<S>): Promise<S> {
  const ends: (() => unknown)[] = [];
  const close = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const sandbox = await startSandbox({ automaticRetries: 0 });
    ends.push(sandbox.close);
    const secretsManager = new SecretsManagerClient({
      endpoint: sandbox.url,
      region: sandbox.account.region,
      credentials: { accessKeyId: 'operator', secretAccessKey: 'sandbox' },
    });
    ends.push(() => secretsManager.destroy());
    const subscriber = await startSubscriber(sandbox.url);
    ends.push(subscriber.close);
    const topicArn = await subscribe(sandbox, subscriber, signal);
    return await build({
      sandbox,
      secretsManager,
      subscriber,
      store: async (Name, value) => {
        const secret = new CreateSecretCommand({ Name, SecretString: JSON.stringify(value) });
        return String((await secretsManager.send(secret)).ARN);
      },
      register: (functionName, bundle, { env, ...definition }) => {
        requireBundle(bundle);
        const all = { NOTIFICATION_TOPIC_ARN: topicArn, ...env };
        const functionArn = sandbox.functions.register(functionName, { ...definition, file: inRoot(bundle), env: all });
        return { functionName, functionArn };
      },
      whenClosed: (end) => void ends.push(end),
      close,
    });
  } catch (error) {
    await close();
    throw error;
  }
}

/** Said before anything is started. */
export function requireBundle(bundle: string): void {
  if (!existsSync(inRoot(bundle))) throw new Error(`${bundle} is missing: npm run build makes it`);
}

async function subscribe({ sns, account }: Sandbox, subscriber: Subscriber, signal: AbortSignal): Promise<string> {
  const { region } = account;
  const topic = await sns.call('CreateTopic', { Name: 'rekey-rotations' }, { region });
  const TopicArn = String(topic?.TopicArn);
  await sns.call('Subscribe', { TopicArn, Protocol: 'http', Endpoint: subscriber.endpoint }, { region });
  await until(() => subscriber.isConfirmed, 5_000, signal);
  return TopicArn;
}
