/** A key that AWSPREVIOUS names by right may still be the one that manages all others. */
import { afterEach, expect, it } from 'vitest';
import { type AtlasDouble, startAtlas } from '../../../local/doubles/atlas.ts';
import { type CloudflareDouble, startCloudflare } from '../../../local/doubles/cloudflare.ts';
import { type DatadogDouble, startDatadogApiKeys } from '../../../local/doubles/datadog.ts';
import type { ProviderDouble } from '../../../local/doubles/double.ts';
import { startSendgrid } from '../../../local/doubles/sendgrid.ts';
import { startTwilioApiKey, type TwilioKeyDouble } from '../../../local/doubles/twilio/api-key.ts';
import acme from '../../../providers/acme.json' with { type: 'json' };
import { declaredProvider } from '../../../shared/keys/declared/declared.ts';
import type { IssuingProvider, KeySecret } from '../../../shared/keys/provider.ts';
import { atlas } from '../../../shared/keys/vendors/atlas.ts';
import { cloudflare } from '../../../shared/keys/vendors/cloudflare/cloudflare.ts';
import { datadogApiKey } from '../../../shared/keys/vendors/datadog/datadog.ts';
import { sendgrid } from '../../../shared/keys/vendors/sendgrid.ts';
import { twilioApiKey } from '../../../shared/keys/vendors/twilio/api-key.ts';
import { step, wholeRotation } from '../../conformance/rotate.ts';
import { startAcme } from '../../support/acme.ts';
import { keyWorld } from '../../support/key-world.ts';
import { byLabel, labelled } from '../../support/store.ts';

const doubles: ProviderDouble[] = [];
afterEach(async () => {
  await Promise.all(doubles.splice(0).map((double) => double.close()));
});

interface Case<D extends ProviderDouble> {
  readonly provider: IssuingProvider;
  start(): Promise<D>;
  /** Gives the admin secret a key of which the rotated secret's former value is the same. Gives that value. */
  previous(double: D): KeySecret;
}
const of = <D extends ProviderDouble>(given: Case<D>) => given as unknown as Case<ProviderDouble>;

const cases: [name: string, given: Case<ProviderDouble>][] = [
  ['sendgrid', of({ provider: sendgrid, start: startSendgrid, previous: ({ admin }) => ({ ...admin }) })],
  [
    'cloudflare',
    of<CloudflareDouble>({
      provider: cloudflare,
      start: startCloudflare,
      previous: ({ admin, tokens, first }) => ({ ...first, ...admin, token_id: [...tokens.keys()][0] }),
    }),
  ],
  [
    'datadog',
    of<DatadogDouble>({
      provider: datadogApiKey,
      start: startDatadogApiKeys,
      previous: ({ admin, first, keys }) => {
        const [own] = keys().filter(({ value }) => value === admin?.api_key);
        return { ...first, api_key: own?.value, api_key_id: own?.id };
      },
    }),
  ],
  [
    'twilio, where it is a Main key,',
    of<TwilioKeyDouble>({
      provider: twilioApiKey,
      start: startTwilioApiKey,
      previous({ keys, admin, first }) {
        const main = { kind: 'main', name: '', allow: [], lag: 0, created: new Date() };
        const value = { api_key_sid: 'SKmain', api_key_secret: 'the secret of a Main key' };
        (keys as Map<string, object>).set('SKmain', { ...main, sid: value.api_key_sid, secret: value.api_key_secret });
        Object.assign(admin ?? {}, { auth_token: undefined, ...value });
        return { ...first, ...value };
      },
    }),
  ],
  [
    'a declared provider, where its value is in the admin secret,',
    of({
      provider: declaredProvider(acme, 'providers/acme.json'),
      start: startAcme,
      previous({ admin, first }) {
        Object.assign(admin ?? {}, { its_own_key: first.api_key });
        return first;
      },
    }),
  ],
  [
    'atlas, where it is a secret of the same service account,',
    of<AtlasDouble>({
      provider: atlas,
      start: startAtlas,
      previous(double) {
        const { client_id, client_secret, org_id } = double.first;
        double.allow(String(client_id));
        Object.assign(double.admin ?? {}, { client_id, client_secret, org_id });
        return double.first;
      },
    }),
  ],
];

/** AWSPREVIOUS is the admin's key, AWSCURRENT another one that works. */
async function world({ provider, start, previous }: Case<ProviderDouble>) {
  const double = await start();
  doubles.push(double);
  const here = keyWorld(provider, double, { later: async () => {} });
  await wholeRotation(here);
  const current = await labelled(here.store, 'AWSCURRENT');
  const admins = previous(double);
  await here.store.putCurrent(JSON.stringify({ ...admins, masterarn: 'arn:admin' }));
  await here.store.putCurrent(JSON.stringify(current));
  return { ...here, admins };
}

it.each(cases)('%s: no rotation revokes the key of the admin secret', async (_name, given) => {
  const here = await world(given);
  const live = here.double.live();

  const rotated = wholeRotation(here);

  await expect(rotated).rejects.toMatchObject({ code: 'INVALID_SECRET', retryable: false });
  expect(here.double.opens(here.admins)).toBe(true);
  expect(here.double.live()).toEqual(live);
});

it.each(cases)('%s: nor does a revocation at a later time', async (_name, given) => {
  const here = await world(given);
  Object.assign(here.store.tags, { 'rekey:revoke-after': '12h' });
  const live = here.double.live();
  const { AWSCURRENT = '' } = await byLabel(here.store);

  const revoked = step(here, AWSCURRENT, 'revokePrevious');

  await expect(revoked).rejects.toMatchObject({ code: 'INVALID_SECRET', retryable: false });
  expect(here.double.opens(here.admins)).toBe(true);
  expect(here.double.live()).toEqual(live);
});
