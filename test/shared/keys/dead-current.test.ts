/** Rights are copied from the current key. When that is dead, its id is no more than somebody's word, also where AWSPREVIOUS works. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startCloudflare } from '../../../local/doubles/cloudflare.ts';
import { startDatadogApplicationKeys } from '../../../local/doubles/datadog.ts';
import type { ProviderDouble } from '../../../local/doubles/double.ts';
import { startGitlab } from '../../../local/doubles/gitlab.ts';
import { startIam } from '../../../local/doubles/iam.ts';
import { startOpenai } from '../../../local/doubles/openai.ts';
import { startSendgrid } from '../../../local/doubles/sendgrid.ts';
import { startTwilioApiKey } from '../../../local/doubles/twilio/api-key.ts';
import { iamKeys } from '../../../shared/aws/iam-keys.ts';
import { accessTo } from '../../../shared/keys/access.ts';
import type { IssuingProvider } from '../../../shared/keys/provider.ts';
import { cloudflare } from '../../../shared/keys/vendors/cloudflare/cloudflare.ts';
import { datadogApplicationKey } from '../../../shared/keys/vendors/datadog/datadog.ts';
import { gitlab } from '../../../shared/keys/vendors/gitlab.ts';
import { iamProvider } from '../../../shared/keys/vendors/iam.ts';
import { openai } from '../../../shared/keys/vendors/openai.ts';
import { sendgrid } from '../../../shared/keys/vendors/sendgrid.ts';
import { twilioApiKey } from '../../../shared/keys/vendors/twilio/api-key.ts';
import { openLabels, wholeRotation } from '../../conformance/rotate.ts';
import { keyWorld } from '../../support/key-world.ts';
import { labelled } from '../../support/store.ts';

const doubles: ProviderDouble[] = [];
beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAROLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'of the role');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(doubles.splice(0).map((double) => double.close()));
});

/** With one slot more than IAM gives, so that it is not the limit that stops the rotation. */
const roomyIam: IssuingProvider = { ...iamProvider(iamKeys), slots: 3 };

const cases: [name: string, provider: IssuingProvider, start: () => Promise<ProviderDouble>][] = [
  ['cloudflare', cloudflare, () => startCloudflare()],
  ['datadog', datadogApplicationKey, startDatadogApplicationKeys],
  ['gitlab', gitlab, startGitlab],
  ['iam', roomyIam, startIam],
  ['openai', openai, startOpenai],
  ['sendgrid', sendgrid, startSendgrid],
  ['twilio', twilioApiKey, () => startTwilioApiKey()],
];

it.each(cases)('%s makes no successor for a key that somebody revoked', async (_name, provider, start) => {
  const double = await start();
  doubles.push(double);
  const here = keyWorld(provider, double);
  await wholeRotation(here);
  const current = (await labelled(here.store, 'AWSCURRENT')) ?? {};
  const access = await accessTo(provider, current, here, here.context({}));
  await provider.revoke((await provider.identify(current, access)) ?? '', access);
  const live = double.live();

  const rotated = wholeRotation(here);

  await expect(rotated).rejects.toMatchObject({ name: 'InvalidSecretError', code: 'AUTHENTICATION_REFUSED' });
  expect(double.live()).toEqual(live);
  expect(await openLabels(here)).toEqual(['AWSPREVIOUS']);
});
