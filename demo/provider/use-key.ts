import type { KeySecret } from '../../shared/keys/provider.ts';
import { AuthenticationError } from '../../shared/rotation/errors.ts';
import { pause } from '../../shared/rotation/pause.ts';
import { redactor } from '../../shared/rotation/redact.ts';
import type { RotationContext } from '../../shared/rotation/strategy.ts';
import type { LoginOutcome } from '../engine.ts';
import { loadAct } from './act.ts';

/** How an application uses a key: by one cheap call to the provider, whose double is at this address. */
export async function keyUse(name: string, endpoint: string): Promise<(value: KeySecret) => Promise<LoginOutcome>> {
  const { provider } = await loadAct(name);
  const { signal } = new AbortController();
  const ctx: RotationContext = {
    secretId: '',
    token: '',
    signal,
    pause: pause(signal),
    redact: redactor(),
    password: {} as RotationContext['password'],
    trust: () => Promise.reject(new Error('the double speaks plain HTTP')),
    log: () => {},
    providerEndpoint: endpoint,
  };
  return async (value) => {
    try {
      await provider.verify(value, { current: value, ctx });
      return 'opened';
    } catch (error) {
      if (error instanceof AuthenticationError) return 'refused';
      throw error;
    }
  };
}
