/** An application that keeps fetching AWSCURRENT and using it at the provider. */
import { setTimeout as sleep } from 'node:timers/promises';
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { AcceptingProvider, IssuingProvider } from '../../../shared/providers/provider.ts';
import { AuthenticationError } from '../../../shared/rotation/errors.ts';
import { redactor } from '../../../shared/rotation/redact.ts';
import type { RotationContext } from '../../../shared/rotation/strategy.ts';
import type { ProviderDouble } from '../../doubles/double.ts';
import { until } from '../until.ts';

export interface KeyUser {
  seen(): { uses: number; refused: number };
  used(times: number): Promise<void>;
  usedWith(version: string, times: number): Promise<void>;
  stop(): Promise<void>;
}

export function keyUser(options: {
  readonly secretsManager: SecretsManagerClient;
  readonly secret: string;
  readonly provider: IssuingProvider | AcceptingProvider;
  readonly double: ProviderDouble;
}): KeyUser {
  const { secretsManager, secret, provider, double } = options;
  const stopped = new AbortController();
  const uses: { version: string; refused: boolean }[] = [];
  let failure: unknown;

  const ctx: RotationContext = {
    secretId: secret,
    token: '',
    signal: stopped.signal,
    redact: redactor(),
    password: {} as RotationContext['password'],
    trust: () => Promise.reject(new Error('the double speaks plain HTTP')),
    log: () => {},
    providerEndpoint: double.url,
  };
  const once = async () => {
    const { SecretString = '', VersionId = '' } = await secretsManager.send(
      new GetSecretValueCommand({ SecretId: secret }),
    );
    const value = JSON.parse(SecretString);
    const refused = await provider.verify(value, { current: value, admin: {}, ctx }).then(
      () => false,
      (error) => {
        if (error instanceof AuthenticationError) return true;
        throw error;
      },
    );
    uses.push({ version: VersionId, refused });
  };
  const running = (async () => {
    while (!stopped.signal.aborted) {
      await once();
      await sleep(20);
    }
  })().catch((error) => {
    if (!stopped.signal.aborted) failure = error;
  });
  const enough = (count: () => number, times: number) =>
    until(
      () => {
        if (failure !== undefined) throw failure;
        return count() >= times;
      },
      20_000,
      stopped.signal,
    );

  return {
    seen: () => ({ uses: uses.length, refused: uses.filter(({ refused }) => refused).length }),
    used: (times) => enough(() => uses.length, times),
    usedWith: (version, times) => enough(() => uses.filter((one) => one.version === version).length, times),
    async stop() {
      stopped.abort();
      await running;
    },
  };
}
