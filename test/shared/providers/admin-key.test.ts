/** A key that AWSPREVIOUS names by right may still be the one that manages all others. */
import { afterEach, expect, it } from 'vitest';
import { startCloudflare } from '../../../local/doubles/cloudflare.ts';
import { startAcme } from '../../../local/doubles/declared.ts';
import type { ProviderDouble } from '../../../local/doubles/double.ts';
import { startSendgrid } from '../../../local/doubles/sendgrid.ts';
import { startTwilioApiKey } from '../../../local/doubles/twilio/api-key.ts';
import acme from '../../../providers/acme.json' with { type: 'json' };
import { cloudflare } from '../../../shared/providers/cloudflare.ts';
import { declaredProvider } from '../../../shared/providers/declared.ts';
import type { IssuingProvider } from '../../../shared/providers/provider.ts';
import { sendgrid } from '../../../shared/providers/sendgrid.ts';
import { twilioApiKey } from '../../../shared/providers/twilio/api-key.ts';
import { accessTo } from '../../../shared/strategies/keys/access.ts';
import { keyWorld } from '../../support/key-world.ts';

const doubles: ProviderDouble[] = [];
afterEach(async () => {
  await Promise.all(doubles.splice(0).map((double) => double.close()));
});

async function world(provider: IssuingProvider, start: () => Promise<ProviderDouble>) {
  const double = await start();
  doubles.push(double);
  const here = keyWorld(provider, double);
  const access = () => accessTo(provider, { ...double.first, masterarn: 'arn:admin' }, here, here.context({}));
  return { double, access };
}

it.each([
  ['sendgrid', sendgrid, startSendgrid, ({ api_key }: Record<string, unknown>) => String(api_key).split('.')[1]],
  [
    'cloudflare',
    cloudflare,
    startCloudflare,
    (_admin: unknown, double: ProviderDouble) =>
      [...(double as unknown as { tokens: Map<string, unknown> }).tokens.keys()][0],
  ],
] as const)('%s refuses to revoke the key of the admin secret', async (_name, provider, start, idOf) => {
  const { double, access } = await world(provider, start);
  const admin = double.admin ?? {};

  const revoked = provider.revoke(idOf(admin, double) ?? '', await access());

  await expect(revoked).rejects.toMatchObject({ code: 'INVALID_SECRET', retryable: false });
  expect(double.opens(admin)).toBe(true);
});

it('twilio refuses to revoke the Main key of the admin secret', async () => {
  const { double, access } = await world(twilioApiKey, startTwilioApiKey);
  const { api_key_sid, api_key_secret } = double.first;
  Object.assign(double.admin ?? {}, { api_key_sid, api_key_secret });

  const revoked = twilioApiKey.revoke(String(api_key_sid), await access());

  await expect(revoked).rejects.toMatchObject({ code: 'INVALID_SECRET' });
  expect(double.opens(double.first)).toBe(true);
});

it('a declared provider refuses to revoke a key whose value is in the admin secret', async () => {
  const provider = declaredProvider(acme, 'providers/acme.json');
  const { double, access } = await world(provider, startAcme);
  Object.assign(double.admin ?? {}, { token: double.first.api_key });

  const revoked = provider.revoke(String(double.first.key_id), await access(), double.first);

  await expect(revoked).rejects.toMatchObject({ code: 'INVALID_SECRET' });
  expect(double.opens(double.first)).toBe(true);
});
