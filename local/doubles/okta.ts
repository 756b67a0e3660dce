/** A double of Okta's client secrets: https://developer.okta.com/docs/api/openapi/okta-management/management/tag/ApplicationSSOCredentialOAuth2ClientAuth/ */
import { createHash, randomBytes } from 'node:crypto';
import type { DoubleAnswer, ProviderDouble } from './double.ts';
import { basicOf, created, ok, serve } from './double.ts';
import { found, guarded, keyring } from './keyring.ts';

interface StoredSecret {
  readonly id: string;
  readonly value: string;
  readonly created: string;
  status: 'ACTIVE' | 'INACTIVE';
  lag: number;
}

export interface OktaDouble extends ProviderDouble {
  secrets(): readonly StoredSecret[];
  /** False: a web app, which has no token of its own. */
  mayHaveToken: boolean;
}

const SLOTS = 2;
const SCOPE = 'orders.read';
const refused: DoubleAnswer = {
  status: 401,
  json: {
    error: 'invalid_client',
    error_description: 'The client secret supplied for a confidential client is invalid.',
  },
};
const problem = (status: number, errorCode: string, errorSummary: string): DoubleAnswer => ({
  status,
  json: { errorCode, errorSummary, errorLink: errorCode, errorId: 'oae', errorCauses: [] },
});
const missing = problem(404, 'E0000007', 'Not found: Resource not found');

export async function startOkta(): Promise<OktaDouble> {
  const clientId = `0oa${randomBytes(8).toString('hex')}`;
  const tokens = {
    admin: `00${randomBytes(20).toString('base64url')}`,
    reader: `00${randomBytes(20).toString('base64url')}`,
  };
  const isActive = ({ status }: StoredSecret) => status === 'ACTIVE';
  const ring = keyring({ isAlive: isActive });
  const make = (value: string, lag = 0): StoredSecret => {
    const id = `ocs${randomBytes(8).toString('hex')}`;
    return ring.add({ id, value, created: new Date().toISOString(), status: 'ACTIVE', lag });
  };
  const shown = ({ lag, value, ...secret }: StoredSecret) => ({
    ...secret,
    client_secret: value,
    lastUpdated: secret.created,
    secret_hash: createHash('md5').update(value).digest('base64url'),
  });
  const managed = guarded((request) => {
    const by = request.headers.authorization?.replace(/^SSWS /, '');
    if (by !== tokens.admin && by !== tokens.reader) return problem(401, 'E0000011', 'Invalid token provided');
    if (by === tokens.reader)
      return problem(403, 'E0000006', 'You do not have permission to perform the requested action');
    return request.params[0] === clientId ? undefined : missing;
  });
  const one = (answer: (secret: StoredSecret) => DoubleAnswer) =>
    managed(found(({ params: [, id = ''] }) => ring.keys.get(id), missing)(answer));
  const asClient = guarded((request) => {
    const [id, value] = basicOf(request);
    return id === clientId && ring.used(value) !== undefined ? undefined : refused;
  });
  const introspect = asClient(() => ok({ active: false }));
  const at = '/api/v1/apps/:app/credentials/secrets';
  const served = await serve({
    [`GET ${at}`]: managed(() => ok(ring.all().map(shown))),
    [`POST ${at}`]: managed(({ body }) => {
      const value = String(body.client_secret);
      if (ring.keys.size >= SLOTS || value.length < 14)
        return problem(400, 'E0000001', 'Api validation failed: client_secret');
      return created(shown(make(value, double.lag)));
    }),
    [`POST ${at}/:id/lifecycle/activate`]: one((secret) => {
      secret.status = 'ACTIVE';
      return ok(shown(secret));
    }),
    [`POST ${at}/:id/lifecycle/deactivate`]: one((secret) => {
      const isLast = ring.all().filter(isActive).length < 2;
      if (isLast) return problem(400, 'E0000001', 'Api validation failed: last active secret');
      secret.status = 'INACTIVE';
      return ok(shown(secret));
    }),
    [`DELETE ${at}/:id`]: one((secret) => {
      if (secret.status === 'ACTIVE') return problem(403, 'E0000022', 'The endpoint does not support an active secret');
      ring.keys.delete(secret.id);
      return { status: 204 };
    }),
    'POST /oauth2/default/v1/token': asClient(({ body }) => {
      if (!double.mayHaveToken) return { status: 400, json: { error: 'unauthorized_client' } };
      if (body.scope !== SCOPE) return { status: 400, json: { error: 'invalid_scope' } };
      const access_token = randomBytes(24).toString('base64url');
      return ok({ token_type: 'Bearer', expires_in: 3600, access_token, scope: SCOPE });
    }),
    // Its own tokens are for private_key_jwt only: https://github.com/okta/okta-sdk-java/issues/424
    'POST /oauth2/v1/token': () => refused,
    'POST /oauth2/v1/introspect': introspect,
    'POST /oauth2/default/v1/introspect': introspect,
  });

  const host = 'acme.okta.example';
  const first = make(randomBytes(30).toString('base64url'));
  const double: OktaDouble = {
    ...served,
    ...ring.inField('client_secret'),
    opens: (secret) => secret.client_id === clientId && ring.holding(secret.client_secret) !== undefined,
    mayHaveToken: true,
    first: {
      domain: host,
      client_id: clientId,
      client_secret: first.value,
      issuer: `https://${host}/oauth2/default`,
      scope: SCOPE,
    },
    admin: { domain: host, api_token: tokens.admin },
    powerless: { api_token: tokens.reader },
    madeUp: { client_secret: randomBytes(30).toString('base64url') },
    fill: () => ring.fill(SLOTS, () => make(randomBytes(30).toString('base64url'))),
    secrets: ring.all,
  };
  return double;
}
