/** A double of Datadog's keys: https://docs.datadoghq.com/api/latest/key-management/ and .../service-accounts/ */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Answering, DoubleAnswer, DoubleRequest, ProviderDouble } from './double.ts';
import { created, ok, serve } from './double.ts';
import { guarded, keyring } from './keyring.ts';

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
  /** What a list says of how many may live: API keys of the organization, application keys of one owner. Undefined: nothing. */
  mostTold: number | undefined;
  keys(): readonly StoredKey[];
  /** What the next API keys get of what is asked for. */
  keptOfNext?: Readonly<Record<string, unknown>>;
  /** What the next application keys get, whatever is asked for. */
  scopesOfNext?: readonly string[];
}

/** Of API keys. For application keys no number is documented; the list tells one. */
const MOST = 50;
const MANAGING = ['api_keys_read', 'api_keys_write', 'api_keys_delete', 'service_account_write', 'user_app_keys'];
const forbidden: DoubleAnswer = { status: 403, json: { errors: ['Forbidden'] } };
const gone: DoubleAnswer = { status: 404, json: { errors: ['Not found'] } };

export const startDatadogApiKeys = () => start('api_keys');
export const startDatadogApplicationKeys = () => start('application_keys');
/** Of the admin credential's own user. */
export const startDatadogOwnKeys = () => start('application_keys', 'admin');

async function start(rotated: StoredKey['type'], holder?: 'admin'): Promise<DatadogDouble> {
  const ring = keyring<StoredKey>({ noteUse: (key, at) => void Object.assign(key, { lastUsed: at.toISOString() }) });
  const { keys } = ring;
  // Real keys may share their last four characters; here none does by chance.
  let made = 0x1000;
  const make = (type: StoredKey['type'], given: Partial<StoredKey> = {}): StoredKey => {
    const value = randomBytes(type === 'api_keys' ? 14 : 18).toString('hex') + (made++).toString(16);
    const createdAt = new Date().toISOString();
    return ring.add({
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
    });
  };
  const shownBy = (request: DoubleRequest, type: StoredKey['type']): StoredKey | undefined => {
    const value = request.headers[type === 'api_keys' ? 'dd-api-key' : 'dd-application-key'];
    return ring.holding(value)?.type === type ? ring.used(value) : undefined;
  };
  const managed = (right: string, answer: Answering) =>
    guarded((request) => {
      const [api, application] = [shownBy(request, 'api_keys'), shownBy(request, 'application_keys')];
      return api !== undefined && application?.scopes?.includes(right) ? undefined : forbidden;
    })(answer);
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
  const shownOnce = (key: StoredKey) => {
    const { attributes, ...rest } = shown(key);
    return created({ data: { ...rest, attributes: { ...attributes, key: key.value } } });
  };
  const page = (request: DoubleRequest, all: StoredKey[], meta = {}): DoubleAnswer => {
    const [size, number] = ['size', 'number'].map((name) => Number(request.query.get(`page[${name}]`)));
    const from = (size || 10) * (number || 0);
    const total = { page: { total_filtered_count: all.length } };
    return ok({ data: all.slice(from, from + (size || 10)).map(shown), meta: { ...total, ...meta } });
  };
  const remove = (id: string | undefined, owner: string): DoubleAnswer => {
    const isTheirs = keys.get(id ?? '')?.owner === owner;
    return isTheirs && keys.delete(id ?? '') ? { status: 204 } : gone;
  };
  const attributesOf = ({ body }: DoubleRequest) => (body.data as { attributes: Record<string, unknown> }).attributes;
  const makeFor = (owner: string, request: DoubleRequest): DoubleAnswer => {
    const { name, scopes = null } = attributesOf(request) as { name: string; scopes?: string[] | null };
    if (of('application_keys', owner).length >= MOST) return forbidden;
    const given = { name, scopes: double.scopesOfNext ?? scopes, owner, lag: double.lag };
    return shownOnce(make('application_keys', given));
  };
  const of = (type: StoredKey['type'], owner?: string) =>
    ring.all().filter((key) => key.type === type && (owner === undefined || key.owner === owner));

  const account = holder ?? randomUUID();
  const adminKey = make('api_keys');
  const adminApplication = make('application_keys', { owner: 'admin', scopes: MANAGING });
  const powerless = make('application_keys', { owner: 'admin', scopes: ['dashboards_read'] });
  for (const key of [adminKey, adminApplication, powerless]) ring.lend(key);
  const isApi = rotated === 'api_keys';
  const first = isApi
    ? make('api_keys', { kept: { category: 'agents', remote_config_read_enabled: true } })
    : make('application_keys', { owner: account, scopes: ['dashboards_read', 'metrics_read'] });
  const field = isApi ? 'api_key' : 'application_key';
  const ofSelf = '/api/v2/current_user/application_keys';
  const ofAccount = '/api/v2/service_accounts/:account/application_keys';
  const served = await serve({
    'GET /api/v1/validate': (request) => (shownBy(request, 'api_keys') === undefined ? forbidden : ok({ valid: true })),
    'GET /api/v2/validate_keys': (request) => {
      const isKnown = shownBy(request, 'api_keys') !== undefined && shownBy(request, 'application_keys') !== undefined;
      return isKnown ? ok({ status: 'ok' }) : forbidden;
    },
    'GET /api/v2/api_keys': managed('api_keys_read', (request) =>
      page(request, of('api_keys'), { max_allowed: double.mostTold }),
    ),
    'POST /api/v2/api_keys': managed('api_keys_write', (request) => {
      const { name, ...kept } = attributesOf(request);
      const isTaken = of('api_keys').some((key) => key.name === name);
      if (isTaken || of('api_keys').length >= MOST) return forbidden;
      return shownOnce(make('api_keys', { name: String(name), kept: double.keptOfNext ?? kept, lag: double.lag }));
    }),
    'DELETE /api/v2/api_keys/:id': managed('api_keys_delete', ({ params: [id] }) => remove(id, 'organization')),
    [`GET ${ofAccount}`]: managed('service_account_write', (request) =>
      page(request, of('application_keys', request.params[0]), { max_allowed_per_user: double.mostTold }),
    ),
    [`POST ${ofAccount}`]: managed('service_account_write', (request) => makeFor(request.params[0] ?? '', request)),
    [`GET ${ofSelf}`]: managed('user_app_keys', (request) =>
      page(request, of('application_keys', 'admin'), { max_allowed_per_user: double.mostTold }),
    ),
    [`POST ${ofSelf}`]: managed('user_app_keys', (request) => makeFor('admin', request)),
    [`DELETE ${ofSelf}/:id`]: managed('user_app_keys', ({ params: [id] }) => remove(id, 'admin')),
    [`DELETE ${ofAccount}/:id`]: managed('service_account_write', ({ params: [owner = '', id] }) => remove(id, owner)),
  });

  const double: DatadogDouble = {
    ...served,
    ...ring.inField(field),
    mostTold: MOST,
    first: { [field]: first.value, ...(!isApi && holder === undefined && { service_account_id: account }) },
    admin: { api_key: adminKey.value, application_key: adminApplication.value },
    powerless: { application_key: powerless.value },
    madeUp: { [field]: randomBytes(16).toString('hex') },
    opens: (secret) => ring.holding(secret[field])?.type === rotated,
    fill() {
      const owner = isApi ? 'organization' : account;
      while (of(rotated, owner).length < MOST) ring.lend(make(rotated, { name: `of somebody else ${made}`, owner }));
    },
    keys: ring.all,
  };
  return double;
}
