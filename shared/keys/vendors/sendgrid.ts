/** SendGrid API keys: https://www.twilio.com/docs/sendgrid/api-reference/api-keys. docs/providers/sendgrid.md */
import { InvalidSecretError, type PermissionError } from '../../rotation/errors.ts';
import { segment } from '../api/path-segment.ts';
import { listAt, nameAt, textAt, textsAt } from '../api/read.ts';
import { bearer, vendor } from '../api/vendor.ts';
import type { IssuingProvider, Key, KeyAccess } from '../provider.ts';
import { asLivingCurrent, otherRights, requireSameRights } from '../same-rights.ts';
import { keySecretSchema } from '../secret.ts';

/** What every key has without having been given it, and what creating one refuses: https://github.com/kenzo0107/terraform-provider-sendgrid/pull/118 */
const GIVEN_BY_ITSELF = /^(2fa_|sender_verification_)/;

const schema = keySecretSchema({
  required: { api_key: 'give the API key that works now' },
  visible: ['region'],
  plain: 'api_key',
});

type SendgridSecret = ReturnType<typeof schema.parse>;

export const sendgrid: IssuingProvider<SendgridSecret, SendgridSecret> = {
  name: 'sendgrid',
  schema,
  adminSchema: schema,
  foreign: ['application_key', 'project_id', 'service_account_id', 'site'],
  withoutAdmin: 'key',
  sameTarget: ['region'],
  slots: 100,
  spreadMs: 10_000,
  freeing: 'DELETE https://api.sendgrid.com/v3/api_keys/<id>, or Settings, API Keys in the console',

  /** The second of the three parts of a key is its id. */
  identify: async ({ api_key }) => idIn(api_key),

  async keys(access) {
    const answer = await api.asAdmin(access, 'GET', '/v3/api_keys?limit=200');
    return listAt(answer, 'result').map((key) => ({ id: textAt(key, 'api_key_id'), label: nameAt(key, 'name') }));
  },

  async issue(label, access, keys) {
    requireListed(access.current, keys);
    const scopes = await asLivingCurrent(() => scopesOf(access.current, access, 'the current key'));
    if (scopes.length === 0) throw withoutScopes();
    const answer = await api.asAdmin(access, 'POST', '/v3/api_keys', { json: { name: label, scopes } });
    return { ...access.current, api_key: textAt(answer, 'api_key') };
  },

  async verify(secret, access) {
    const may = await scopesOf(secret, access, 'the new key');
    if (secret.api_key === access.current.api_key) return;
    const should = await scopesOf(access.current, access, 'the current key');
    requireSameRights(
      may,
      should,
      'the admin key must have every scope that the key has; give it those, then rotate again',
    );
  },

  adminIds: async ({ admin }) => [idIn(admin.api_key)],

  async revoke(id, access) {
    await api.asAdmin(access, 'DELETE', `/v3/api_keys/${segment(id, 'api_key')}`, { expected: [404] });
  },
};

/** The scopes of a key in an account of one's own are whatever one likes. */
function requireListed({ api_key }: SendgridSecret, keys: readonly Key[]): void {
  if (keys.some(({ id }) => id === idIn(api_key))) return;
  throw new InvalidSecretError('the current key is not one of the account of the admin key', {
    code: 'AUTHENTICATION_REFUSED',
    hint: 'store a key of that account with put-secret-value, then rotate again',
  });
}

/** "Full Access" is what a key gets that is made without scopes: https://www.twilio.com/docs/sendgrid/api-reference/api-keys/create-api-keys */
function withoutScopes(): PermissionError {
  return otherRights(
    'the current key has no scopes, and SendGrid makes a key without scopes one that may do all',
    'give the key a scope in Settings, API Keys, then rotate again',
  );
}

/** Asks as the key itself, so this is also the proof that the key works. */
async function scopesOf(secret: SendgridSecret, access: KeyAccess, as: string): Promise<string[]> {
  const answer = await api.as({ as, headers: bearer(secret.api_key) }, access, 'GET', '/v3/scopes');
  return textsAt(answer, 'scopes').filter((scope) => !GIVEN_BY_ITSELF.test(scope));
}

const api = vendor<SendgridSecret>({
  name: 'sendgrid',
  base: ({ current }) => (current.region === 'eu' ? 'https://api.eu.sendgrid.com' : 'https://api.sendgrid.com'),
  admin: ({ admin }) => ({ as: 'the admin key', headers: bearer(admin.api_key) }),
});

const idIn = (key: string) => key.split('.')[1];
