/** Doubles of providers: a key opens with its own id, account and type only. */
import { afterEach, expect, it, vi } from 'vitest';
import { startAtlas } from '../../../local/doubles/atlas.ts';
import { startAuth0 } from '../../../local/doubles/auth0.ts';
import { startDatadogApiKeys, startDatadogApplicationKeys } from '../../../local/doubles/datadog.ts';
import type { ProviderDouble } from '../../../local/doubles/double.ts';
import { startIam } from '../../../local/doubles/iam.ts';
import { startOkta } from '../../../local/doubles/okta.ts';
import { startTwilioApiKey } from '../../../local/doubles/twilio/api-key.ts';
import { iamKeys } from '../../../shared/aws/iam-keys.ts';
import { accessToVerify } from '../../../shared/keys/access.ts';
import type { AcceptingProvider, IssuingProvider } from '../../../shared/keys/provider.ts';
import { atlas } from '../../../shared/keys/vendors/atlas.ts';
import { auth0 } from '../../../shared/keys/vendors/auth0.ts';
import { datadogApiKey, datadogApplicationKey } from '../../../shared/keys/vendors/datadog/datadog.ts';
import { iamProvider } from '../../../shared/keys/vendors/iam.ts';
import { okta } from '../../../shared/keys/vendors/okta.ts';
import { twilioApiKey } from '../../../shared/keys/vendors/twilio/api-key.ts';
import { keyWorld } from '../../support/key-world.ts';

vi.stubEnv('AWS_REGION', 'eu-west-1');
let double: ProviderDouble | undefined;
afterEach(() => double?.close());

/** A double, and what makes a wrong value of its first one. */
type Given = readonly [ProviderDouble, Record<string, unknown>];
const withAdmin =
  (start: () => Promise<ProviderDouble>, fields: Readonly<Record<string, string>>) => async (): Promise<Given> => {
    const started = await start();
    const taken = Object.entries(fields).map(([field, from]) => [field, started.admin?.[from]]);
    return [started, Object.fromEntries(taken)];
  };

it.each<[string, IssuingProvider | AcceptingProvider, () => Promise<Given>]>([
  ['Atlas: another account', atlas, withAdmin(startAtlas, { client_secret: 'client_secret' })],
  ['Auth0: another client', auth0, withAdmin(startAuth0, { client_id: 'client_id' })],
  ['Datadog: an application key', datadogApiKey, withAdmin(startDatadogApiKeys, { api_key: 'application_key' })],
  [
    'Datadog: an API key',
    datadogApplicationKey,
    withAdmin(startDatadogApplicationKeys, { application_key: 'api_key' }),
  ],
  ['Okta: another client', okta, async () => [await startOkta(), { client_id: '0oa0000000000000other' }]],
  [
    'IAM: another id',
    iamProvider(iamKeys),
    async () => {
      const started = await startIam();
      return [started, { access_key_id: started.addUser('deployer').id }];
    },
  ],
  [
    'Twilio: another id',
    twilioApiKey,
    async () => {
      const started = await startTwilioApiKey();
      const other = { sid: `SK${'0'.repeat(32)}`, secret: 'x', name: '', kind: 'standard', allow: [], lag: 0 } as const;
      started.keys.set(other.sid, { ...other, created: new Date() });
      return [started, { api_key_sid: other.sid }];
    },
  ],
])('a key beside what it does not belong to opens nothing (%s)', async (_, provider, start) => {
  const [started, wrong] = await start();
  double = started;
  const here = keyWorld(provider, started);
  const current = { ...started.first, masterarn: 'arn:admin' };
  const access = await accessToVerify(provider, current, here, here.context({}));
  const verify = (secret: Record<string, unknown>) => provider.verify(secret, { ...access, current: secret });

  await expect(verify({ ...current, ...wrong })).rejects.toMatchObject({ name: 'AuthenticationError' });

  expect(started.opens({ ...current, ...wrong })).toBe(false);
  await expect(verify(current)).resolves.toBeUndefined();
  expect(started.opens(current)).toBe(true);
});
