/** A double of SendGrid's API keys: https://www.twilio.com/docs/sendgrid/api-reference/api-keys */
import { randomBytes } from 'node:crypto';
import type { Answering, DoubleAnswer, DoubleRequest, ProviderDouble } from './double.ts';
import { bearerOf, created, ok, serve } from './double.ts';

interface StoredKey {
  readonly id: string;
  readonly value: string;
  readonly name: string;
  readonly scopes: readonly string[];
  lag: number;
}

const MOST = 100;
const denied: DoubleAnswer = { status: 401, json: { errors: [{ message: 'authorization required' }] } };
const forbidden: DoubleAnswer = { status: 403, json: { errors: [{ message: 'access forbidden' }] } };

export async function startSendgrid(): Promise<ProviderDouble> {
  const keys = new Map<string, StoredKey>();
  const make = (name: string, scopes: readonly string[], lag: number): StoredKey => {
    const [id, tail] = [randomBytes(16).toString('base64url'), randomBytes(32).toString('base64url')];
    const key = { id, value: `SG.${id}.${tail}`, name, scopes, lag };
    keys.set(id, key);
    return key;
  };
  const holder = (request: DoubleRequest): StoredKey | undefined => {
    const key = [...keys.values()].find(({ value }) => value === bearerOf(request));
    return key === undefined || key.lag-- > 0 ? undefined : key;
  };
  const managed =
    (answer: (request: DoubleRequest, by: StoredKey) => DoubleAnswer): Answering =>
    (request) => {
      const by = holder(request);
      if (by === undefined) return denied;
      return by.scopes.includes('api_keys.create') ? answer(request, by) : forbidden;
    };

  const admin = make('admin', ['api_keys.create', 'api_keys.read', 'api_keys.delete', 'mail.send'], 0);
  const first = make('made by hand', ['mail.send'], 0);
  const served = await serve({
    'GET /v3/scopes': (request) => {
      const by = holder(request);
      return by === undefined ? denied : ok({ scopes: [...by.scopes, '2fa_required'] });
    },
    'GET /v3/api_keys': managed(() =>
      ok({ result: [...keys.values()].map(({ id, name }) => ({ api_key_id: id, name })) }),
    ),
    'POST /v3/api_keys': managed(({ body }, by) => {
      const scopes = body.scopes as string[];
      if (keys.size >= MOST || scopes.some((scope) => !by.scopes.includes(scope))) return forbidden;
      const key = make(String(body.name), scopes, double.lag);
      return created({ api_key: key.value, api_key_id: key.id, name: key.name, scopes });
    }),
    'DELETE /v3/api_keys/:id': managed(({ params: [id = ''] }) => ({ status: keys.delete(id) ? 204 : 404 })),
  });

  const others = new Set([admin.id]);
  const double: ProviderDouble = {
    ...served,
    lag: 0,
    first: { api_key: first.value },
    admin: { api_key: admin.value },
    powerless: { api_key: first.value },
    madeUp: { api_key: `SG.${randomBytes(16).toString('base64url')}.${randomBytes(32).toString('base64url')}` },
    opens: ({ api_key }) => [...keys.values()].some(({ value }) => value === api_key),
    live: () => [...keys.values()].filter(({ id }) => !others.has(id)).map(({ value }) => value),
    fill() {
      while (keys.size < MOST) others.add(make('of somebody else', ['mail.send'], 0).id);
    },
  };
  return double;
}
