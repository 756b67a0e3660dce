/** A double of OpenAI's project service accounts: https://platform.openai.com/docs/api-reference/project-service-accounts */
import { randomBytes } from 'node:crypto';
import type { DoubleAnswer, DoubleRequest, ProviderDouble } from './double.ts';
import { bearerOf, ok, serve } from './double.ts';
import { found, guarded, keyring } from './keyring.ts';

interface Account {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly created: number;
  /** Of its key. */
  readonly value: string;
  readonly keyId: string;
  used: number | null;
  /** Whether its owner may use the project now. */
  access: 'active' | 'inactive';
  /** What limits its key, which only the API can set. */
  scopes?: readonly string[];
  lag: number;
}

export interface OpenaiDouble extends ProviderDouble {
  /** Accounts of others, made by hand. */
  crowd(count: number): void;
  /** Somebody deletes an account by hand. */
  forget(id: string): void;
  /** Keys of an account that has no access at the moment are listed only for who asks for any. */
  suspend(id: string): void;
  /** Gives the key of the first secret scopes, as the API can. */
  limitFirst(): void;
  /** What the account of the first secret may do. */
  firstRole: 'owner' | 'member' | 'none';
}

const PROJECT = 'proj_abc';
/** `param` names what was sent wrong, or is null; it is never left out. */
const no = (
  status: number,
  message: string,
  code: string | null = null,
  param: string | null = null,
): DoubleAnswer => ({
  status,
  json: { error: { message, type: 'invalid_request_error', param, code } },
});
const refused = no(401, 'Incorrect API key provided', 'invalid_api_key');
const forbidden = no(403, 'You have insufficient permissions for this operation.');
const missing = no(404, 'No such object');
const tooLong = no(400, 'Keys of this project must expire', 'invalid_expiry', 'expires_in_seconds');
const seconds = (at: Date) => Math.floor(at.getTime() / 1000);

export async function startOpenai(): Promise<OpenaiDouble> {
  const ring = keyring<Account>({ noteUse: (account, at) => void Object.assign(account, { used: seconds(at) }) });
  const accounts = ring.keys;
  const adminKey = `sk-admin-${randomBytes(30).toString('base64url')}`;
  const keyValue = () => `sk-svcacct-${randomBytes(40).toString('base64url')}`;
  const make = (name: string, lag: number): Account => {
    const id = `svc_acct_${randomBytes(8).toString('hex')}`;
    const keyId = `key_${randomBytes(6).toString('hex')}`;
    return ring.add({
      id,
      name,
      role: 'member',
      created: seconds(new Date()),
      value: keyValue(),
      keyId,
      used: null,
      access: 'active',
      lag,
    });
  };
  const shown = ({ id, name, role, created }: Account) => ({
    object: 'organization.project.service_account',
    id,
    name,
    role: id === first.id ? double.firstRole : role,
    created_at: created,
  });
  const holder = (request: DoubleRequest) => ring.used(bearerOf(request));
  const managed = guarded((request) => {
    if (bearerOf(request) !== adminKey) return holder(request) === undefined ? refused : forbidden;
    return request.params[0] === PROJECT ? undefined : missing;
  });
  const one = found(({ params: [, id = ''] }) => accounts.get(id), missing);
  /** https://platform.openai.com/docs/api-reference/project-service-accounts/list: at most 100, 20 when nothing is said. */
  const page = <T extends { id: string }>({ query }: DoubleRequest, items: readonly T[]): DoubleAnswer => {
    const from = query.has('after') ? items.findIndex(({ id }) => id === query.get('after')) + 1 : 0;
    const data = items.slice(from, from + Math.min(Number(query.get('limit') ?? 20), 100));
    const has_more = from + data.length < items.length;
    const ends = { first_id: data.at(0)?.id ?? null, last_id: data.at(-1)?.id ?? null };
    return ok({ object: 'list', data, ...ends, has_more });
  };

  const first = make('made by hand', 0);
  const project = '/v1/organization/projects/:project';
  const served = await serve({
    'GET /v1/models': found(
      holder,
      refused,
    )(() => ok({ object: 'list', data: [{ id: 'gpt-4o', object: 'model', created: 1715367049, owned_by: 'openai' }] })),
    [`GET ${project}/service_accounts`]: managed((request) => page(request, ring.all().map(shown))),
    [`GET ${project}/api_keys`]: managed((request) => {
      const isAny = request.query.get('owner_project_access') === 'any';
      const shownHere = ring.all().filter(({ access }) => isAny || access === 'active');
      const all = shownHere.map((account) => ({
        object: 'organization.project.api_key',
        id: account.keyId,
        name: 'Secret Key',
        redacted_value: `sk-svcacct-…${account.value.slice(-4)}`,
        created_at: account.created,
        last_used_at: account.used,
        owner_project_access: account.access,
        ...(account.scopes && { scopes: account.scopes }),
        owner: { type: 'service_account', service_account: shown(account) },
      }));
      return page(request, all);
    }),
    [`GET ${project}/service_accounts/:id`]: managed(one((account) => ok(shown(account)))),
    [`POST ${project}/service_accounts`]: managed(({ body }) => {
      const { longestLife } = double;
      // Undefined, as nothing, is later than any end.
      if (longestLife !== undefined && !(Number(body.expires_in_seconds) <= longestLife)) return tooLong;
      const account = make(String(body.name), double.lag);
      const api_key = {
        object: 'organization.project.service_account.api_key',
        id: account.keyId,
        name: 'Secret Key',
        created_at: account.created,
        value: account.value,
      };
      return ok({ ...shown(account), api_key });
    }),
    [`DELETE ${project}/service_accounts/:id`]: managed(({ params: [, id = ''] }) => {
      const gone = { object: 'organization.project.service_account.deleted', id, deleted: true };
      return accounts.delete(id) ? ok(gone) : missing;
    }),
  });
  const double: OpenaiDouble = {
    ...served,
    ...ring.inField('api_key'),
    firstRole: 'member',
    first: { api_key: first.value, project_id: PROJECT, service_account_id: first.id },
    admin: { admin_key: adminKey },
    powerless: { admin_key: first.value },
    madeUp: { api_key: keyValue() },
    suspend: (id) => void Object.assign(accounts.get(id) ?? {}, { access: 'inactive' }),
    limitFirst: () => void Object.assign(first, { scopes: ['model.request'] }),
    forget: (id) => void accounts.delete(id),
    crowd(count) {
      for (let made = 0; made < count; made++) ring.lend(make(`of somebody else ${made}`, 0));
    },
  };
  return double;
}
