// An application, in a process of its own so that nothing else slows it down: fetches AWSCURRENT, or what a parameter holds, logs in, leaves, and starts again.
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

interface Fetched {
  readonly text: string;
  readonly version: string;
}

async function work({ engine: name, secretId, parameter, ca }: ClientOrder): Promise<void> {
  const engine = await loadEngine(name);
  const fetchValue = parameter === undefined ? ofSecret(secretId) : await ofParameter(parameter);
  while (!isStopping) {
    const startedAt = now();
    const result = await attempt(engine, fetchValue, ca);
    process.send?.({ startedAt, endedAt: now(), ...result } satisfies Attempt);
  }
  process.disconnect?.();
}

async function attempt(
  engine: DemoEngine,
  fetchValue: () => Promise<Fetched>,
  ca: string,
): Promise<Omit<Attempt, 'startedAt' | 'endedAt'>> {
  try {
    const { text, version } = await fetchValue();
    return { version, outcome: await engine.login(JSON.parse(text), ca) };
  } catch (error) {
    const { name, code, message } = error as Error & { code?: string };
    return { outcome: 'failed', error: `${code ?? name}: ${message}` };
  }
}

function ofSecret(SecretId: string | undefined): () => Promise<Fetched> {
  const client = new SecretsManagerClient({});
  return async () => {
    const { SecretString = '', VersionId = '' } = await client.send(new GetSecretValueCommand({ SecretId }));
    return { text: SecretString, version: VersionId };
  };
}

/** As most do it: by the bare name, so that the newest version is what it gets. */
async function ofParameter(Name: string): Promise<() => Promise<Fetched>> {
  const { GetParameterCommand, SSMClient } = await import('@aws-sdk/client-ssm');
  const client = new SSMClient({});
  return async () => {
    const { Parameter } = await client.send(new GetParameterCommand({ Name, WithDecryption: true }));
    return { text: Parameter?.Value ?? '', version: String(Parameter?.Version) };
  };
}
