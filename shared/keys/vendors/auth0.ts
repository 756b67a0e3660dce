/**
 * Client secrets of Auth0's applications: https://auth0.com/docs/api/management/v2/clients/patch-clients-by-id. docs/providers/auth0.md
 * One lives, so the previous one ends at once. The value is ours, not rotate-secret's: an answer that is lost would lock the client out.
 */
import { randomBytes } from 'node:crypto';
import { InvalidSecretError, TargetMismatchError } from '../../rotation/errors.ts';
import { clientAccepted, clientToken } from '../api/client-credentials.ts';
import { hostIn } from '../api/host.ts';
import { valueRefused } from '../api/judge.ts';
import { segment } from '../api/path-segment.ts';
import { bearer, vendor } from '../api/vendor.ts';
import type { AcceptingProvider, Access, KeyAccess } from '../provider.ts';
import { keySecretSchema } from '../secret.ts';

const required = {
  client_id: 'give the client id',
  client_secret: 'give the client secret that works now',
  domain: 'give the domain of the tenant, like acme.eu.auth0.com',
};

const schema = keySecretSchema({
  required,
  visible: ['client_id', 'domain', 'audience', 'token_endpoint_auth_method'],
});
const adminSchema = keySecretSchema({ required, visible: ['client_id', 'domain'] });
type Auth0Secret = ReturnType<typeof schema.parse>;

export const auth0: AcceptingProvider<Auth0Secret, Auth0Secret> = {
  name: 'auth0',
  schema,
  adminSchema,
  withoutAdmin: 'refused',
  sameTarget: ['domain'],
  sameHolder: ['client_id'],
  // https://auth0.com/docs/get-started/applications/rotate-client-secret: up to 30 s, which a function of 30 s cannot wait for.
  spreadMs: 20_000,
  outage: 'brief',

  make: ({ current }) => ({ ...current, client_secret: randomBytes(48).toString('base64url') }),

  async accept(pending, access) {
    const { client_id, client_secret } = requireRoles(pending, access);
    const path = `/api/v2/clients/${segment(client_id, 'client_id')}`;
    const { status } = await api.asAdmin(access, 'PATCH', path, { json: { client_secret }, expected: [400] });
    if (status !== 400) return;
    throw client_secret === access.current.client_secret ? notTakenBack(access) : valueRefused('auth0', status);
  },

  async verify(secret, access) {
    const { client_id, client_secret, audience, token_endpoint_auth_method: method } = secret;
    const asked = typeof audience === 'string' && audience !== '';
    const grant = {
      path: asked ? '/oauth/token' : '/oauth/revoke',
      clientId: client_id,
      clientSecret: client_secret,
      as: 'the new client secret',
      by: method === 'client_secret_basic' ? 'basic' : 'form',
      // Revocation wants it in the form, too: https://auth0.com/docs/api/authentication/revoke-refresh-token/revoke-refresh-token
      fields: asked ? { audience } : { client_id },
    } as const;
    await (asked ? clientToken(api.at(access), grant) : clientAccepted(api.at(access), grant, 'revocation'));
  },
};

/** The client that changes the secret must survive the change, and the client that is changed must be that of AWSCURRENT. */
function requireRoles(pending: Auth0Secret, { current, admin, ctx }: Access<Auth0Secret, Auth0Secret>): Auth0Secret {
  if (admin.client_id === current.client_id) {
    throw new InvalidSecretError(`the admin secret of ${ctx.secretId} names the client that is rotated`, {
      hint: 'make a machine-to-machine application of its own with update:client_keys, and store that one',
    });
  }
  if (pending.client_id === current.client_id) return pending;
  throw new TargetMismatchError(`field client_id of the pending value of ${ctx.secretId} is not the current one`, {
    hint: 'take the pending version away with update-secret-version-stage, then rotate again',
  });
}

/** A test that failed, or another delivery of the step, wants the value of AWSCURRENT to work again. */
function notTakenBack({ ctx }: KeyAccess): InvalidSecretError {
  return new InvalidSecretError(`auth0 does not take the value of AWSCURRENT of ${ctx.secretId} (HTTP 400)`, {
    hint: 'set a client secret that the tenant takes in the console of Auth0, and store it with put-secret-value',
  });
}

const api = vendor<Auth0Secret>({
  name: 'auth0',
  base: (access) => `https://${hostIn(access, 'domain')}`,
  async admin(access) {
    const as = 'the admin client';
    const at = api.at(access);
    const { value } = await clientToken(at, {
      path: '/oauth/token',
      clientId: access.admin.client_id,
      clientSecret: access.admin.client_secret,
      as,
      by: 'form',
      fields: { audience: `${at.base}/api/v2/` },
    });
    return { as, headers: bearer(value) };
  },
});
