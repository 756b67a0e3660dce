/** Dates and rights that are none, or are not there, are an answer that cannot be used: never a defect in Rekey, and never a guess. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startAtlas } from '../../../local/doubles/atlas.ts';
import { startCloudflare } from '../../../local/doubles/cloudflare.ts';
import { startDatadogApiKeys, startDatadogApplicationKeys } from '../../../local/doubles/datadog.ts';
import type { ProviderDouble } from '../../../local/doubles/double.ts';
import { startGitlab } from '../../../local/doubles/gitlab.ts';
import { startIam } from '../../../local/doubles/iam.ts';
import { startOkta } from '../../../local/doubles/okta.ts';
import { startOpenai } from '../../../local/doubles/openai.ts';
import { startSendgrid } from '../../../local/doubles/sendgrid.ts';
import { startTwilioApiKey } from '../../../local/doubles/twilio/api-key.ts';
import acme from '../../../providers/acme.json' with { type: 'json' };
import { iamKeys } from '../../../shared/aws/iam-keys.ts';
import { accessTo } from '../../../shared/keys/access.ts';
import { nodeTransport, type Transport } from '../../../shared/keys/api/transport.ts';
import { declaredProvider } from '../../../shared/keys/declared/declared.ts';
import type { AcceptingProvider, Access, IssuingProvider } from '../../../shared/keys/provider.ts';
import { atlas } from '../../../shared/keys/vendors/atlas.ts';
import { cloudflare } from '../../../shared/keys/vendors/cloudflare/cloudflare.ts';
import { datadogApiKey, datadogApplicationKey } from '../../../shared/keys/vendors/datadog/datadog.ts';
import { gitlab } from '../../../shared/keys/vendors/gitlab.ts';
import { iamProvider } from '../../../shared/keys/vendors/iam.ts';
import { okta } from '../../../shared/keys/vendors/okta.ts';
import { openai } from '../../../shared/keys/vendors/openai.ts';
import { sendgrid } from '../../../shared/keys/vendors/sendgrid.ts';
import { twilioApiKey } from '../../../shared/keys/vendors/twilio/api-key.ts';
import { startAcme } from '../../support/acme.ts';
import { keyWorld } from '../../support/key-world.ts';

vi.stubEnv('AWS_ACCESS_KEY_ID', 'ASIAROLEOFTHEFUNCTIO');
vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'of the role');
vi.stubEnv('AWS_REGION', 'eu-west-1');

const doubles: ProviderDouble[] = [];
afterEach(async () => {
  await Promise.all(doubles.splice(0).map((double) => double.close()));
});

type Provider = IssuingProvider | AcceptingProvider;
type Case = [name: string, field: string, provider: Provider, start: () => Promise<ProviderDouble>, act?: Act];
type Act = (provider: Provider, access: Access) => Promise<unknown>;

const LIST_NUMBERS = '/twilio/phone-numbers/incoming-phone-numbers/list';
const list: Act = async (provider, access) => ('keys' in provider ? provider.keys(access) : undefined);
const issue: Act = async (provider, access) => ('issue' in provider ? provider.issue('label', access, []) : undefined);
const issueListed: Act = async (provider, access) =>
  'issue' in provider ? provider.issue('label', access, await provider.keys(access)) : undefined;
const accept: Act = async (provider, access) =>
  'accept' in provider ? provider.accept(provider.make(access), access, async () => []) : undefined;
const declared = declaredProvider(acme, 'providers/acme.json');
const iam = iamProvider(iamKeys);

const always: Case[] = [
  ['atlas', 'createdAt', atlas, startAtlas],
  ['atlas', 'expiresAt', atlas, startAtlas],
  ['cloudflare', 'issued_on', cloudflare, () => startCloudflare()],
  ['datadog', 'created_at', datadogApiKey, startDatadogApiKeys],
  ['datadog', 'created_at', datadogApplicationKey, startDatadogApplicationKeys],
  ['acme', 'created_at', declared, startAcme],
  ['gitlab', 'created_at', gitlab, startGitlab],
  ['gitlab', 'created_at', gitlab, startGitlab, issue],
  ['iam', 'CreateDate', iam, startIam],
  ['okta', 'created', okta, startOkta, accept],
  ['openai', 'created_at', openai, startOpenai],
  ['twilio', 'date_created', twilioApiKey, () => startTwilioApiKey()],
];
/** Members that a vendor leaves out, or null, to say something. */
const sometimes: Case[] = [
  ['atlas', 'lastUsedAt', atlas, startAtlas],
  ['cloudflare', 'last_used_on', cloudflare, () => startCloudflare()],
  ['cloudflare', 'expires_on', cloudflare, () => startCloudflare(), issue],
  ['datadog', 'date_last_used', datadogApiKey, startDatadogApiKeys],
  ['datadog', 'last_used_at', datadogApplicationKey, startDatadogApplicationKeys],
  ['acme', 'last_used_at', declared, startAcme],
  ['gitlab', 'last_used_at', gitlab, startGitlab],
  ['gitlab', 'expires_at', gitlab, startGitlab, issue],
  ['iam', 'LastUsedDate', iam, startIam],
  ['openai', 'last_used_at', openai, startOpenai],
];

