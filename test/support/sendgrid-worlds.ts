/** Worlds of SendGrid keys, for tests of what all providers have in common; their doubles end with each test. */
import { afterEach } from 'vitest';
import type { ProviderDouble } from '../../local/doubles/double.ts';
import { startSendgrid } from '../../local/doubles/sendgrid.ts';
import type { IssuingProvider } from '../../shared/keys/provider.ts';
import { sendgrid } from '../../shared/keys/vendors/sendgrid.ts';
import type { RotationContext } from '../../shared/rotation/strategy.ts';
import { type KeyWorld, keyWorld } from './key-world.ts';

export function sendgridWorlds() {
  const doubles: ProviderDouble[] = [];
  afterEach(async () => {
    await Promise.all(doubles.splice(0).map((double) => double.close()));
  });

  return async (given: Partial<RotationContext> = {}, provider: IssuingProvider = sendgrid): Promise<KeyWorld> => {
    const double = await startSendgrid();
    doubles.push(double);
    return keyWorld(provider, double, given);
  };
}
