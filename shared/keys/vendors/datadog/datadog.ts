/** Datadog's API keys and application keys: https://docs.datadoghq.com/api/latest/key-management/. docs/providers/datadog.md */
import { AuthenticationError, InvalidSecretError } from '../../../rotation/errors.ts';
import { segment } from '../../api/path-segment.ts';
import type { Part } from '../../api/read.ts';
import type { Access, IssuingProvider, KeyAccess } from '../../provider.ts';
import { normal, otherRights, requireLivingCurrent } from '../../same-rights.ts';
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
  listed,
  refusalOfApiKey,
  refusalOfApplicationKey,
  remove,
  scopesOf,
} from './keys.ts';

const API_KEYS = '/api/v2/api_keys';
const common = {
  name: 'datadog',
  adminSchema: datadogAdminSchema,
  withoutAdmin: 'refused',
  sameTarget: ['site', 'service_account_id'],
  spreadMs: 15_000,
} as const;

/** What a key is for, and whether agents may fetch their settings with it. What only the new key shows is more than before. */
const MEANT_FOR = ['category', 'remote_config_read_enabled'];

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
    const same = kept(like?.part, MEANT_FOR);
    const answer = await create(API_KEYS, 'api_keys', { name: label, ...same }, access, keys);
    requireSame(kept(answer.part, MEANT_FOR), same, 'see in Organization Settings what the two keys are for');
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
    const scopes = scopesOf(like.part);
    const attributes = { name: label, ...(scopes && { scopes }) };
    const answer = await create(ownersPath(access), 'application_keys', attributes, access, keys);
    requireSame(scopesOf(answer.part), scopes, 'the owner of the key must have every permission that its scopes name');
    const ids = { application_key_id: answer.id, previous_application_key_id: like.id };
    return { ...access.current, application_key: answer.key, ...ids };
  },

  async verify({ application_key }, access: Access<Holding<'application_key'>, DatadogAdmin>) {
    const status = await refusalOfApplicationKey(application_key, access);
    if (status !== undefined) throw refused('application key, beside the API key of the admin secret,', status);
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

/** What a key has of these attributes. */
function kept(part: Part | undefined, names: readonly string[]): Readonly<Record<string, unknown>> {
  const all = names.map((name) => [name, part && attributeOf(part, name)] as const);
  return Object.fromEntries(all.filter(([, value]) => value != null));
}

/** Both as Datadog shows them. The key that was made goes with the next rotation, by its name. */
function requireSame(given: unknown, asked: unknown, hint: string): void {
  if (normal(given) === normal(asked)) return;
  throw otherRights('the new key may do something else than the current one', hint);
}
