/** A double of Cloudflare's API tokens: https://developers.cloudflare.com/api/resources/accounts/subresources/tokens */
import { randomBytes } from 'node:crypto';
import type { DoubleAnswer, DoubleRequest, ProviderDouble } from './double.ts';
import { bearerOf, serve } from './double.ts';
import { found, guarded, keyring } from './keyring.ts';

interface Policy {
  readonly id?: string;
  readonly effect: string;
  readonly resources: unknown;
  readonly permission_groups: readonly { id: string; name?: string }[];
}

export interface StoredToken {
  readonly id: string;
  value: string;
  readonly name: string;
  policies: readonly Policy[];
  condition?: Readonly<Record<string, unknown>>;
  issued_on: string;
  expires_on?: string;
  last_used_on?: string;
  status: 'active' | 'disabled' | 'expired';
  lag: number;
}

export interface CloudflareDouble extends ProviderDouble {
  readonly tokens: ReadonlyMap<string, StoredToken>;
  /** How it spells the condition that it gives back; it takes both. */
  spelling: 'request_ip' | 'request.ip';
  /** Takes the condition of new tokens away, or tightens it. */
  changes?: (condition: StoredToken['condition']) => StoredToken['condition'];
  /** New tokens may use whatever is in the account of a nested resource. */
  widens?: boolean;
  /** A permission that new tokens are made without. */
  withheld?: string;
}

const ACCOUNT = '023e105f4ecef8ad9ca31a8372d0c353';
const WRITE_TOKENS = '5bc3f8b21c554832afc660159ab75fa4';
const READ_DNS = '82e64a83756745bbbb1c9c2701bf816b';
const MOST = { user: 50, account: 500 };

const ok = (result: unknown): DoubleAnswer => ({
  status: 200,
  json: { success: true, errors: [], messages: [], result },
});
const no = (status: number, code: number, message: string): DoubleAnswer => ({
  status,
  json: { success: false, errors: [{ code, message }], messages: [], result: null },
});

export async function startCloudflare(kind: 'account' | 'user' = 'account'): Promise<CloudflareDouble> {
  const isLive = ({ status, expires_on = '' }: StoredToken) =>
    status === 'active' && !(Date.parse(expires_on) < Date.now());
  const ring = keyring<StoredToken>({
    isAlive: isLive,
    // Whether `verify` counts as a use, the documentation does not say; here it does, as what is harder to live with.
    noteUse: (token, at) => void Object.assign(token, { last_used_on: at.toISOString() }),
  });
  const tokens = ring.keys;
  const value = () => `${kind === 'account' ? 'cfat' : 'cfut'}_${randomBytes(30).toString('base64url')}`;
  const hex = () => randomBytes(16).toString('hex');
  const policy = (group: string): Policy => ({
    id: hex(),
    effect: 'allow',
    resources: { [`com.cloudflare.api.account.${ACCOUNT}`]: '*' },
    permission_groups: [{ id: group, name: 'as the dashboard calls it' }],
  });
  const make = (name: string, policies: readonly Policy[], lag: number, more: object = {}): StoredToken => {
    const id = hex();
    const issued_on = new Date().toISOString();
    return ring.add({ id, value: value(), name, policies, issued_on, status: 'active', lag, ...more });
  };
  /** https://github.com/cloudflare/terraform-provider-cloudflare `api_token/resource_test.go`, and `create-via-api.mdx` of cloudflare-docs */
  const shown = ({ value: _value, lag: _lag, condition, ...token }: StoredToken) => {
    const { request_ip, 'request.ip': dotted = request_ip, ...others } = condition ?? {};
    return {
      ...token,
      ...(condition && { condition: { ...others, ...(dotted !== undefined && { [double.spelling]: dotted }) } }),
    };
  };

  const holder = (request: DoubleRequest): StoredToken | DoubleAnswer => {
    const bearer = bearerOf(request);
    if (bearer.length < 40) return no(400, 6003, 'Invalid request headers');
    return ring.used(bearer) ?? no(401, 1000, 'Invalid API Token');
  };
  const managed = guarded((request) => {
    const by = holder(request);
    if (!('id' in by)) return by;
    const groups = by.policies.flatMap(({ permission_groups }) => permission_groups);
    const isAllowed = groups.some(({ id }) => id === WRITE_TOKENS);
    return isAllowed ? undefined : no(403, 9109, 'Unauthorized to access requested resource');
  });
  const one = found(({ params: [id = ''] }) => tokens.get(id), no(404, 1001, 'Token not found'));
  const create = ({ body }: DoubleRequest): DoubleAnswer => {
    const policies = body.policies as Policy[];
    if (policies.some(({ id }) => id !== undefined)) {
      return no(400, 1001, 'Reusing existing policies is not supported by token creation');
    }
    if (tokens.size >= MOST[kind]) return no(400, 1001, 'Maximum number of tokens reached');
    if (typeof body.expires_on === 'string' && /\.\d/.test(body.expires_on)) return no(400, 1001, 'Invalid expires_on');
    const kept = policies.map((given) => ({
      ...given,
      id: hex(),
      ...(double.widens && {
        resources: { 'com.cloudflare.api.account.1': { 'com.cloudflare.api.account.zone.*': '*' } },
      }),
      permission_groups: given.permission_groups.filter(({ id }) => id !== double.withheld),
    }));
    const { condition: asked, expires_on } = body as Pick<StoredToken, 'condition' | 'expires_on'>;
    const condition = double.changes === undefined ? asked : double.changes(asked);
    const more = { ...(condition && { condition }), ...(expires_on && { expires_on }) };
    const token = make(String(body.name), kept, double.lag, more);
    return ok({ ...shown(token), value: token.value });
  };

  const admin = ring.lend(make('admin', [policy(WRITE_TOKENS)], 0));
  const first = make('made by hand', [policy(READ_DNS)], 0);
  const base = kind === 'account' ? `/accounts/${ACCOUNT}/tokens` : '/user/tokens';
  const served = await serve({
    [`GET ${base}/verify`]: (request) => {
      const dead = ring.all().find(({ value: own, status }) => status !== 'active' && own === bearerOf(request));
      const by = dead ?? holder(request);
      return 'id' in by ? ok({ id: by.id, status: by.status }) : by;
    },
    [`GET ${base}`]: managed(({ query }) => {
      const size = Math.min(Number(query.get('per_page') ?? 20), 50);
      const from = (Number(query.get('page') ?? 1) - 1) * size;
      const all = ring.all().map(shown);
      return ok(all.slice(from, from + size));
    }),
    [`POST ${base}`]: managed(create),
    [`GET ${base}/:id`]: managed(one((token) => ok(shown(token)))),
    [`DELETE ${base}/:id`]: managed(
      one(({ id }) => {
        tokens.delete(id);
        return ok({ id });
      }),
    ),
  });

  const account = kind === 'account' ? { account_id: ACCOUNT } : {};
  const double: CloudflareDouble = {
    ...served,
    ...ring.inField('api_token'),
    tokens,
    spelling: 'request_ip',
    first: { api_token: first.value, token_id: first.id, ...account },
    admin: { api_token: admin.value, ...account },
    powerless: { api_token: first.value },
    madeUp: { api_token: value() },
    fill: () => ring.fill(MOST[kind], () => make('of somebody else', [policy(READ_DNS)], 0)),
  };
  return double;
}
