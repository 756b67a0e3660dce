// An application, in a process of its own so that nothing else slows it down: fetches AWSCURRENT, logs in, leaves, and starts again.
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { ClientOrder } from './client.ts';
import { type DemoEngine, loadEngine } from './engine.ts';
import type { Attempt } from './outage.ts';

const now = () => performance.timeOrigin + performance.now();
let isStopping = false;

process.once('disconnect', () => process.exit(0));
process.on('message', (message: ClientOrder | 'stop') => {
  if (message === 'stop') isStopping = true;
  else void work(message);
});

async function work({ engine: name, secretId, ca }: ClientOrder): Promise<void> {
  const engine = await loadEngine(name);
  const secretsManager = new SecretsManagerClient({});
  while (!isStopping) {
    const startedAt = now();
    const result = await attempt(engine, secretsManager, secretId, ca);
    process.send?.({ startedAt, endedAt: now(), ...result } satisfies Attempt);
  }
  process.disconnect?.();
}

async function attempt(
  engine: DemoEngine,
  secretsManager: SecretsManagerClient,
  SecretId: string,
  ca: string,
): Promise<Omit<Attempt, 'startedAt' | 'endedAt'>> {
  try {
    const { SecretString = '', VersionId = '' } = await secretsManager.send(new GetSecretValueCommand({ SecretId }));
    return { version: VersionId, outcome: await engine.login(JSON.parse(SecretString), ca) };
  } catch (error) {
    const { name, code, message } = error as Error & { code?: string };
    return { outcome: 'failed', error: `${code ?? name}: ${message}` };
  }
}
