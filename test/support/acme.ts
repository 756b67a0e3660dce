/** A double of no vendor: the API that providers/acme.json describes. */
import { randomBytes, randomInt } from 'node:crypto';
import type { Answering, DoubleAnswer, ProviderDouble } from '../../local/doubles/double.ts';
import { bearerOf, created, lateUse, ok, serve } from '../../local/doubles/double.ts';

interface StoredKey {
  readonly id: number;
  readonly value: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  lastUsed?: Date;
  state: 'active' | 'revoked';
  lag: number;
}

const MOST = 5;
const denied: DoubleAnswer = { status: 401, json: { message: 'who are you?' } };

/** `given` stands in for parts of its behaviour. */
export async function startAcme(given: { scopes?: readonly string[] } = {}): Promise<ProviderDouble> {
  const keys: StoredKey[] = [];
  const active = () => keys.filter(({ state }) => state === 'active');
  const make = (name: string, lag: number, scopes = ['read', 'write']): StoredKey => {
    const id = randomInt(1e9);
    const value = `acme_${randomBytes(24).toString('base64url')}`;
    const key: StoredKey = { id, value, name, scopes, createdAt: new Date(), state: 'active', lag };
    keys.push(key);
    return key;
  };
  const account = `acct-${randomInt(1e6)}`;
  const [admin, powerless] = [randomBytes(24).toString('hex'), randomBytes(24).toString('hex')];
  const first = make('made by hand', 0);
  const managed =
    (answer: Answering): Answering =>
    (request) => {
      if (bearerOf(request) === powerless) return { status: 403, json: { message: 'not an admin' } };
      if (bearerOf(request) !== admin) return denied;
      return request.params[0] === account ? answer(request) : { status: 404, json: { message: 'no such account' } };
    };

  const served = await serve({
    'GET /v1/me': ({ headers }) => {
      const key = active().find(({ value }) => value === headers['x-api-key']);
      if (key === undefined || key.lag-- > 0) return denied;
      key.lastUsed = new Date();
      return ok({ state: 'active', scopes: key.scopes });
    },
    'GET /v1/accounts/:account/keys': managed(({ query }) => {
      const from = Number(query.get('cursor') ?? 0);
      const to = from + Number(query.get('limit') ?? 100);
      const data = keys.slice(from, to).map(({ id, name, state, createdAt, lastUsed }) => ({
        id,
        name,
        state,
        created_at: createdAt.toISOString(),
        last_used_at: lastUsed?.toISOString() ?? null,
      }));
      return ok({ data, paging: { next: to < keys.length ? String(to) : null } });
    }),
    'POST /v1/accounts/:account/keys': managed(({ body }) => {
      if (active().length >= MOST) return { status: 409, json: { message: 'too many keys' } };
      const scopes = [...(given.scopes ?? (body.scopes as string[]))];
      const key = make(String(body.name), double.lag, scopes);
      return created({ data: { id: key.id, secret: key.value } });
    }),
    'DELETE /v1/accounts/:account/keys/:id': managed(({ params }) => {
      const key = keys.find(({ id }) => String(id) === params[1]);
      if (key === undefined) return { status: 404, json: { message: 'no such key' } };
      if (key.state === 'revoked') return { status: 410, json: { message: 'gone' } };
      key.state = 'revoked';
      return { status: 204 };
    }),
  });

  const others = new Set<number>();
  const holding = ({ api_key }: Readonly<Record<string, unknown>>) => active().find(({ value }) => value === api_key);
  const double: ProviderDouble = {
    ...served,
    lag: 0,
    first: { site: 'eu', account, key_id: String(first.id), api_key: first.value },
    admin: { site: 'eu', account, token: admin, admin_of: 'acme' },
    powerless: { token: powerless },
    madeUp: { api_key: `acme_${randomBytes(24).toString('base64url')}` },
    opens: (secret) => holding(secret) !== undefined,
    live: () =>
      active()
        .filter(({ id }) => !others.has(id))
        .map(({ value }) => value),
    fill() {
      while (active().length < MOST) others.add(make('of somebody else', 0).id);
    },
    use(secret) {
      const key = holding(secret);
      if (key !== undefined) key.lastUsed = lateUse();
    },
  };
  return double;
}
