// An application, in a process of its own so that nothing else slows it down: fetches AWSCURRENT, or what a parameter holds, uses it, and starts again.
import { setTimeout as sleep } from 'node:timers/promises';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { ClientOrder } from './client.ts';
import { type Login, type LoginOutcome, loadEngine } from './engine.ts';
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
type Fetch = () => Promise<Fetched>;
type Use = (value: Login) => Promise<LoginOutcome>;

async function work({ opens, secretId, parameter, pauseMs = 0 }: ClientOrder): Promise<void> {
  const use = 'engine' in opens ? await loginTo(opens) : await useOf(opens);
  const fetchValue = parameter === undefined ? ofSecret(secretId) : await ofParameter(parameter);
  while (!isStopping) {
    const startedAt = now();
    const result = await attempt(fetchValue, use);
    process.send?.({ startedAt, endedAt: now(), ...result } satisfies Attempt);
    if (pauseMs > 0) await sleep(pauseMs);
  }
  process.disconnect?.();
}

async function attempt(fetchValue: Fetch, use: Use): Promise<Omit<Attempt, 'startedAt' | 'endedAt'>> {
  try {
    const { text, version } = await fetchValue();
    return { version, outcome: await use(JSON.parse(text)) };
  } catch (error) {
    const { name, code, message } = error as Error & { code?: string };
    return { outcome: 'failed', error: `${code ?? name}: ${message}` };
  }
}

async function loginTo({ engine, ca }: { readonly engine: string; readonly ca: string }): Promise<Use> {
  const { login } = await loadEngine(engine);
  return (value) => login(value, ca);
}

async function useOf({ provider, endpoint }: { readonly provider: string; readonly endpoint: string }): Promise<Use> {
  const { keyUse } = await import('./provider/use-key.ts');
  return keyUse(provider, endpoint);
}

function ofSecret(SecretId: string | undefined): Fetch {
  const client = new SecretsManagerClient({});
  return async () => {
    const { SecretString = '', VersionId = '' } = await client.send(new GetSecretValueCommand({ SecretId }));
    return { text: SecretString, version: VersionId };
  };
}

/** As most do it: by the bare name, so that the newest version is what it gets. */
async function ofParameter(Name: string): Promise<Fetch> {
  const { GetParameterCommand, SSMClient } = await import('@aws-sdk/client-ssm');
  const client = new SSMClient({});
  return async () => {
    const { Parameter } = await client.send(new GetParameterCommand({ Name, WithDecryption: true }));
    return { text: Parameter?.Value ?? '', version: String(Parameter?.Version) };
  };
}
