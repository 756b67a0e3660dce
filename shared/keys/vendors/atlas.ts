/**
 * Secrets of MongoDB Atlas' service accounts: https://www.mongodb.com/docs/atlas/tutorial/rotate-service-account-secrets/.
 * docs/providers/atlas.md. Two hold a place, expired or not; a new one cuts the life of the previous one to seven days.
 */
import { InvalidSecretError, ProviderError } from '../../rotation/errors.ts';
import { DAY } from '../../rotation/pause.ts';
import { clientToken } from '../api/client-credentials.ts';
import { segment } from '../api/path-segment.ts';
import { dateAt, dateIfAny, listAt, memberAt, nameAt, numberIn, textAt } from '../api/read.ts';
import { bearer, vendor } from '../api/vendor.ts';
import { limitReached } from '../key-limit.ts';
import { isForeignUse } from '../known-key.ts';
import type { Access, IssuingProvider, KeyAccess, KeySecret } from '../provider.ts';
import { keySecretSchema } from '../secret.ts';

/** https://www.mongodb.com/docs/atlas/api/versioned-api-overview/ */
const ACCEPT = 'application/vnd.atlas.2024-08-05+json';
const SHORTEST_HOURS = 8;
const LONGEST_HOURS = 8760;
const SLOTS = 2;
const required = {
  client_secret: 'give the secret of the service account that works now',
  client_id: 'give the client id, mdb_sa_id_…',
  org_id: 'give the id of the organization',
};

const schema = keySecretSchema({
  // Atlas does not show which secret a value is, and guessing would end the wrong one.
  required: { ...required, secret_id: 'give the id that Atlas lists for this secret of the service account' },
  visible: ['client_id', 'org_id', 'secret_id', 'expires_after_hours', 'expires_at'],
});
const adminSchema = keySecretSchema({ required, visible: ['client_id', 'org_id'] });
type AtlasSecret = ReturnType<typeof schema.parse>;
type AtlasAdmin = ReturnType<typeof adminSchema.parse>;
type AtlasAccess = Access<AtlasSecret, AtlasAdmin>;

export const atlas: IssuingProvider<AtlasSecret, AtlasAdmin> = {
  name: 'atlas',
  schema,
  adminSchema,
  withoutAdmin: 'key',
  sameTarget: ['org_id'],
  slots: SLOTS,
  spreadMs: 10_000,
  longestGraceMs: 7 * DAY,
  freeing: 'DELETE /api/atlas/v2/orgs/<org_id>/serviceAccounts/<client_id>/secrets/<id>',

  /** Ids are those of one service account: with another client a value proves nothing here. */
  async identify({ client_id, client_secret, secret_id }, { current }) {
    if (client_id !== current.client_id) return undefined;
    return client_secret === current.client_secret ? current.secret_id : secret_id;
  },

  async keys(access) {
    const answer = await api.asAdmin(access, 'GET', accountPath(access));
    return listAt(answer, 'secrets').map((secret) => {
      const [createdAt, used] = [dateAt(secret, 'createdAt'), dateIfAny(secret, 'lastUsedAt')];
      // What `verify` does counts for none: the secret of an abandoned rotation was never used by anybody else.
      const lastUsed = used !== undefined && isForeignUse(used, createdAt) ? used : 'never';
      return { id: textAt(secret, 'id'), createdAt, expiresAt: dateAt(secret, 'expiresAt'), lastUsed };
    });
  },

  async issue(_label, access, _keys, theirs) {
    const path = `${accountPath(access)}/secrets`;
    const make = (hours: number) =>
      api.asAdmin(access, 'POST', path, { json: { secretExpiresAfterHours: hours }, expected: [400, 409] });
    let answer = await make(hoursOf(access));
    if (answer.status >= 400) {
      const stored = await theirs?.();
      if (stored !== undefined) return stored;
      const cap = access.current.expires_after_hours === undefined ? await capOf(access) : undefined;
      if (cap !== undefined) answer = await make(cap);
      if (answer.status >= 400) throw await refusal(answer.status, access);
    }
    const expires_at = nameAt(answer, 'expiresAt');
    return {
      ...access.current,
      client_secret: textAt(answer, 'secret'),
      secret_id: textAt(answer, 'id'),
      ...(expires_at !== '' && { expires_at }),
    };
  },

  verify: async (secret, access) => void (await tokenOf(secret, 'the new secret', access)),

  async adminIds({ admin, current }, previous) {
    if (previous === undefined || admin.client_id !== current.client_id) return [];
    return admin.client_secret === previous.client_secret ? [previous.secret_id] : [];
  },

  async revoke(id, access) {
    const path = `${accountPath(access)}/secrets/${segment(id, 'secret_id')}`;
    await api.asAdmin(access, 'DELETE', path, { expected: [404] });
  },
};

function accountPath({ current }: AtlasAccess): string {
  return `/api/atlas/v2/orgs/${segment(current.org_id, 'org_id')}/serviceAccounts/${segment(current.client_id, 'client_id')}`;
}

/** A token for every call would be many: Atlas gives few in a minute. */
const adminTokens = new WeakMap<Access<KeySecret, AtlasAdmin>, Promise<string>>();

async function asAdmin(access: Access<KeySecret, AtlasAdmin>) {
  const known = adminTokens.get(access) ?? tokenOf(access.admin, 'the admin credential', access);
  adminTokens.set(access, known);
  return { as: 'the admin credential', headers: { accept: ACCEPT, ...bearer(await known) } };
}

/** https://www.mongodb.com/docs/atlas/api/service-accounts/generate-oauth2-token/ */
async function tokenOf(secret: AtlasAdmin, as: string, access: KeyAccess): Promise<string> {
  const { client_id, client_secret } = secret;
  const path = '/api/oauth/token';
  const grant = { path, clientId: client_id, clientSecret: client_secret, as, by: 'basic' } as const;
  return (await clientToken(api.at(access), grant)).value;
}

/** Not that of the current one: an abandoned rotation has cut that short. */
function hoursOf({ current, ctx }: KeyAccess): number {
  const hours = numberIn(current.expires_after_hours ?? LONGEST_HOURS);
  if (Number.isInteger(hours) && hours >= SHORTEST_HOURS && hours <= LONGEST_HOURS) return hours;
  throw new InvalidSecretError(`field expires_after_hours of ${ctx.secretId} is not a time that Atlas takes`, {
    hint: `write hours from ${SHORTEST_HOURS} to ${LONGEST_HOURS}, more than lie between two rotations`,
  });
}

/** The longest life that the organization lets a secret have, where the admin credential may know and it is less than Atlas' own. */
async function capOf(access: AtlasAccess): Promise<number | undefined> {
  const path = `/api/atlas/v2/orgs/${segment(access.current.org_id, 'org_id')}/settings`;
  const answer = await api.asAdmin(access, 'GET', path, { expected: [401, 403, 404] });
  const hours = answer.status < 400 ? memberAt(answer, ['maxServiceAccountSecretValidityInHours']) : undefined;
  return typeof hours === 'number' && hours >= SHORTEST_HOURS && hours < LONGEST_HOURS ? hours : undefined;
}

async function refusal(status: number, access: AtlasAccess): Promise<Error> {
  const keys = await atlas.keys(access);
  if (keys.length >= SLOTS) return limitReached(atlas, keys, access.current);
  return new ProviderError(`atlas makes no secret for ${access.current.client_id} (HTTP ${status})`, {
    retryable: false,
    hint: 'see whether the organization limits the life of secrets, and set expires_after_hours to what it allows',
  });
}

const api = vendor({ name: 'atlas', base: 'https://cloud.mongodb.com', admin: asAdmin });
