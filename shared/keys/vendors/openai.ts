/** OpenAI keys of project service accounts: https://platform.openai.com/docs/api-reference/project-service-accounts. docs/providers/openai.md */

import { segment } from '../api/path-segment.ts';
import { dateAt, lastUseAt, listAt, memberAt, nameAt, type Part, paged, textAt } from '../api/read.ts';
import { bearer, vendor } from '../api/vendor.ts';
import { withCurrent } from '../known-key.ts';
import type { Access, IssuingProvider, Key, KeyAccess } from '../provider.ts';
import { otherRights } from '../same-rights.ts';
import { keySecretSchema } from '../secret.ts';

const schema = keySecretSchema({
  required: {
    api_key: 'give the key of the service account that works now',
    project_id: 'give the id of the project: proj_…',
    service_account_id:
      'give the id of the service account that owns the key: GET …/projects/<project_id>/service_accounts lists it',
  },
  visible: ['project_id', 'service_account_id'],
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
    const keys = await all('/api_keys', access);
    const listed = accounts.map((account) => {
      const id = textAt(account, 'id');
      const own = keys.filter((key) => nameAt(key, 'owner', 'service_account', 'id') === id);
      return { id, label: nameAt(account, 'name'), createdAt: dateAt(account, 'created_at'), lastUsed: lastUseOf(own) };
    });
    return withCurrent(listed, 'service_account_id', openai, access);
  },

  async issue(label, access) {
    await requireMember(access);
    const { current } = access;
    const path = `${projectOf(access)}/service_accounts`;
    const answer = await api.asAdmin(access, 'POST', path, { json: { name: label } });
    return { ...current, api_key: textAt(answer, 'api_key', 'value'), service_account_id: textAt(answer, 'id') };
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
  if (textAt(answer, 'role') === 'member') return;
  throw otherRights(
    'the service account has another role than the member that its successor would be',
    'give the service account the role member, or change its key by hand',
  );
}

async function all(kind: string, access: OpenaiAccess): Promise<Part[]> {
  return paged<Part, string>(async (after) => {
    const query = `?limit=100${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`;
    const path = `${projectOf(access)}${kind}${query}`;
    const answer = await api.asAdmin(access, 'GET', path);
    const hasMore = memberAt(answer, ['has_more']) === true;
    return { items: listAt(answer, 'data'), next: hasMore ? textAt(answer, 'last_id') : undefined };
  });
}

/** 'never' only where every key of the account says so. */
function lastUseOf(keys: readonly Part[]): Key['lastUsed'] {
  const uses = keys.map((key) => lastUseAt(key, 'last_used_at'));
  const [last] = uses.filter((use) => use instanceof Date).toSorted((a, b) => b.getTime() - a.getTime());
  return last ?? (uses.length > 0 && uses.every((use) => use === 'never') ? 'never' : undefined);
}
const api = vendor<OpenaiAdmin>({
  name: 'openai',
  base: 'https://api.openai.com',
  admin: ({ admin }) => ({ as: 'the admin key', headers: bearer(admin.admin_key) }),
});
const projectOf = ({ current }: KeyAccess) => `/v1/organization/projects/${segment(current.project_id, 'project_id')}`;
