/** SendGrid API keys: https://www.twilio.com/docs/sendgrid/api-reference/api-keys. docs/providers/sendgrid.md */
import { AuthenticationError, InvalidSecretError, PermissionError } from '../rotation/errors.ts';
import { keySecretSchema } from '../secrets/key-secret.ts';
import { type Api, listAt, send, textAt } from './http.ts';
import { segment } from './path-segment.ts';
import type { Access, IssuingProvider, Key } from './provider.ts';

/** What every key has without having been given it, and what creating one refuses: https://github.com/kenzo0107/terraform-provider-sendgrid/pull/118 */
const GIVEN_BY_ITSELF = /^(2fa_|sender_verification_)/;

const schema = keySecretSchema({
  required: { api_key: 'give the API key that works now' },
  visible: ['region'],
  plain: 'api_key',
});

export const sendgrid: IssuingProvider = {
  name: 'sendgrid',
  schema,
  adminSchema: schema,
  withoutAdmin: 'key',
  sameTarget: ['region'],
  slots: 100,
  spreadMs: 10_000,
  freeing: 'DELETE https://api.sendgrid.com/v3/api_keys/<id>, or Settings, API Keys in the console',

  /** The second of the three parts of a key is its id. */
  identify: async ({ api_key }) => idIn(api_key),

  async keys(access) {
    const call = { method: 'GET', path: '/v3/api_keys?limit=200', ...asAdmin(access) } as const;
    const api = apiOf(access);
    return listAt(await send(api, call), ['result'], api, 'GET /v3/api_keys').map(({ api_key_id, name }) => ({
      id: String(api_key_id),
      label: String(name),
    }));
  },

  async issue(label, access, keys) {
    const api = apiOf(access);
    requireListed(access.current, keys);
    const scopes = await scopesOf(access.current, access, 'the current key').catch((error) => {
      if (!(error instanceof AuthenticationError)) throw error;
      // Not the admin's fault, which is what an AuthenticationError would say here.
      throw new InvalidSecretError(`${error.fact}, so nobody can tell what the new one should be allowed`, {
        code: 'AUTHENTICATION_REFUSED',
        hint: 'store a key that works with put-secret-value, then rotate again',
        cause: error,
      });
    });
    const answer = await send(api, {
      method: 'POST',
      path: '/v3/api_keys',
      json: { name: label, scopes },
      ...asAdmin(access),
    });
    return { ...access.current, api_key: textAt(answer, ['api_key'], api, 'POST /v3/api_keys') };
  },

  async verify(secret, access) {
    const may = await scopesOf(secret, access, 'the new key');
    const should =
      secret.api_key === access.current.api_key ? may : await scopesOf(access.current, access, 'the current key');
    const missing = should.filter((scope) => !may.includes(scope));
    if (missing.length === 0) return;
    throw new PermissionError(`the new key lacks scopes of the current one: ${missing.slice(0, 3).join(', ')}`, {
      code: 'PRIVILEGES_DIFFER',
      hint: 'the admin key must have every scope that the key has; give it those, then rotate again',
    });
  },

  adminIds: async ({ admin }) => [idIn(admin.api_key)],

  async revoke(id, access) {
    const path = `/v3/api_keys/${segment(id, 'api_key')}`;
    await send(apiOf(access), { method: 'DELETE', path, expected: [404], ...asAdmin(access) });
  },
};

/** The scopes of a key in an account of one's own are whatever one likes. */
function requireListed({ api_key }: Access['current'], keys: readonly Key[]): void {
  if (keys.some(({ id }) => id === idIn(api_key))) return;
  throw new InvalidSecretError('the current key is not one of the account of the admin key', {
    code: 'AUTHENTICATION_REFUSED',
    hint: 'store a key of that account with put-secret-value, then rotate again',
  });
}

/** Asks as the key itself, so this is also the proof that the key works. */
async function scopesOf(secret: Access['current'], access: Access, as: string): Promise<string[]> {
  const api = apiOf(access);
  const answer = await send(api, { method: 'GET', path: '/v3/scopes', as, headers: bearer(secret.api_key) });
  const scopes = (answer.body as { scopes?: unknown }).scopes;
  return Array.isArray(scopes) ? scopes.map(String).filter((scope) => !GIVEN_BY_ITSELF.test(scope)) : [];
}

function apiOf({ ctx, transport, current }: Access): Api {
  const base = current.region === 'eu' ? 'https://api.eu.sendgrid.com' : 'https://api.sendgrid.com';
  return { name: 'sendgrid', base, ctx, transport };
}

const idIn = (key: unknown) => String(key).split('.')[1];
const asAdmin = ({ admin }: Access) => ({ as: 'the admin key', headers: bearer(admin.api_key) });
const bearer = (key: unknown) => ({ authorization: `Bearer ${String(key)}` });
