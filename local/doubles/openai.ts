/** A double of OpenAI's project service accounts: https://platform.openai.com/docs/api-reference/project-service-accounts */
import { randomBytes } from 'node:crypto';
import type { Answering, DoubleAnswer, DoubleRequest, ProviderDouble } from './double.ts';
import { bearerOf, lateUse, ok, serve } from './double.ts';

interface Account {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly created: number;
  readonly key: string;
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
  const accounts = new Map<string, Account>();
  const others = new Set<string>();
  const adminKey = `sk-admin-${randomBytes(30).toString('base64url')}`;
  const keyValue = () => `sk-svcacct-${randomBytes(40).toString('base64url')}`;
  const make = (name: string, lag: number): Account => {
    const id = `svc_acct_${randomBytes(8).toString('hex')}`;
    const keyId = `key_${randomBytes(6).toString('hex')}`;
    const now = Math.floor(Date.now() / 1000);
    const account = { id, name, role: 'member', created: now, key: keyValue(), keyId, used: null, lag };
    accounts.set(id, account);
    return account;
  };
  const shown = ({ id, name, role, created }: Account) => ({
    object: 'organization.project.service_account',
    id,
    name,
    role: id === first.id ? double.firstRole : role,
    created_at: created,
  });
  const managed =
    (answer: Answering): Answering =>
    (request) => {
      if (bearerOf(request) !== adminKey) return holder(request) === undefined ? refused : forbidden;
      return request.params[0] === PROJECT ? answer(request) : missing;
    };
  const holder = (request: DoubleRequest): Account | undefined => {
    const account = [...accounts.values()].find(({ key }) => key === bearerOf(request));
    if (account === undefined || account.lag-- > 0) return undefined;
    account.used = Math.floor(Date.now() / 1000);
    return account;
  };
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
    'GET /v1/models': (request) => {
      if (holder(request) === undefined) return refused;
      return ok({ object: 'list', data: [{ id: 'gpt-4o', object: 'model', owned_by: 'openai' }] });
    },
    [`GET ${project}/service_accounts`]: managed((request) => page(request, [...accounts.values()].map(shown))),
    [`GET ${project}/api_keys`]: managed((request) => {
      const all = [...accounts.values()].map((account) => ({
        object: 'organization.project.api_key',
        id: account.keyId,
        name: 'Secret Key',
        redacted_value: `sk-svcacct-…${account.key.slice(-4)}`,
        created_at: account.created,
        last_used_at: account.used,
        owner: { type: 'service_account', service_account: shown(account) },
      }));
      return page(request, all);
    }),
    [`GET ${project}/service_accounts/:id`]: managed(({ params }) => {
      const account = accounts.get(params[1] ?? '');
      return account === undefined ? missing : ok(shown(account));
    }),
    [`POST ${project}/service_accounts`]: managed(({ body }) => {
      const account = make(String(body.name), double.lag);
      const api_key = {
        object: 'organization.project.service_account.api_key',
        id: account.keyId,
        name: 'Secret Key',
        created_at: account.created,
        value: account.key,
      };
      return ok({ ...shown(account), api_key });
    }),
    [`DELETE ${project}/service_accounts/:id`]: managed(({ params: [, id = ''] }) => {
      const gone = { object: 'organization.project.service_account.deleted', id, deleted: true };
      return accounts.delete(id) ? ok(gone) : missing;
    }),
  });
  const account = ({ api_key }: Readonly<Record<string, unknown>>) =>
    [...accounts.values()].find(({ key }) => key === api_key);
  const double: OpenaiDouble = {
    ...served,
    lag: 0,
    firstRole: 'member',
    first: { api_key: first.key, project_id: PROJECT, service_account_id: first.id },
    admin: { admin_key: adminKey },
    powerless: { admin_key: first.key },
    madeUp: { api_key: keyValue() },
    opens: (secret) => account(secret) !== undefined,
    live: () => [...accounts.values()].filter(({ id }) => !others.has(id)).map(({ key }) => key),
    use(secret) {
      const used = account(secret);
      if (used !== undefined) used.used = Math.floor(lateUse().getTime() / 1000);
    },
    forget: (id) => void accounts.delete(id),
    crowd(count) {
      for (let made = 0; made < count; made++) others.add(make(`of somebody else ${made}`, 0).id);
    },
  };
  return double;
}