/** What a key may do: what is missing there is no permission, and no restriction that fell away. */
const rights: Case[] = [
  ['cloudflare', 'policies', cloudflare, () => startCloudflare(), issue],
  ['cloudflare', 'resources', cloudflare, () => startCloudflare(), issue],
  ['cloudflare', 'permission_groups', cloudflare, () => startCloudflare(), issue],
  ['gitlab', 'scopes', gitlab, startGitlab, issue],
  ['sendgrid', 'scopes', sendgrid, startSendgrid, issueListed],
  ['twilio', 'allow', twilioApiKey, () => startTwilioApiKey({ kind: 'restricted', allow: [LIST_NUMBERS] }), issue],
];

describe.each(['the day before yesterday', ''])('"%s" for a date', (text) => {
  it.each([...always, ...sometimes])('%s, %s: is an answer that cannot be used', async (name, field, ...given) => {
    const error = await tampered(field, text, ...given);

    expect(error).toMatchObject({ name: 'ProviderError', code: 'UNEXPECTED_ANSWER' });
    expect(error.fact).toContain(name);
    expect(error.fact).toContain(field);
  });
});

it.each(rights)('%s, %s: rights that are not told are an answer that cannot be used', async (name, field, ...given) => {
  for (const text of ['everything', undefined]) {
    const error = await tampered(field, text, ...given);

    expect(error).toMatchObject({ name: 'ProviderError', code: 'UNEXPECTED_ANSWER' });
    expect(error.fact).toContain(name);
    expect(error.fact).toContain(field);
  }
});

it.each(always)('%s, %s: a date that is not there is an answer that cannot be used', async (name, field, ...given) => {
  const error = await tampered(field, undefined, ...given);

  expect(error).toMatchObject({ name: 'ProviderError', code: 'UNEXPECTED_ANSWER' });
  expect(error.fact).toContain(name);
  expect(error.fact).toContain(field);
});

it.each(sometimes)('%s, %s: may be left out', async (_name, field, ...given) => {
  expect(await tampered(field, undefined, ...given)).toMatchObject({ fact: 'nothing went wrong' });
});

/** What the provider says when the vendor says `text` in that field wherever it is, or leaves it out. */
async function tampered(
  field: string,
  text: string | undefined,
  provider: Provider,
  start: () => Promise<ProviderDouble>,
  act: Act = list,
): Promise<{ fact: string }> {
  const double = await start();
  doubles.push(double);
  double.use?.(double.first);
  const here = keyWorld(provider, double);
  const transport: Transport = async (request) => {
    const answer = await nodeTransport(request);
    return { ...answer, body: answer.body.startsWith('<') ? inXml(answer.body) : inJson(answer.body) };
  };
  const inXml = (body: string) =>
    body.replace(
      new RegExp(`<${field}>[^<]*</${field}>`, 'g'),
      text === undefined ? '' : `<${field}>${text}</${field}>`,
    );
  const inJson = (body: string) => (body === '' ? body : JSON.stringify(changed(JSON.parse(body))));
  const changed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(changed);
    if (typeof value !== 'object' || value === null) return value;
    const others = Object.entries(value).filter(([name]) => name !== field);
    const isHere = field in value || 'issued_on' in value || 'id' in value;
    return {
      ...Object.fromEntries(others.map(([name, inner]) => [name, changed(inner)])),
      ...(isHere && text !== undefined && { [field]: text }),
    };
  };
  const value = { ...double.first, ...(double.admin && { masterarn: 'arn:admin' }) };
  const access = await accessTo(provider, value, { admins: here.admins, transport }, here.context({}));
  return act(provider, access).then(
    () => ({ fact: 'nothing went wrong' }),
    (error) => error,
  );
}
