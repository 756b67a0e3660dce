import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type Sandbox, startSandbox } from '../local/sandbox.ts';
import type { FileFunction } from '../local/services/lambda/definition.ts';

/** What a rotation function told the topic. */
export interface Notification {
  readonly subject: string;
  /** Parsed. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** What every demonstration stands on: the sandbox, an operator of it, and a topic. */
export interface Stage {
  readonly sandbox: Sandbox;
  readonly secretsManager: SecretsManagerClient;
  /** Of all functions so far, oldest first. */
  notifications(): readonly Notification[];
  /** Makes a secret, and gives its ARN. */
  store(name: string, value: object): Promise<string>;
  /** The value with this label, parsed. */
  read<V>(secret: string, label: string): Promise<V>;
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
const inRoot = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** `build` puts on the stage what else is needed; when it cannot, everything is closed. With roles, functions may do what the stack lets them. */
export async function openStage<S>(build: (stage: Stage) => Promise<S>, enforceRoles = false): Promise<S> {
  const ends: (() => unknown)[] = [];
  const close = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const handlers = new Map<string, string>();
    const roleOf = enforceRoles ? (await import('./roles.ts')).rolesOfStack((name) => handlers.get(name)) : undefined;
    const sandbox = await startSandbox({ automaticRetries: 0, ...(roleOf && { roleOf }) });
    ends.push(sandbox.close);
    const { region } = sandbox.account;
    const secretsManager = new SecretsManagerClient({
      endpoint: sandbox.url,
      region,
      credentials: { accessKeyId: 'operator', secretAccessKey: 'sandbox' },
    });
    ends.push(() => secretsManager.destroy());
    const topic = await sandbox.sns.call('CreateTopic', { Name: 'rekey-rotations' }, { region });
    return await build({
      sandbox,
      secretsManager,
      notifications: () =>
        sandbox.sns.messages.map(({ subject, message }) => ({ subject: String(subject), body: JSON.parse(message) })),
      store: async (Name, value) => {
        const secret = new CreateSecretCommand({ Name, SecretString: JSON.stringify(value) });
        return String((await secretsManager.send(secret)).ARN);
      },
      read: async (SecretId, VersionStage) => {
        const asked = new GetSecretValueCommand({ SecretId, VersionStage });
        return JSON.parse((await secretsManager.send(asked)).SecretString ?? '{}');
      },
      register: (functionName, bundle, { env, ...definition }) => {
        requireBundle(bundle);
        handlers.set(functionName, bundle.replace(/mjs$/, definition.export));
        const all = { NOTIFICATION_TOPIC_ARN: String(topic?.TopicArn), ...env };
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
