/** OpenAI keys of project service accounts: https://platform.openai.com/docs/api-reference/project-service-accounts. docs/providers/openai.md */

import { InvalidSecretError, type PermissionError, ProviderError } from '../../rotation/errors.ts';
import { segment } from '../api/path-segment.ts';
import { dateAt, lastUseAt, listAt, memberAt, nameAt, numberIn, type Part, paged, textAt } from '../api/read.ts';
import { bearer, vendor } from '../api/vendor.ts';
import { withCurrent } from '../known-key.ts';
import type { Access, IssuingProvider, Key, KeyAccess } from '../provider.ts';
import { otherRights, requireLivingCurrent } from '../same-rights.ts';
import { keySecretSchema } from '../secret.ts';

const schema = keySecretSchema({
  required: {
    api_key: 'give the key of the service account that works now',
    project_id: 'give the id of the project: proj_…',
    service_account_id:
      'give the id of the service account that owns the key: GET …/projects/<project_id>/service_accounts lists it',
  },
  visible: ['project_id', 'service_account_id', 'expires_in_seconds'],
});
const adminSchema = keySecretSchema({
  required: { admin_key: 'give an admin key of the organization' },
  visible: ['project_id'],
});
type OpenaiSecret = ReturnType<typeof schema.parse>;
type OpenaiAdmin = ReturnType<typeof adminSchema.parse>;
type OpenaiAccess = Access<OpenaiSecret, OpenaiAdmin>;

/** A key belongs to a service account, and ends with it: each rotation makes an account, and the account is what is listed and deleted. */
export const openai: IssuingProvider<OpenaiSecret, OpenaiAdmin> = {
  name: 'openai',
  schema,
  adminSchema,
  withoutAdmin: 'refused',
  sameTarget: ['project_id'],
  spreadMs: 10_000,
  freeing: 'DELETE https://api.openai.com/v1/organization/projects/<project_id>/service_accounts/<id>',

  identify: async ({ api_key, service_account_id }, { current }) =>
    api_key === current.api_key ? current.service_account_id : service_account_id,

  async keys(access) {
    const accounts = await all('/service_accounts', access);
    // Without this, keys whose owner has no access at the moment may be left out.
    const keys = await all('/api_keys', access, '&owner_project_access=any');
    const listed = accounts.map((account) => {
      const id = textAt(account, 'id');
      const own = keys.filter((key) => nameAt(key, 'owner', 'service_account', 'id') === id);
      return {
        id,
        label: nameAt(account, 'name'),
        createdAt: dateAt(account, 'created_at'),
        lastUsed: lastUseOf(own),
        hasScopes: own.length === 0 ? undefined : own.some((one) => memberAt(one, ['scopes']) != null),
      };
    });
    return withCurrent(listed, 'service_account_id', openai, access);
  },

  async issue(label, access, keys) {
    const { current } = access;
    await requireLivingCurrent(openai, access);
    requireNoScopes(keys.find(({ id }) => id === current.service_account_id));
    await requireMember(access);
    const path = `${projectOf(access)}/service_accounts`;
    const json = { name: label, ...lifeIn(access) };
    const answer = await api.asAdmin(access, 'POST', path, { json, expected: [400] });
    if (answer.status >= 400) throw notMade(nameAt(answer, 'error', 'param'));
    const api_key = textAt(answer, 'api_key', 'value');
    access.ctx.redact.add(api_key);
    if (textAt(answer, 'role') !== 'member') throw otherRole();
    return { ...current, api_key, service_account_id: textAt(answer, 'id') };
  },

  async verify({ api_key }, access) {
    await api.as({ as: 'the key', headers: bearer(api_key) }, access, 'GET', '/v1/models');
  },

  async revoke(id, access) {
    const path = `${projectOf(access)}/service_accounts/${segment(id, 'service_account_id')}`;
    await api.asAdmin(access, 'DELETE', path, { expected: [404] });
  },
};

/** What the API makes is a member. The successor of an owner would silently be able to do less. */
async function requireMember(access: OpenaiAccess): Promise<void> {
  const path = `${projectOf(access)}/service_accounts/${segment(access.current.service_account_id, 'service_account_id')}`;
  const answer = await api.asAdmin(access, 'GET', path, { expected: [404] });
  if (answer.status === 404) return;
  if (textAt(answer, 'role') !== 'member') throw otherRole();
}

function otherRole(): PermissionError {
  return otherRights(
    'one of the two service accounts has another role than member',
    'give the service account the role member, or change its key by hand',
  );
}

/** What the API makes beside an account has none. A key of which the list does not say so may have some. */
function requireNoScopes(key: Key | undefined): void {
  if (key === undefined || ('hasScopes' in key && key.hasScopes === false)) return;
  throw otherRights(
    'the current key has scopes, or may have some, and the key of a new service account would have none that limit it',
    'change this key by hand, or store one without scopes with put-secret-value',
  );
}

/** Undefined in the secret: OpenAI's own. A policy of the organization may want one: https://platform.openai.com/docs/api-reference/project-service-accounts/create */
function lifeIn({ current, ctx }: KeyAccess): { expires_in_seconds?: number } {
  const { expires_in_seconds: asked } = current;
  if (asked === undefined) return {};
  const seconds = numberIn(asked);
  if (Number.isInteger(seconds) && seconds > 0) return { expires_in_seconds: seconds };
  throw new InvalidSecretError(`field expires_in_seconds of ${ctx.secretId} is not a number of seconds`, {
    hint: 'write a whole number of seconds, longer than the time between two rotations',
  });
}

/** `param` is OpenAI's word for the field at fault. Only a name of ours is repeated: what a vendor says may be what was sent. */
function notMade(param: string): ProviderError {
  const of = ['name', 'expires_in_seconds'].includes(param) ? ` because of ${param}` : ' like this';
  return new ProviderError(`openai makes no service account${of} (HTTP 400)`, {
    retryable: false,
    hint: 'see whether a policy of the organization limits the life of keys, and set expires_in_seconds to what it allows; then check project_id',
  });
}

async function all(kind: string, access: OpenaiAccess, more = ''): Promise<Part[]> {
  return paged<Part, string>(async (after) => {
    const query = `?limit=100${more}${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`;
    const path = `${projectOf(access)}${kind}${query}`;
    const answer = await api.asAdmin(access, 'GET', path);
    const hasMore = memberAt(answer, ['has_more']) === true;
    return { items: listAt(answer, 'data'), next: hasMore ? textAt(answer, 'last_id') : undefined };
  });
}

/** 'never' only where every key of the account says so. An account of which no key is listed may be in use all the same. */
function lastUseOf(keys: readonly Part[]): Key['lastUsed'] {
  const uses = keys.map((key) => lastUseAt(key, 'last_used_at'));
  const [last] = uses.filter((use) => use instanceof Date).toSorted((a, b) => b.getTime() - a.getTime());
  return last ?? (uses.length > 0 && uses.every((use) => use === 'never') ? 'never' : 'untold');
}

const api = vendor<OpenaiAdmin>({
  name: 'openai',
  base: 'https://api.openai.com',
  admin: ({ admin }) => ({ as: 'the admin key', headers: bearer(admin.admin_key) }),
});
const projectOf = ({ current }: KeyAccess) => `/v1/organization/projects/${segment(current.project_id, 'project_id')}`;
