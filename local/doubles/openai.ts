/** A double of OpenAI's project service accounts: https://platform.openai.com/docs/api-reference/project-service-accounts */
import { randomBytes } from 'node:crypto';
import type { DoubleAnswer, DoubleRequest, ProviderDouble } from './double.ts';
import { bearerOf, lateUse, ok, serve } from './double.ts';
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
  lag: number;
}

export interface OpenaiDouble extends ProviderDouble {
  /** Accounts of others, made by hand. */
  crowd(count: number): void;
  /** Somebody deletes an account by hand. */
  forget(id: string): void;
  /** What the account of the first secret may do. */
  firstRole: 'owner' | 'member' | 'none';
}

const PROJECT = 'proj_abc';
const refused: DoubleAnswer = {
  status: 401,
  json: { error: { message: 'Incorrect API key provided', type: 'invalid_request_error', code: 'invalid_api_key' } },
};
const forbidden: DoubleAnswer = {
  status: 403,
  json: { error: { message: 'You have insufficient permissions for this operation.', type: 'invalid_request_error' } },
};
const missing: DoubleAnswer = { status: 404, json: { error: { message: 'No such object', code: null } } };

export async function startOpenai(): Promise<OpenaiDouble> {
  const ring = keyring<Account>();
  const accounts = ring.keys;
  const adminKey = `sk-admin-${randomBytes(30).toString('base64url')}`;
  const keyValue = () => `sk-svcacct-${randomBytes(40).toString('base64url')}`;
  const make = (name: string, lag: number): Account => {
    const id = `svc_acct_${randomBytes(8).toString('hex')}`;
    const keyId = `key_${randomBytes(6).toString('hex')}`;
    const now = Math.floor(Date.now() / 1000);
    return ring.add({ id, name, role: 'member', created: now, value: keyValue(), keyId, used: null, lag });
  };
  const shown = ({ id, name, role, created }: Account) => ({
    object: 'organization.project.service_account',
    id,
    name,
    role: id === first.id ? double.firstRole : role,
    created_at: created,
  });
  const holder = (request: DoubleRequest): Account | undefined => {
    const account = ring.used(bearerOf(request));
    if (account !== undefined) account.used = Math.floor(Date.now() / 1000);
    return account;
  };
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
    )(() => ok({ object: 'list', data: [{ id: 'gpt-4o', object: 'model', owned_by: 'openai' }] })),
    [`GET ${project}/service_accounts`]: managed((request) => page(request, ring.all().map(shown))),
    [`GET ${project}/api_keys`]: managed((request) => {
      const all = ring.all().map((account) => ({
        object: 'organization.project.api_key',
        id: account.keyId,
        name: 'Secret Key',
        redacted_value: `sk-svcacct-…${account.value.slice(-4)}`,
        created_at: account.created,
        last_used_at: account.used,
        owner: { type: 'service_account', service_account: shown(account) },
      }));
      return page(request, all);
    }),
    [`GET ${project}/service_accounts/:id`]: managed(one((account) => ok(shown(account)))),
    [`POST ${project}/service_accounts`]: managed(({ body }) => {
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
    lag: 0,
    firstRole: 'member',
    first: { api_key: first.value, project_id: PROJECT, service_account_id: first.id },
    admin: { admin_key: adminKey },
    powerless: { admin_key: first.value },
    madeUp: { api_key: keyValue() },
    opens: ({ api_key }) => ring.opens(api_key),
    live: ring.live,
    use({ api_key }) {
      const account = ring.holding(api_key);
      if (account !== undefined) account.used = Math.floor(lateUse().getTime() / 1000);
    },
    forget: (id) => void accounts.delete(id),
    crowd(count) {
      for (let made = 0; made < count; made++) ring.lend(make(`of somebody else ${made}`, 0));
    },
  };
  return double;
}
