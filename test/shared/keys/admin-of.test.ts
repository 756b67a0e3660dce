/** Whoever may write a secret chooses its `masterarn`: no provider's admin credential goes to the host of another one. */
import { expect, it } from 'vitest';
import type { AdminSource } from '../../../shared/keys/access.ts';
import { accessTo } from '../../../shared/keys/access.ts';
import { issuedKeyStrategy } from '../../../shared/keys/issued.ts';
import { sendgrid } from '../../../shared/keys/vendors/sendgrid.ts';
import { testContext } from '../../support/context.ts';
import { current, tiny, vendor } from './declared/tiny.ts';

const holding = (text: string): { admins: AdminSource } => ({
  admins: { adminFor: async (_arn, schema) => schema.parse(text, 'the admin secret') },
});
const secret = { ...current, masterarn: 'arn:admin-of-sendgrid' };
const provider = tiny({ admin: { plain: 'api_key' } });

it.each([
  ['says that it is of another provider', '{"api_key":"SG.x","admin_of":"sendgrid"}', 'TARGET_MISMATCH'],
  ['does not say whose it is', '{"api_key":"SG.x"}', 'INVALID_SECRET'],
  ['says nothing that is a name', '{"api_key":"SG.x","admin_of":["tiny"]}', 'TARGET_MISMATCH'],
  ['is a bare token, with no room to say so', 'SG.x', 'INVALID_SECRET'],
])('a described provider with a host of its own is sent no admin secret that %s', async (_what, text, code) => {
  const { url, requests } = await vendor();
  const ctx = testContext({ providerEndpoint: url, secretId: 'app' });
  const strategy = issuedKeyStrategy(provider, holding(text));
  const [previous, stored] = [async () => undefined, async () => undefined];

  const created = strategy.create({ current: secret, previous, stored }, ctx);

  await expect(created).rejects.toMatchObject({ code });
  expect(requests).toEqual([]);
});

it('and the hint names what to add', async () => {
  const access = accessTo(provider, secret, holding('{"api_key":"SG.x"}'), testContext());

  await expect(access).rejects.toMatchObject({
    hint: expect.stringContaining('"admin_of":"tiny"'),
    about: 'arn:admin-of-sendgrid',
  });
});

it('one that says that it is its own is taken', async () => {
  const access = await accessTo(provider, secret, holding('{"api_key":"tk_z","admin_of":"tiny"}'), testContext());

  expect(access.admin.api_key).toBe('tk_z');
});

it.each([
  ['its own, says so', 'sendgrid', undefined],
  ['of another provider', 'datadog', 'TARGET_MISMATCH'],
])('a provider of code takes an admin secret that is %s', async (_what, admin_of, code) => {
  const text = JSON.stringify({ api_key: 'SG.x', admin_of });
  const access = accessTo(sendgrid, { api_key: 'SG.y', masterarn: 'arn:admin' }, holding(text), testContext());

  if (code === undefined) await expect(access).resolves.toMatchObject({ admin: { api_key: 'SG.x' } });
  else await expect(access).rejects.toMatchObject({ code });
});
