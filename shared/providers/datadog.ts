/** Datadog's API keys and application keys: https://docs.datadoghq.com/api/latest/key-management/. docs/providers/datadog.md */
import { AuthenticationError, InvalidSecretError } from '../rotation/errors.ts';
import { keySecretSchema } from '../secrets/key-secret.ts';
import { vendor } from './api/vendor.ts';
import { listAt, paged, textAt, unusable } from './http.ts';
import { limitReached } from './key-limit.ts';
import { segment } from './path-segment.ts';
import type { Access, IssuingProvider, Key, KeySecret } from './provider.ts';
import { otherRights, requireLivingCurrent } from './same-rights.ts';

/** https://docs.datadoghq.com/getting_started/site/: the `site` parameter of agents and clients. */
const SITES =
  'datadoghq.com us3.datadoghq.com us5.datadoghq.com datadoghq.eu ap1.datadoghq.com ap2.datadoghq.com uk1.datadoghq.com ddog-gov.com us2.ddog-gov.com'.split(
    ' ',
  );
const MOST_API_KEYS = 50;

const adminSchema = keySecretSchema({
  required: {
    api_key: 'give an API key of the organization',
    application_key: 'give an application key that may manage keys',
  },
  visible: ['site', 'api_key_id', 'application_key_id'],
});
const common = {
  name: 'datadog',
  adminSchema,
  withoutAdmin: 'refused',
  sameTarget: ['site', 'service_account_id'],
  spreadMs: 15_000,
} as const;

export const datadogApiKey: IssuingProvider = {
  ...common,
  schema: keySecretSchema({
    required: { api_key: 'give the API key that works now' },
    visible: ['site', 'api_key_id', 'previous_api_key_id'],
    plain: 'api_key',
  }),
  freeing: 'DELETE /api/v2/api_keys/<id>, or Organization Settings, API Keys',

  identify: async (secret, access) => (await found(secret, 'api_key', '/api/v2/api_keys', access))?.id,
  keys: (access) => listed('/api/v2/api_keys', access),

  async issue(label, access, keys) {
    const like = await found(access.current, 'api_key', '/api/v2/api_keys', access);
    const attributes = { name: label, ...kept(like, ['remote_config_read_enabled']) };
    const answer = await create('/api/v2/api_keys', 'api_keys', attributes, access, keys);
    return { ...access.current, api_key: answer.key, api_key_id: answer.id, previous_api_key_id: like?.id };
  },

  async verify(secret, access) {
    const status = await refusalOf(secret, 'api_key', access);
    if (status !== undefined) throw refused('API key', status);
  },

  adminIds: (access) => adminsOwn('api_key', '/api/v2/api_keys', access),
  revoke: (id, access) => remove('/api/v2/api_keys', id, access),
};

export const datadogApplicationKey: IssuingProvider = {
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
    const attributes = { name: label, ...kept(like, ['scopes']) };
    const answer = await create(ownersPath(access), 'application_keys', attributes, access, keys);
    const ids = { application_key_id: answer.id, previous_application_key_id: like.id };
    return { ...access.current, application_key: answer.key, ...ids };
  },

  async verify(secret, access) {
    const status = await refusalOf(secret, 'application_key', access);
    if (status !== undefined) throw refused('application key, beside the API key of the admin secret,', status);
    if (secret.application_key === access.current.application_key) return;
    const keys = await listed(ownersPath(access), access);
    const [may, should] = [secret, access.current].map((one) => named(one, 'application_key', keys, access)?.scopes);
    if (should === undefined || String(may?.toSorted()) === String(should.toSorted())) return;
    throw otherRights(
      'the new application key has other scopes than the current one',
      'the owner of the key must have every permission that its scopes name; rotate again when it has',
    );
  },

  adminIds: (access) => adminsOwn('application_key', ownersPath(access), access),
  revoke: (id, access) => remove(ownersPath(access), id, access),
};

type Field = 'api_key' | 'application_key';

interface ListedKey extends Key {
  readonly last4: unknown;
  /** Undefined: it may do whatever its owner may. */
  readonly scopes: readonly string[] | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
}

async function listed(path: string, access: Access): Promise<ListedKey[]> {
  const size = 100;
  const found = await paged(async (number: number | undefined) => {
    const query = `page%5Bsize%5D=${size}&page%5Bnumber%5D=${number ?? 0}`;
    const answer = await api.asAdmin(access, 'GET', `${path}?${query}`);
    const items = listAt(answer, ['data'], api.at(access), `GET ${path}`);
    return { items, next: items.length < size ? undefined : (number ?? 0) + 1 };
  });
  return found.map(({ id, attributes: given }) => {
    const attributes = (given ?? {}) as Record<string, unknown>;
    const { name, created_at, last4, scopes } = attributes;
    const used = 'date_last_used' in attributes ? attributes.date_last_used : attributes.last_used_at;
    return {
      id: String(id),
      label: String(name),
      createdAt: dateIn(created_at),
      lastUsed: used === null ? 'never' : dateIn(used),
      last4,
      scopes: Array.isArray(scopes) ? scopes.map(String) : undefined,
      attributes,
    };
  });
}

