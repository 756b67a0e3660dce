/** A double of Datadog's keys: https://docs.datadoghq.com/api/latest/key-management/ and .../service-accounts/ */
import { randomBytes, randomUUID } from 'node:crypto';
import { type DoubleAnswer, type DoubleRequest, lateUse, type ProviderDouble, type Route, serve } from './double.ts';

interface StoredKey {
  readonly id: string;
  readonly type: 'api_keys' | 'application_keys';
  readonly value: string;
  readonly name: string;
  readonly owner: string;
  readonly scopes: readonly string[] | null;
  readonly kept: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
  lastUsed: string | null;
  lag: number;
}

export interface DatadogDouble extends ProviderDouble {
  keys(): readonly StoredKey[];
  /** What the next application keys get, whatever is asked for. */
  scopesOfNext?: readonly string[];
}

const MOST_API_KEYS = 50;
const MANAGING = ['api_keys_read', 'api_keys_write', 'api_keys_delete', 'service_account_write'];
const forbidden: DoubleAnswer = { status: 403, json: { errors: ['Forbidden'] } };
const gone: DoubleAnswer = { status: 404, json: { errors: ['Not found'] } };

export const startDatadogApiKeys = () => start('api_keys');
export const startDatadogApplicationKeys = () => start('application_keys');

