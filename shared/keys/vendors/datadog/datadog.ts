/** Datadog's API keys and application keys: https://docs.datadoghq.com/api/latest/key-management/. docs/providers/datadog.md */
import { AuthenticationError, InvalidSecretError } from '../../../rotation/errors.ts';
import { segment } from '../../api/path-segment.ts';
import type { Access, IssuingProvider, KeyAccess } from '../../provider.ts';
import { otherRights, requireLivingCurrent } from '../../same-rights.ts';
import { keySecretSchema } from '../../secret.ts';
import {
  adminsOwn,
  attributeOf,
  create,
  type DatadogAdmin,
  datadogAdminSchema,
  FREEING_API_KEY,
  found,
  type Holding,
  type ListedKey,
  listed,
  named,
  refusalOfApiKey,
  refusalOfApplicationKey,
  remove,
} from './keys.ts';

const API_KEYS = '/api/v2/api_keys';
const common = {
  name: 'datadog',
  adminSchema: datadogAdminSchema,
  withoutAdmin: 'refused',
  sameTarget: ['site', 'service_account_id'],
  spreadMs: 15_000,
} as const;

export const datadogApiKey: IssuingProvider<Holding<'api_key'>, DatadogAdmin> = {
  ...common,
  schema: keySecretSchema({
    required: { api_key: 'give the API key that works now' },
    visible: ['site', 'api_key_id', 'previous_api_key_id'],
    plain: 'api_key',
  }),
  freeing: FREEING_API_KEY,

  identify: async (secret, access) => (await found(secret, 'api_key', API_KEYS, access))?.id,
  keys: (access) => listed(API_KEYS, access),

  async issue(label, access, keys) {
    const like = await found(access.current, 'api_key', API_KEYS, access);
    const attributes = { name: label, ...kept(like, 'remote_config_read_enabled') };
    const answer = await create(API_KEYS, 'api_keys', attributes, access, keys);
    return { ...access.current, api_key: answer.key, api_key_id: answer.id, previous_api_key_id: like?.id };
  },

  async verify({ api_key }, access) {
    const status = await refusalOfApiKey(api_key, access);
    if (status !== undefined) throw refused('API key', status);
  },

  adminIds: (access) => adminsOwn('api_key', API_KEYS, access),
  revoke: (id, access) => remove(API_KEYS, id, access),
};

export const datadogApplicationKey: IssuingProvider<Holding<'application_key'>, DatadogAdmin> = {
  ...common,
  schema: keySecretSchema({
    required: { application_key: 'give the application key that works now' },
    visible: ['site', 'application_key_id', 'previous_application_key_id', 'service_account_id'],
    plain: 'application_key',
  }),
  verifiesWithAdmin: true,
  freeing: 'DELETE /api/v2/application_keys/<id>, or Organization Settings, Application Keys',

  identify: async (secret, access) => (await found(secret, 'application_key', ownersPath(access), access))?.id,
  keys: (access) => listed(ownersPath(access), access),

  async issue(label, access, keys) {
    await requireLivingCurrent(datadogApplicationKey, access);
    const like = await found(access.current, 'application_key', ownersPath(access), access);
    if (like === undefined) throw ofAnotherOwner(access);
    const attributes = { name: label, ...kept(like, 'scopes') };
    const answer = await create(ownersPath(access), 'application_keys', attributes, access, keys);
    const ids = { application_key_id: answer.id, previous_application_key_id: like.id };
    return { ...access.current, application_key: answer.key, ...ids };
  },

  async verify(secret, access: Access<Holding<'application_key'>, DatadogAdmin>) {
    const { current } = access;
    const status = await refusalOfApplicationKey(secret.application_key, access);
    if (status !== undefined) throw refused('application key, beside the API key of the admin secret,', status);
    if (secret.application_key === current.application_key) return;
    const keys = await listed(ownersPath(access), access);
    const [may, should] = [secret, current].map((one) => named(one, 'application_key', keys, access)?.scopes);
    if (should === undefined || may?.toSorted().join() === should.toSorted().join()) return;
    throw otherRights(
      'the new application key has other scopes than the current one',
      'the owner of the key must have every permission that its scopes name; rotate again when it has',
    );
  },

  adminIds: (access) => adminsOwn('application_key', ownersPath(access), access),
  revoke: (id, access) => remove(ownersPath(access), id, access),
};

/** Keys of a service account, or else those of the admin credential's own user. */
function ownersPath({ current }: KeyAccess): string {
  const { service_account_id: owner } = current;
  if (typeof owner !== 'string' || owner === '') return '/api/v2/current_user/application_keys';
  return `/api/v2/service_accounts/${segment(owner, 'service_account_id')}/application_keys`;
}

function ofAnotherOwner({ ctx }: KeyAccess): InvalidSecretError {
  return new InvalidSecretError(
    `the application key of ${ctx.secretId} is not among those of its owner, so its scopes are unknown`,
    { hint: 'give service_account_id, and application_key_id when two keys end in the same four characters' },
  );
}

const refused = (what: string, status: number) =>
  new AuthenticationError(`datadog refuses the ${what} (HTTP ${status})`, {
    hint: 'see in Organization Settings whether it was revoked, and store one that works',
  });
/** What the current key has of these attributes. */
const kept = (like: ListedKey | undefined, name: string) => {
  const value = like && attributeOf(like.part, name);
  return value == null ? {} : { [name]: value };
};
