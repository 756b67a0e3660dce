/** Whoever may write a secret chooses its `masterarn`: no provider's admin credential goes to the host of another one. */
import { expect, it } from 'vitest';
import { loadAct, providerNames } from '../../../demo/provider/act.ts';
import type { AdminSource } from '../../../shared/keys/access.ts';
import { accessTo } from '../../../shared/keys/access.ts';
import { issuedKeyStrategy } from '../../../shared/keys/issued.ts';
import type { AcceptingProvider, IssuingProvider } from '../../../shared/keys/provider.ts';
import { sendgrid } from '../../../shared/keys/vendors/sendgrid.ts';
import { twilioApiKey } from '../../../shared/keys/vendors/twilio/api-key.ts';
import { testContext } from '../../support/context.ts';
import { current, tiny, vendor } from './declared/tiny.ts';

/** An admin secret, and what its tag says; `asked` is how often anybody read the tag. */
const holding = (text: string, tag?: string): { admins: AdminSource; asked: number } => {
  const ports = {
    asked: 0,
    admins: {
      adminFor: async (_arn, schema) => schema.parse(text, 'the admin secret'),
      ownerOf: async () => {
        ports.asked += 1;
        return tag;
      },
    } satisfies AdminSource,
  };
  return ports;
};
const secret = { ...current, masterarn: 'arn:admin-of-sendgrid' };
const provider = tiny({ admin: { plain: 'api_key' } });

it.each([
  ['says that it is of another provider', '{"api_key":"SG.x","admin_of":"sendgrid"}', 'TARGET_MISMATCH'],
  ['does not say whose it is', '{"api_key":"SG.x"}', 'INVALID_SECRET'],
  ['says nothing that is a name', '{"api_key":"SG.x","admin_of":["tiny"]}', 'TARGET_MISMATCH'],
  ['is a bare token, with no tag to say so', 'SG.x', 'INVALID_SECRET'],
  ['is a bare token, and of another provider by its tag', 'SG.x', 'TARGET_MISMATCH', 'sendgrid'],
  ['has room for the field, and a tag instead', '{"api_key":"SG.x"}', 'INVALID_SECRET', 'tiny'],
])(
  'a described provider with a host of its own is sent no admin secret that %s',
  async (_what, text, code, tag?: string) => {
    const { url, requests } = await vendor();
    const ctx = testContext({ providerEndpoint: url, secretId: 'app' });
    const strategy = issuedKeyStrategy(provider, holding(text, tag));
    const [previous, stored] = [async () => undefined, async () => undefined];

    const created = strategy.create({ current: secret, previous, stored }, ctx);

    await expect(created).rejects.toMatchObject({ code });
    expect(requests).toEqual([]);
  },
);

it('and the hint names what to add', async () => {
  const access = accessTo(provider, secret, holding('{"api_key":"SG.x"}'), testContext());

  await expect(access).rejects.toMatchObject({
    hint: expect.stringContaining('"admin_of":"tiny"'),
    about: 'arn:admin-of-sendgrid',
  });
});

it('one that says that it is its own is taken, and no tag is read for it', async () => {
  const ports = holding('{"api_key":"tk_z","admin_of":"tiny"}', 'sendgrid');

  const access = await accessTo(provider, secret, ports, testContext());

  expect([access.admin.api_key, ports.asked]).toEqual(['tk_z', 0]);
});

it('a bare one is taken where its tag says so', async () => {
  const access = await accessTo(provider, secret, holding('tk_z', 'tiny'), testContext());

  expect(access.admin.api_key).toBe('tk_z');
});

it.each([
  ['JSON that says nothing', '{"api_key":"SG.x"}', 'datadog', undefined],
  ['JSON that is its own, and says so', '{"api_key":"SG.x","admin_of":"sendgrid"}', undefined, undefined],
  ['JSON of another provider, which says so', '{"api_key":"SG.x","admin_of":"datadog"}', undefined, 'TARGET_MISMATCH'],
  ['bare, and its own by the tag', 'SG.x', 'sendgrid', undefined],
  ['bare, and of another by the tag', 'SG.x', 'tiny', 'TARGET_MISMATCH'],
  ['bare, without a tag', 'SG.x', undefined, 'INVALID_SECRET'],
])('a provider of code is given an admin secret that is %s', async (_what, text, tag, code) => {
  const ports = holding(text, tag);
  const access = accessTo(sendgrid, { api_key: 'SG.y', masterarn: 'arn:admin' }, ports, testContext());

  if (code === undefined) await expect(access).resolves.toMatchObject({ admin: { api_key: 'SG.x' } });
  else await expect(access).rejects.toMatchObject({ code });
  expect(ports.asked).toBe(text === 'SG.x' ? 1 : 0);
});

/** Admin secrets as the doubles take them, of those who need one, and one of another form. */
const doubled = await Promise.all(
  providerNames().map(async (name) => {
    const { provider: one, start } = await loadAct(name);
    const { admin, close } = await start();
    await close();
    return admin === undefined ? [] : [[one, admin] as const];
  }),
);
const all: readonly (readonly [IssuingProvider | AcceptingProvider, Readonly<Record<string, unknown>>])[] = [
  ...doubled.flat(),
  [twilioApiKey, { account_sid: 'AC0', api_key_sid: 'SK0', api_key_secret: 's' }],
];
const pairs = all.flatMap(([one]) => all.map(([other, admin]) => [one.name, other.name, one, admin] as const));

it.each(pairs)('%s is sent the admin secret of %s only when that is itself', async (name, other, one, admin) => {
  const access = accessTo(one, { masterarn: 'arn:admin' }, holding(JSON.stringify(admin)), testContext());

  if (name === other) await expect(access).resolves.toMatchObject({ admin });
  else
    await expect(access).rejects.toMatchObject({ code: expect.stringMatching(/^(INVALID_SECRET|TARGET_MISMATCH)$/) });
});