/** Only a key that lives is known by its last four characters: of one that is gone, they may be a stranger's. */
async function found(secret: KeySecret, field: Field, path: string, access: Access): Promise<ListedKey | undefined> {
  const key = named(secret, field, await listed(path, access), access);
  const isSure = key === undefined || key.id === idIn(secret, field, access);
  return isSure || (await refusalOf(secret, field, access)) === undefined ? key : undefined;
}

/** By its id, or by its last four characters where no other key has the same. */
function named(secret: KeySecret, field: Field, keys: readonly ListedKey[], access: Access): ListedKey | undefined {
  const id = idIn(secret, field, access);
  const alike = keys.filter(({ last4 }) => last4 === undefined || last4 === String(secret[field]).slice(-4));
  if (id !== undefined) return alike.find((key) => key.id === id);
  return alike.length === 1 && alike[0]?.last4 !== undefined ? alike[0] : undefined;
}

/** Asking as the key before would be a use of it, so its id is kept beside the current one. */
function idIn(secret: KeySecret, field: Field, { current }: Access): string | undefined {
  const isCurrent = secret[field] === current[field];
  const id = isCurrent ? current[`${field}_id`] : (secret[`${field}_id`] ?? current[`previous_${field}_id`]);
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** With which status Datadog refuses the key; undefined when it lets it in. An application key works beside an API key only. */
async function refusalOf(secret: KeySecret, field: Field, access: Access): Promise<number | undefined> {
  const isApi = field === 'api_key';
  const path = isApi ? '/api/v1/validate' : '/api/v2/validate_keys';
  const headers = {
    'dd-api-key': String(isApi ? secret.api_key : access.admin.api_key),
    ...(!isApi && { 'dd-application-key': String(secret.application_key) }),
  };
  const expected = isApi ? [403] : [401, 403];
  const { status, body } = await api.as({ as: 'the key', headers }, access, 'GET', path, { expected });
  const { valid } = (body ?? {}) as { valid?: unknown };
  if (status >= 400 || (isApi && valid === false)) return status;
  if (isApi && valid !== true) throw unusable(`the answer of datadog to GET ${path} lacks valid`);
  return undefined;
}

async function create(
  path: string,
  type: string,
  attributes: Readonly<Record<string, unknown>>,
  access: Access,
  keys: readonly Key[],
): Promise<{ id: string; key: string }> {
  const isFull = type === 'api_keys' && keys.length >= MOST_API_KEYS;
  const json = { data: { type, attributes } };
  const expected = isFull ? [400, 403, 409, 422] : [];
  const answer = await api.asAdmin(access, 'POST', path, { json, expected });
  if (answer.status >= 400) throw limitReached(datadogApiKey, keys, access.current);
  const at = (...members: string[]) => textAt(answer, ['data', ...members], api.at(access), `POST ${path}`);
  return { id: at('id'), key: at('attributes', 'key') };
}

async function adminsOwn(field: Field, path: string, access: Access): Promise<(string | undefined)[]> {
  return [named(access.admin, field, await listed(path, access), { ...access, current: access.admin })?.id];
}

async function remove(path: string, id: string, access: Access): Promise<void> {
  await api.asAdmin(access, 'DELETE', `${path}/${segment(id, 'id')}`, { expected: [404] });
}

/** Keys of a service account, or else those of the admin credential's own user. */
function ownersPath({ current }: Access): string {
  const { service_account_id: owner } = current;
  if (typeof owner !== 'string' || owner === '') return '/api/v2/current_user/application_keys';
  return `/api/v2/service_accounts/${segment(owner, 'service_account_id')}/application_keys`;
}

const api = vendor({
  name: 'datadog',
  base({ ctx, current }) {
    const { site = 'datadoghq.com' } = current;
    if (typeof site === 'string' && SITES.includes(site)) return `https://api.${site}`;
    throw new InvalidSecretError(`field site of ${ctx.secretId} is not a site of Datadog`, {
      hint: `write one of ${SITES.join(', ')}`,
    });
  },
  admin: ({ admin }) => ({
    as: 'the admin credential',
    headers: { 'dd-api-key': String(admin.api_key), 'dd-application-key': String(admin.application_key) },
  }),
});

function ofAnotherOwner({ ctx }: Access): InvalidSecretError {
  return new InvalidSecretError(
    `the application key of ${ctx.secretId} is not among those of its owner, so its scopes are unknown`,
    { hint: 'give service_account_id, and application_key_id when two keys end in the same four characters' },
  );
}

const refused = (what: string, status: number) =>
  new AuthenticationError(`datadog refuses the ${what} (HTTP ${status})`, {
    hint: 'see in Organization Settings whether it was revoked, and store one that works',
  });
const kept = (like: ListedKey | undefined, names: readonly string[]) =>
  Object.fromEntries(names.flatMap((name) => (like?.attributes[name] == null ? [] : [[name, like.attributes[name]]])));
const dateIn = (text: unknown) => (typeof text === 'string' ? new Date(text) : undefined);
