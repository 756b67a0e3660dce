/** A double of Auth0's applications: https://auth0.com/docs/api/management/v2/clients, https://auth0.com/docs/api/authentication */
import { randomBytes } from 'node:crypto';
import type { Answering, DoubleAnswer, DoubleRequest, ProviderDouble } from './double.ts';
import { basicOf, bearerOf, ok, serve } from './double.ts';

interface StoredClient {
  readonly id: string;
  secret: string;
  /** Audience, and the scopes that it has there. */
  readonly grants: Map<string, string>;
  lag: number;
}

export interface Auth0Double extends ProviderDouble {
  /** The length of the shortest client secret that the tenant takes. */
  least: number;
  /** Takes the client's right to have a token: a web app. */
  endGrants(): void;
}

const DOMAIN = 'acme.eu.auth0.example';
const MANAGEMENT = `https://${DOMAIN}/api/v2/`;
const ORDERS = 'https://orders.example.com';
const newSecret = () => randomBytes(48).toString('base64url');

export async function startAuth0(): Promise<Auth0Double> {
  const clients = new Map<string, StoredClient>();
  const tokens = new Map<string, string>();
  const make = (audience: string, scopes: string): StoredClient => {
    const id = randomBytes(24).toString('base64url');
    const client = { id, secret: newSecret(), grants: new Map([[audience, scopes]]), lag: 0 };
    clients.set(id, client);
    return client;
  };
  const asClient =
    (refused: DoubleAnswer, answer: (request: DoubleRequest, client: StoredClient) => DoubleAnswer): Answering =>
    (request) => {
      const { client_id, client_secret } = request.body;
      const [id, secret] = request.headers.authorization ? basicOf(request) : [client_id, client_secret];
      const client = clients.get(String(id));
      if (client === undefined || client.secret !== secret || client.lag-- > 0) return refused;
      return answer(request, client);
    };
  const served = await serve({
    'POST /oauth/token': asClient(
      { status: 401, json: { error: 'access_denied', error_description: 'Unauthorized' } },
      ({ body }, { grants }) => {
        const scope = grants.get(String(body.audience));
        if (scope === undefined) {
          return { status: 403, json: { error: 'access_denied', error_description: 'Client is not authorized' } };
        }
        const access_token = randomBytes(24).toString('base64url');
        tokens.set(access_token, scope);
        return ok({ access_token, scope, expires_in: 86_400, token_type: 'Bearer' });
      },
    ),
    'POST /oauth/revoke': (request) => {
      // Also beside Basic: https://auth0.com/docs/api/authentication/revoke-refresh-token/revoke-refresh-token
      if (!request.body.client_id || !request.body.token) return { status: 400, json: { error: 'invalid_request' } };
      return asClient({ status: 401, json: { error: 'invalid_client' } }, () => ({ status: 200 }))(request);
    },
    'PATCH /api/v2/clients/:id': (request) => {
      const scope = tokens.get(bearerOf(request))?.split(' ');
      const problem = (statusCode: number, error: string) => ({ status: statusCode, json: { statusCode, error } });
      if (scope === undefined) return problem(401, 'Unauthorized');
      if (!scope.includes('update:client_keys')) return problem(403, 'Forbidden');
      const client = clients.get(request.params[0] ?? '');
      if (client === undefined) return problem(404, 'Not Found');
      const { client_secret } = request.body;
      if (typeof client_secret !== 'string' || client_secret.length < double.least) return problem(400, 'Bad Request');
      if (client.secret !== client_secret) Object.assign(client, { secret: client_secret, lag: double.lag });
      return ok({ client_id: client.id, name: 'orders' });
    },
  });

  const admin = make(MANAGEMENT, 'update:client_keys');
  const powerless = make(MANAGEMENT, 'read:clients');
  const rotated = make(ORDERS, 'read:orders');
  const double: Auth0Double = {
    ...served,
    lag: 0,
    least: 1,
    first: { domain: DOMAIN, client_id: rotated.id, client_secret: rotated.secret, audience: ORDERS },
    admin: { domain: DOMAIN, client_id: admin.id, client_secret: admin.secret },
    powerless: { client_id: powerless.id, client_secret: powerless.secret },
    madeUp: { client_secret: newSecret() },
    opens: ({ client_id, client_secret }) => client_id === rotated.id && client_secret === rotated.secret,
    live: () => [rotated.secret],
    endGrants: () => rotated.grants.clear(),
  };
  return double;
}
