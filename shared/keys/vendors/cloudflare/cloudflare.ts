/**
 * Cloudflare API tokens, of an account or of a user: https://developers.cloudflare.com/fundamentals/api/how-to/create-via-api.
 * Never rolled: a roll ends the previous value at once. docs/providers/cloudflare.md
 */
import {
  AuthenticationError,
  InvalidSecretError,
  PermissionError,
  ProviderError,
  TargetMismatchError,
} from '../../../rotation/errors.ts';
import type { Answer } from '../../api/call.ts';
import { segment } from '../../api/path-segment.ts';
import { dateAt, dateIfAny, listAt, nameAt, type Part, paged, textAt } from '../../api/read.ts';
import { bearer, vendor } from '../../api/vendor.ts';
import { limitReached } from '../../key-limit.ts';
import type { Access, IssuingProvider, Key, KeyAccess } from '../../provider.ts';
import { asLivingCurrent, requireSameRights } from '../../same-rights.ts';
import { isBare } from '../../secret.ts';
import { type CloudflareSecret, cloudflareAdminSchema, cloudflareSchema } from './secret.ts';
import { limitsIn, permissionsIn, policiesIn, successorOf } from './successor.ts';

/** https://developers.cloudflare.com/fundamentals/api/reference/limits. Enterprise customers may have more, so only a refusal counts. */
const MOST = { user: 50, account: 500 };
const PAGE = 50;
const CONDITION = 'compare the IP address filtering of both tokens in the dashboard, correct that of the current one';
const GIVEN_AWAY = 'the admin token must be allowed to give it away; see the page of the provider';

type CloudflareAccess = Access<CloudflareSecret, CloudflareSecret>;

export const cloudflare: IssuingProvider<CloudflareSecret, CloudflareSecret> = {
  name: 'cloudflare',
  schema: cloudflareSchema,
  adminSchema: cloudflareAdminSchema,
  foreign: ['domain'],
  withoutAdmin: 'key',
  sameTarget: ['account_id'],
  spreadMs: 10_000,
  freeing:
    'DELETE https://api.cloudflare.com/client/v4/accounts/<account_id>/tokens/<id> (…/user/tokens/<id> for a token of a user)',

  /** Whoever asks as the previous token would make it look used, so a stored id is taken at its word there. */
  async identify(secret, access, untried) {
    const isCurrent = secret.api_token === access.current.api_token;
    if (!isCurrent && typeof secret.token_id === 'string') return secret.token_id;
    if (untried) return undefined;
    return ownId(secret, access, isCurrent ? 'the current token' : 'the previous token');
  },

  async keys(access) {
    const tokens = await paged<Part, number>(async (page = 1) => {
      const path = `${tokensOf(access)}?per_page=${PAGE}&page=${page}`;
      const answer = await api.asAdmin(access, 'GET', path);
      const items = listAt(answer, 'result');
      return { items, next: items.length === PAGE ? page + 1 : undefined };
    });
    return tokens.map((token) => ({
      id: textAt(token, 'id'),
      label: nameAt(token, 'name'),
      createdAt: dateAt(token, 'issued_on'),
      // A bare token can only be identified by using it.
      lastUsed: isBare(access.current) ? undefined : dateIfAny(token, 'last_used_on'),
    }));
  },

  async issue(label, access, keys) {
    const id = await asLivingCurrent(() => livingId(access.current, access));
    const now = await api.asAdmin(access, 'GET', `${tokensOf(access)}/${segment(id, 'token_id')}`);
    const json = { name: label, ...successorOf(now) };
    const made = await api.asAdmin(access, 'POST', tokensOf(access), { json, expected: [400, 403] });
    if (made.status >= 400) throw notMade(made, keys, access);
    const token_id = textAt(made, 'result', 'id');
    const api_token = textAt(made, 'result', 'value');
    access.ctx.redact.add(api_token);
    requireSameRights(permissionsIn(policiesIn(made)), permissionsIn(json.policies), GIVEN_AWAY);
    requireSameRights(limitsIn(made), limitsIn(now), CONDITION);
    return { ...access.current, api_token, ...(!isBare(access.current) && { token_id }) };
  },

  verify: async (secret, access) => void (await livingId(secret, access)),

  adminIds: async (access) => [await ownId(access.admin, access, 'the admin token')],

  async revoke(id, access) {
    const path = `${tokensOf(access)}/${segment(id, 'token_id')}`;
    await api.asAdmin(access, 'DELETE', path, { expected: [404] });
  },
};

/** Asks as the token itself. Undefined: refused, or not active any more. A token of the wrong form gets 400 (code 6003). */
async function ownId(secret: CloudflareSecret, access: KeyAccess, as: string): Promise<string | undefined> {
  const shown = { as, headers: bearer(secret.api_token) };
  const answer = await api.as(shown, access, 'GET', `${tokensOf(access)}/verify`, { expected: [400, 401] });
  if (answer.status >= 400) return undefined;
  const id = textAt(answer, 'result', 'id');
  return textAt(answer, 'result', 'status') === 'active' ? id : undefined;
}

async function livingId(secret: CloudflareSecret, access: KeyAccess): Promise<string> {
  const id = await ownId(secret, access, 'the token');
  if (id === undefined) throw refused();
  requireOwnId(id, secret);
  return id;
}

/** A wrong id would have another token revoked, or another's permissions copied. */
function requireOwnId(id: string, secret: CloudflareSecret): void {
  if (secret.token_id === undefined || secret.token_id === id) return;
  throw new TargetMismatchError('field token_id is not the id of the token in api_token', {
    hint: 'GET …/tokens/verify with the token shows its id; correct the secret with put-secret-value, then rotate again',
  });
}

function notMade({ status }: Answer, keys: readonly Key[], access: CloudflareAccess): Error {
  const most = access.current.account_id === undefined ? MOST.user : MOST.account;
  if (keys.length >= most) return limitReached(cloudflare, keys, access.current);
  const hint =
    'the admin token needs API Tokens Write, and for a policy on one zone every permission of it; no policy may name what is gone';
  if (status === 403) return new PermissionError('the admin token may not make this token (HTTP 403)', { hint });
  return new ProviderError('cloudflare makes no token with the policies of the current one (HTTP 400)', {
    retryable: false,
    hint,
  });
}

function refused(): AuthenticationError {
  return new AuthenticationError('cloudflare refuses the token', {
    hint: 'see in its dashboard whether it was deleted, is disabled or has expired, and store one that works',
  });
}

function tokensOf({ current }: KeyAccess): string {
  const { account_id } = current;
  if (account_id === undefined) return '/user/tokens';
  if (typeof account_id === 'string' && /^[0-9a-f]{32}$/.test(account_id)) return `/accounts/${account_id}/tokens`;
  throw new InvalidSecretError('field account_id is not the id of an account', {
    hint: 'it has 32 characters of 0-9 and a-f; leave it out for a token of a user',
  });
}

const api = vendor<CloudflareSecret>({
  name: 'cloudflare',
  base: 'https://api.cloudflare.com/client/v4',
  admin: ({ admin }) => ({ as: 'the admin token', headers: bearer(admin.api_token) }),
});
