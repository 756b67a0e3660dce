/** A double of SendGrid's API keys: https://www.twilio.com/docs/sendgrid/api-reference/api-keys */
import { randomBytes } from 'node:crypto';
import type { DoubleAnswer, ProviderDouble } from './double.ts';
import { bearerOf, created, ok, serve } from './double.ts';
import { found, keyring } from './keyring.ts';

interface StoredKey {
  readonly id: string;
  readonly value: string;
  readonly name: string;
  readonly scopes: readonly string[];
  lag: number;
}

const MOST = 100;
/** "Full Access": what a key gets that is made without scopes. */
const FULL = ['api_keys.create', 'api_keys.read', 'api_keys.delete', 'mail.send', 'user.password.update'];
const denied: DoubleAnswer = { status: 401, json: { errors: [{ message: 'authorization required' }] } };
/** Without a body, as described. */
const missing: DoubleAnswer = { status: 404 };
const forbidden: DoubleAnswer = { status: 403, json: { errors: [{ message: 'access forbidden' }] } };

export async function startSendgrid(): Promise<ProviderDouble> {
  const ring = keyring<StoredKey>();
  const { keys } = ring;
  const make = (name: string, scopes: readonly string[], lag: number): StoredKey => {
    const [id, tail] = [randomBytes(16).toString('base64url'), randomBytes(32).toString('base64url')];
    return ring.add({ id, value: `SG.${id}.${tail}`, name, scopes, lag });
  };
  const asHolder = found((request) => ring.used(bearerOf(request)), denied);
  const managed = (answer: Parameters<typeof asHolder>[0]) =>
    asHolder((by, request) => (by.scopes.includes('api_keys.create') ? answer(by, request) : forbidden));

  const admin = make('admin', ['api_keys.create', 'api_keys.read', 'api_keys.delete', 'mail.send'], 0);
  const first = make('made by hand', ['mail.send'], 0);
  const served = await serve({
    'GET /v3/scopes': asHolder(({ scopes }) => ok({ scopes: [...scopes, '2fa_required'] })),
    'GET /v3/api_keys': managed(() => ok({ result: ring.all().map(({ id, name }) => ({ api_key_id: id, name })) })),
    'POST /v3/api_keys': managed((by, { body }) => {
      const asked = (body.scopes ?? []) as string[];
      const scopes = asked.length === 0 ? FULL : asked;
      if (keys.size >= MOST || asked.some((scope) => !by.scopes.includes(scope))) return forbidden;
      const key = make(String(body.name), scopes, double.lag);
      return created({ api_key: key.value, api_key_id: key.id, name: key.name, scopes });
    }),
    'DELETE /v3/api_keys/:id': managed((_, { params: [id = ''] }) => (keys.delete(id) ? { status: 204 } : missing)),
  });

  ring.lend(admin);
  const double: ProviderDouble = {
    ...served,
    ...ring.inField('api_key'),
    first: { api_key: first.value },
    admin: { api_key: admin.value },
    powerless: { api_key: first.value },
    madeUp: { api_key: `SG.${randomBytes(16).toString('base64url')}.${randomBytes(32).toString('base64url')}` },
    fill: () => ring.fill(MOST, () => make('of somebody else', ['mail.send'], 0)),
  };
  return double;
}
