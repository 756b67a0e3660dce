/**
 * Client secrets of Okta's OIDC apps: https://developer.okta.com/docs/guides/client-secret-rotation-key/main/. docs/providers/okta.md
 * Two may live. The value is ours, so it is stored before Okta hears of it.
 */
import { randomBytes } from 'node:crypto';
import { InvalidSecretError } from '../../rotation/errors.ts';
import { clientAccepted, clientToken } from '../api/client-credentials.ts';
import { hostIn } from '../api/host.ts';
import { valueRefused } from '../api/judge.ts';
import { segment } from '../api/path-segment.ts';
import { dateAt, listAt, nameAt, textAt } from '../api/read.ts';
import { vendor } from '../api/vendor.ts';
import { limitReached } from '../key-limit.ts';
import type { AcceptingProvider, Access, KeyAccess } from '../provider.ts';
import { keySecretSchema } from '../secret.ts';

const SLOTS = 2;
const domain = 'give the domain of the org, like acme.okta.com';

const schema = keySecretSchema({
  required: { client_secret: 'give the client secret that works now', client_id: 'give the client id', domain },
  visible: ['client_id', 'domain', 'app_id', 'issuer', 'scope', 'token_endpoint_auth_method'],
});
const adminSchema = keySecretSchema({
  required: { api_token: 'give an API token of an administrator of the app', domain },
  visible: ['domain'],
});
type OktaSecret = ReturnType<typeof schema.parse>;
type OktaAdmin = ReturnType<typeof adminSchema.parse>;
type OktaAccess = Access<OktaSecret, OktaAdmin>;

export const okta: AcceptingProvider<OktaSecret, OktaAdmin> = {
  name: 'okta',
  schema,
  adminSchema,
  withoutAdmin: 'refused',
  sameTarget: ['domain', 'client_id', 'app_id', 'issuer'],
  spreadMs: 10_000,
  outage: 'none',

  make(access) {
    requireTokenServer(access);
    return { ...access.current, client_secret: randomBytes(48).toString('base64url') };
  },

  async accept(pending, access, known) {
    const listed = await secretsOf(access);
    if (await isAccepted(pending, listed, access)) return;
    const stale = await inTheWay(listed, pending, access, known);
    if (stale !== undefined) await remove(stale, access);
    const json = { client_secret: pending.client_secret };
    const { status } = await api.asAdmin(access, 'POST', secretsPath(access), { json, expected: [400, 409] });
    if (status < 400) return;
    // Another delivery of this step may have been faster; or somebody took the slot.
    const now = await secretsOf(access);
    if (await isAccepted(pending, now, access)) return;
    throw now.length < SLOTS ? valueRefused('okta', status) : full(now, access);
  },

  async check(access, known) {
    await inTheWay(await secretsOf(access), access.current, access, known);
  },

  async verify(secret, access) {
    requireTokenServer(access);
    const { scope, client_id, client_secret, token_endpoint_auth_method: method } = secret;
    const asked = isAsked(scope);
    const grant = {
      path: `${serverPath(access)}/v1/${asked ? 'token' : 'introspect'}`,
      clientId: client_id,
      clientSecret: client_secret,
      as: 'the new client secret',
      by: method === 'client_secret_post' ? 'form' : 'basic',
      ...(asked && { fields: { scope } }),
    } as const;
    await (asked ? clientToken(api.at(access), grant) : clientAccepted(api.at(access), grant, 'introspection'));
  },

  async revoke(previous, access) {
    if (previous.client_secret === access.current.client_secret) return;
    const listed = await secretsOf(access);
    const found = listed.find(({ value }) => value === previous.client_secret);
    if (found !== undefined && isActiveIn(listed, access.current.client_secret)) await remove(found, access);
  },
};

interface ListedSecret {
  readonly id: string;
  readonly value: string;
  readonly isActive: boolean;
  readonly createdAt: Date;
}

/** With their values, so one is known by what it opens, not by its place in the list. */
async function secretsOf(access: OktaAccess): Promise<ListedSecret[]> {
  const answer = await api.asAdmin(access, 'GET', secretsPath(access));
  const listed = listAt(answer).map((secret) => ({
    id: textAt(secret, 'id'),
    value: nameAt(secret, 'client_secret'),
    isActive: nameAt(secret, 'status') === 'ACTIVE',
    createdAt: dateAt(secret, 'created'),
  }));
  access.ctx.redact.add(...listed.map(({ value }) => value));
  return listed;
}

/** The id of the app is a field like any other: what ties the secret to the app is a value of it that the app has. */
async function requireOwnApp(
  listed: readonly ListedSecret[],
  { current, ctx }: OktaAccess,
  known: () => Promise<readonly OktaSecret[]>,
): Promise<void> {
  const has = ({ client_secret }: OktaSecret) => listed.some(({ value }) => value === client_secret);
  if (has(current) || (await known()).some(has)) return;
  throw new InvalidSecretError(`the app that ${ctx.secretId} names has none of its values as a client secret`, {
    code: 'AUTHENTICATION_REFUSED',
    hint: 'check app_id and client_id, and store a client secret of this app with put-secret-value',
  });
}