async function start(rotated: StoredKey['type']): Promise<DatadogDouble> {
  const keys = new Map<string, StoredKey>();
  // Real keys may share their last four characters; here none does by chance.
  let made = 0x1000;
  const make = (type: StoredKey['type'], given: Partial<StoredKey> = {}): StoredKey => {
    const value = randomBytes(type === 'api_keys' ? 14 : 18).toString('hex') + (made++).toString(16);
    const createdAt = new Date().toISOString();
    const key = {
      id: randomUUID(),
      type,
      value,
      name: 'made by hand',
      owner: 'organization',
      scopes: null,
      kept: {},
      createdAt,
      lastUsed: null,
      lag: 0,
      ...given,
    };
    keys.set(key.id, key);
    return key;
  };
  const shownBy = (request: DoubleRequest, type: StoredKey['type']): StoredKey | undefined => {
    const shown = request.headers[type === 'api_keys' ? 'dd-api-key' : 'dd-application-key'];
    const key = [...keys.values()].find((one) => one.type === type && one.value === shown);
    if (key === undefined || key.lag-- > 0) return undefined;
    key.lastUsed = new Date().toISOString();
    return key;
  };
  const managed = (request: DoubleRequest, right: string, answer: () => DoubleAnswer): DoubleAnswer => {
    const [api, application] = [shownBy(request, 'api_keys'), shownBy(request, 'application_keys')];
    return api !== undefined && application?.scopes?.includes(right) ? answer() : forbidden;
  };
  const shown = ({ id, type, value, name, scopes, kept, createdAt, lastUsed }: StoredKey) => ({
    id,
    type,
    attributes: {
      name,
      created_at: createdAt,
      last4: value.slice(-4),
      ...(type === 'api_keys' ? { date_last_used: lastUsed, ...kept } : { last_used_at: lastUsed, scopes }),
    },
  });
  const created = (key: StoredKey) => {
    const { attributes, ...rest } = shown(key);
    return { status: 201, json: { data: { ...rest, attributes: { ...attributes, key: key.value } } } };
  };
  const page = (request: DoubleRequest, all: StoredKey[]): DoubleAnswer => {
    const [size, number] = ['size', 'number'].map((name) => Number(request.query.get(`page[${name}]`)));
    const from = (size || 10) * (number || 0);
    return { status: 200, json: { data: all.slice(from, from + (size || 10)).map(shown) } };
  };
  const remove = (id: string | undefined, owner: string): DoubleAnswer => {
    const isTheirs = keys.get(id ?? '')?.owner === owner;
    return isTheirs && keys.delete(id ?? '') ? { status: 204 } : gone;
  };
  const attributesOf = ({ body }: DoubleRequest) => (body.data as { attributes: Record<string, unknown> }).attributes;
  const of = (type: StoredKey['type'], owner?: string) =>
    [...keys.values()].filter((key) => key.type === type && (owner === undefined || key.owner === owner));

  const apiKeys: Route[] = [
    [
      'GET',
      /^\/api\/v2\/api_keys$/,
      (request) => managed(request, 'api_keys_read', () => page(request, of('api_keys'))),
    ],
    [
      'POST',
      /^\/api\/v2\/api_keys$/,
      (request) =>
        managed(request, 'api_keys_write', () => {
          const { name, ...kept } = attributesOf(request);
          if (of('api_keys').length >= MOST_API_KEYS || of('api_keys').some((key) => key.name === name))
            return forbidden;
          return created(make('api_keys', { name: String(name), kept, lag: double.lag }));
        }),
    ],
    [
      'DELETE',
      /^\/api\/v2\/api_keys\/([^/]+)$/,
      (request) => managed(request, 'api_keys_delete', () => remove(request.params[0], 'organization')),
    ],
  ];
  const path = `^/api/v2/service_accounts/([^/]+)/application_keys`;
  const applicationKeys: Route[] = [
    [
      'GET',
      new RegExp(`${path}$`),
      (request) =>
        managed(request, 'service_account_write', () => page(request, of('application_keys', request.params[0]))),
    ],
    [
      'POST',
      new RegExp(`${path}$`),
      (request) =>
        managed(request, 'service_account_write', () => {
          const { name, scopes = null } = attributesOf(request) as { name: string; scopes?: string[] | null };
          const owner = request.params[0] ?? '';
          return created(
            make('application_keys', { name, scopes: double.scopesOfNext ?? scopes, owner, lag: double.lag }),
          );
        }),
    ],
    [
      'DELETE',
      new RegExp(`${path}/([^/]+)$`),
      (request) => managed(request, 'service_account_write', () => remove(request.params[1], request.params[0] ?? '')),
    ],
  ];

  const account = randomUUID();
  const adminKey = make('api_keys');
  const adminApplication = make('application_keys', { owner: 'admin', scopes: MANAGING });
  const powerless = make('application_keys', { owner: 'admin', scopes: ['dashboards_read'] });
  const others = new Set([adminKey.id, adminApplication.id, powerless.id]);
  const isApi = rotated === 'api_keys';
  const first = isApi
    ? make('api_keys', { kept: { remote_config_read_enabled: true } })
    : make('application_keys', { owner: account, scopes: ['dashboards_read', 'metrics_read'] });
  const field = isApi ? 'api_key' : 'application_key';
  const served = await serve([
    [
      'GET',
      /^\/api\/v1\/validate$/,
      (request) => (shownBy(request, 'api_keys') === undefined ? forbidden : { status: 200, json: { valid: true } }),
    ],
    [
      'GET',
      /^\/api\/v2\/validate_keys$/,
      (request) => {
        const isKnown =
          shownBy(request, 'api_keys') !== undefined && shownBy(request, 'application_keys') !== undefined;
        return isKnown ? { status: 200, json: { status: 'ok' } } : forbidden;
      },
    ],
    ...apiKeys,
    ...applicationKeys,
  ]);

  const keyOf = (secret: Readonly<Record<string, unknown>>) =>
    [...keys.values()].find(({ type, value }) => type === rotated && value === secret[field]);
  const double: DatadogDouble = {
    ...served,
    lag: 0,
    first: { [field]: first.value, ...(!isApi && { service_account_id: account }) },
    admin: { api_key: adminKey.value, application_key: adminApplication.value },
    powerless: { application_key: powerless.value },
    madeUp: { [field]: randomBytes(16).toString('hex') },
    opens: (secret) => keyOf(secret) !== undefined,
    live: () => of(rotated).flatMap(({ id, value }) => (others.has(id) ? [] : [value])),
    use(secret) {
      const key = keyOf(secret);
      if (key !== undefined) key.lastUsed = lateUse().toISOString();
    },
    fill() {
      while (isApi && of('api_keys').length < MOST_API_KEYS) {
        others.add(make('api_keys', { name: `of somebody else ${made}` }).id);
      }
    },
    keys: () => [...keys.values()],
  };
  return double;
}
