/**
 * Twilio's auth token: a secondary one is made, and promoted last, for that ends the primary at once.
 * https://www.twilio.com/docs/iam/api/secondary_authtoken, https://www.twilio.com/docs/iam/api/authtoken. docs/providers/twilio.md
 */
import { createHash } from 'node:crypto';
import { ProviderError } from '../../../rotation/errors.ts';
import { ROLLBACK } from '../../../rotation/strategy.ts';
import { nameAt, textAt, unusableAnswer } from '../../api/read.ts';
import { limitReached } from '../../key-limit.ts';
import type { Access, IssuingProvider, Key, KeyAccess } from '../../provider.ts';
import { keySecretSchema } from '../../secret.ts';
import { ACCOUNT_HINT, accountPath, asHolder, twilioAt } from './account.ts';

const SECONDARY = '/v1/AuthTokens/Secondary';
const PROMOTE = '/v1/AuthTokens/Promote';
/** Twilio's code when an account has a secondary token already, with HTTP 400. */
const HAS_SECONDARY = '70002';

const schema = keySecretSchema({
  required: { account_sid: ACCOUNT_HINT, auth_token: 'give the auth token that works now' },
  visible: ['account_sid'],
});

type TokenSecret = ReturnType<typeof schema.parse>;

export const twilioAuthToken: IssuingProvider<TokenSecret, TokenSecret> = {
  name: 'twilio-auth-token',
  schema,
  adminSchema: schema,
  withoutAdmin: 'key',
  sameTarget: ['account_sid'],
  unlisted: true,
  spreadMs: 10_000,
  freeing:
    'POST https://accounts.twilio.com/v1/AuthTokens/Promote with the token of AWSCURRENT ends the primary, once nobody uses that',

  /** Tokens have no public id. `primary` and `secondary` would change their meaning in the middle of a rotation. */
  identify: async ({ auth_token }) => idOf(auth_token),

  /** The account shows its primary token only. */
  keys: async () => [],

  async issue(_label, access, _keys, theirs) {
    const { current } = access;
    await requirePlace(access, []);
    const as = asHolder(current, 'the current auth token');
    let answer = await accounts.as(as, access, 'POST', SECONDARY, { expected: [400] });
    if (answer.status === 400) {
      if (nameAt(answer, 'code') !== HAS_SECONDARY) throw notMade();
      const stored = await theirs?.();
      if (stored !== undefined) return stored;
      access.ctx.log('the account has a secondary auth token whose value is lost, it is replaced');
      await accounts.as(as, access, 'DELETE', SECONDARY, { expected: [404] });
      answer = await accounts.as(as, access, 'POST', SECONDARY);
    }
    return {
      ...current,
      auth_token: textAt(answer, 'secondary_auth_token'),
    };
  },

  check: requirePlace,

  async verify(secret, access) {
    const shown = await primaryOf(secret, access);
    if (shown !== secret.auth_token || secret.auth_token === access.current.auth_token) return;
    // The primary one is what AWSPREVIOUS is, after a rotation.
    if (access.ctx.asked === ROLLBACK) return;
    // A fresh secondary token that passes for the primary, beside one that does, too: then nothing below is safe to do.
    const path = `${accountPath(access)}.json`;
    const as = asHolder(access.current, 'the current auth token');
    const { status } = await api.as(as, access, 'GET', path, { expected: [401] });
    if (status !== 401) throw unusableAnswer('twilio does not show which auth token is the primary one');
  },

  /** Asked as the token that is to end, so that it can end nothing else: once it is gone, so is its say. */
  async revoke(id, access, previous) {
    const primary = await primaryOf(access.current, access);
    const isPrimary = idOf(primary) === id;
    const own = isPrimary ? { ...access.current, auth_token: primary } : previous;
    if (own === undefined || idOf(own.auth_token) !== id) return;
    const [method, path] = isPrimary ? (['POST', PROMOTE] as const) : (['DELETE', SECONDARY] as const);
    await accounts.as(asHolder(own, 'the previous auth token'), access, method, path, { expected: [401, 404] });
  },
};

/** Both tokens may read the account, and both are shown the primary one: https://github.com/nyaruka/rapidpro/pull/163 */
async function primaryOf(secret: TokenSecret, access: KeyAccess): Promise<string> {
  const answer = await api.as(asHolder(secret, 'the auth token'), access, 'GET', `${accountPath(access)}.json`);
  const primary = textAt(answer, 'auth_token');
  access.ctx.redact.add(primary);
  return primary;
}

/** None is free while AWSCURRENT is the secondary token, unless the primary one goes before. */
async function requirePlace(access: Access<TokenSecret>, gone: readonly Key[]): Promise<void> {
  const { current } = access;
  const primary = await primaryOf(current, access);
  if (primary === current.auth_token || gone.some(({ id }) => id === idOf(primary))) return;
  throw limitReached(twilioAuthToken, [{ id: 'secondary (AWSCURRENT)' }, { id: 'primary' }], current);
}

function notMade(): ProviderError {
  return new ProviderError('twilio makes no secondary auth token (HTTP 400)', {
    retryable: false,
    hint: 'see in the console whether the account is suspended, and whether its auth token may be changed by API',
  });
}

const api = twilioAt('api');
const accounts = twilioAt('accounts');
const idOf = (token: string) => createHash('sha256').update(token).digest('hex').slice(0, 12);