/** What must go before another one comes: undefined while a place is free. Throws when nothing may go. */
async function inTheWay(
  listed: readonly ListedSecret[],
  pending: OktaSecret,
  access: OktaAccess,
  known: () => Promise<readonly OktaSecret[]>,
): Promise<ListedSecret | undefined> {
  await requireOwnApp(listed, access, known);
  if (listed.length < SLOTS) return undefined;
  const stale = staleAmong(listed, {
    pending: pending.client_secret,
    current: access.current.client_secret,
    known: (await known()).map(({ client_secret }) => client_secret),
  });
  if (stale === undefined) throw full(listed, access);
  return stale;
}

async function isAccepted(pending: OktaSecret, listed: readonly ListedSecret[], access: OktaAccess): Promise<boolean> {
  const mine = listed.find(({ value }) => value === pending.client_secret);
  if (mine !== undefined && !mine.isActive) await lifecycle('activate', mine, access);
  return mine !== undefined;
}

/**
 * One that this secret had once, and neither names as current nor waits for. Whose values nobody here knows are somebody else's.
 * That of AWSPREVIOUS, the first of `known`, goes last, and only beside a current one that is active: else it may be all that works.
 */
export function staleAmong(
  listed: readonly ListedSecret[],
  {
    pending,
    current,
    known,
  }: { readonly pending: string; readonly current: string; readonly known: readonly string[] },
): ListedSecret | undefined {
  const [previous, ...others] = known;
  const forgotten = others.filter((value) => value !== previous);
  const wanted = isActiveIn(listed, current) ? [...forgotten, previous] : forgotten;
  const kept = [pending, current];
  const found = wanted.map((wanted) => listed.find(({ value }) => value === wanted && !kept.includes(value)));
  return found.find((secret) => secret !== undefined);
}

function isActiveIn(listed: readonly ListedSecret[], wanted: string): boolean {
  return listed.some(({ value, isActive }) => isActive && value === wanted);
}

/** Only an inactive one may be deleted, and the last active one cannot be made inactive. */
async function remove(secret: ListedSecret, access: OktaAccess): Promise<void> {
  if (secret.isActive) await lifecycle('deactivate', secret, access);
  const path = `${secretsPath(access)}/${segment(secret.id, 'id')}`;
  await api.asAdmin(access, 'DELETE', path, { expected: [404] });
  access.ctx.log('a client secret was deleted', { provider: 'okta', key: secret.id });
}

async function lifecycle(move: 'activate' | 'deactivate', { id }: ListedSecret, access: OktaAccess): Promise<void> {
  const path = `${secretsPath(access)}/${segment(id, 'id')}/lifecycle/${move}`;
  await api.asAdmin(access, 'POST', path, { expected: [404] });
}

function full(listed: readonly ListedSecret[], { current }: OktaAccess): Error {
  const app_id = current.app_id ?? current.client_id;
  return limitReached({ name: 'okta', freeing: FREEING }, listed, { ...current, app_id });
}

const FREEING =
  'POST https://<domain>/api/v1/apps/<app_id>/credentials/secrets/<id>/lifecycle/deactivate, then DELETE the same without /lifecycle/deactivate; or General, Client secrets in the app';

function secretsPath({ current }: OktaAccess): string {
  return `/api/v1/apps/${segment(current.app_id ?? current.client_id, 'app_id')}/credentials/secrets`;
}

const isAsked = (scope: unknown): scope is string => typeof scope === 'string' && scope !== '';

/**
 * The org's own server gives such tokens for Okta's scopes only, and never for a client secret: its refusal would read as a dead one.
 * https://github.com/okta/okta-sdk-java/issues/424
 */
function requireTokenServer({ current, ctx }: KeyAccess): void {
  const { issuer } = current;
  const isOrg = typeof issuer !== 'string' || /^(https:\/\/[^/]+(\/oauth2)?)?$/.test(issuer);
  if (!isAsked(current.scope) || !isOrg) return;
  throw new InvalidSecretError(`${ctx.secretId} asks for a scope of the org's own authorization server`, {
    hint: 'leave scope out: then the secret is proven without a token; or name the custom server that has the scope in issuer',
  });
}

/** '/oauth2' is the org's authorization server, '/oauth2/default' or another id a custom one. */
function serverPath(access: KeyAccess): string {
  const { issuer } = access.current;
  if (issuer === undefined || issuer === '') return '/oauth2';
  const base = baseOf(access);
  const path = typeof issuer === 'string' && issuer.startsWith(base) ? issuer.slice(base.length) : undefined;
  if (path !== undefined && /^(\/oauth2(\/[\w-]+)?)?$/.test(path)) return path || '/oauth2';
  throw new InvalidSecretError(`field issuer of ${access.ctx.secretId} is not an authorization server of its domain`, {
    hint: `write it like ${base}/oauth2/default, or leave it out for the org's own`,
  });
}

function baseOf(access: KeyAccess): string {
  const host = hostIn(access, 'domain');
  if (!/-admin\.(okta|oktapreview|okta-emea)\.com$/.test(host)) return `https://${host}`;
  throw new InvalidSecretError(`field domain of ${access.ctx.secretId} is the host of Okta's admin console`, {
    hint: 'write the domain of the org without -admin, in both secrets',
  });
}

const api = vendor<OktaAdmin>({
  name: 'okta',
  base: baseOf,
  admin: ({ admin }) => ({ as: 'the admin token', headers: { authorization: `SSWS ${admin.api_token}` } }),
});
