/** What both of Datadog's kinds of keys share: the sites, the lists, which listed key a value is, and how one is made and ended. */
import { InvalidSecretError } from '../../../rotation/errors.ts';
import { segment } from '../../api/path-segment.ts';
import {
  dateAt,
  flagAt,
  lastUseAt,
  listAt,
  memberAt,
  nameAt,
  objectAt,
  type Part,
  paged,
  textAt,
  textsAt,
} from '../../api/read.ts';
import { vendor } from '../../api/vendor.ts';
import { limitReached } from '../../key-limit.ts';
import type { Access, Key, KeyAccess, KeyList, KeySecret } from '../../provider.ts';
import { keySecretSchema } from '../../secret.ts';

/** https://docs.datadoghq.com/getting_started/site/: the `site` parameter of agents and clients. */
const SITES =
  'datadoghq.com us3.datadoghq.com us5.datadoghq.com datadoghq.eu ap1.datadoghq.com ap2.datadoghq.com uk1.datadoghq.com ddog-gov.com us2.ddog-gov.com'.split(
    ' ',
  );
const MOST_API_KEYS = 50;

export const datadogAdminSchema = keySecretSchema({
  required: {
    api_key: 'give an API key of the organization',
    application_key: 'give an application key that may manage keys',
  },
  visible: ['site', 'api_key_id', 'application_key_id'],
});
export type DatadogAdmin = ReturnType<typeof datadogAdminSchema.parse>;
export type DatadogAccess = Access<KeySecret, DatadogAdmin>;
export const FREEING_API_KEY = 'DELETE /api/v2/api_keys/<id>, or Organization Settings, API Keys';

/** Where the key stands in a secret. Its id, and that of the previous key, stand in fields named after it. */
export type Field = 'api_key' | 'application_key';
export type Holding<F extends Field> = Readonly<Record<F, string>> & KeySecret;

export interface ListedKey extends Key {
  readonly last4: string | undefined;
  /** As Datadog lists it. */
  readonly part: Part;
}

/** With as many as may live, where Datadog tells: API keys of the organization, or application keys of one user or service account. */
export async function listed(path: string, access: DatadogAccess): Promise<ListedKey[] & KeyList> {
  const size = 100;
  let slots: unknown;
  const found = await paged(async (number: number | undefined) => {
    const query = `page%5Bsize%5D=${size}&page%5Bnumber%5D=${number ?? 0}`;
    const answer = await api.asAdmin(access, 'GET', `${path}?${query}`);
    const items = listAt(answer, 'data');
    slots = memberAt(answer, ['meta', 'max_allowed']) ?? memberAt(answer, ['meta', 'max_allowed_per_user']);
    return { items, next: items.length < size ? undefined : (number ?? 0) + 1 };
  });
  const keys = found.map((part) => ({
    id: textAt(part, 'id'),
    label: nameAt(part, 'attributes', 'name'),
    createdAt: dateAt(part, 'attributes', 'created_at'),
    lastUsed: lastUseAt(part, 'attributes', 'date_last_used') ?? lastUseAt(part, 'attributes', 'last_used_at'),
    last4: nameAt(part, 'attributes', 'last4') || undefined,
    part,
  }));
  return Object.assign(keys, { slots: typeof slots === 'number' ? slots : undefined });
}

/** Only a key that lives is known by its last four characters: of one that is gone, they may be a stranger's. */
export async function found<F extends Field>(
  secret: Holding<F>,
  field: F,
  path: string,
  access: Access<Holding<F>, DatadogAdmin>,
): Promise<ListedKey | undefined> {
  const key = named(secret, field, await listed(path, access), access);
  const isSure = key === undefined || key.id === idIn(secret, field, access);
  const refusalOf = field === 'api_key' ? refusalOfApiKey : refusalOfApplicationKey;
  return isSure || (await refusalOf(secret[field], access)) === undefined ? key : undefined;
}

/** By its id, or by its last four characters where no other key has the same. */
function named<F extends Field>(
  secret: Holding<F>,
  field: F,
  keys: readonly ListedKey[],
  access: Pick<KeyAccess<Holding<F>>, 'current'>,
): ListedKey | undefined {
  const id = idIn(secret, field, access);
  const alike = keys.filter(({ last4 }) => last4 === undefined || last4 === secret[field].slice(-4));
  if (id !== undefined) return alike.find((key) => key.id === id);
  return alike.length === 1 && alike[0]?.last4 !== undefined ? alike[0] : undefined;
}

/** Asking as the previous key would be a use of it, so its id is kept beside the current one. */
function idIn<F extends Field>(
  secret: Holding<F>,
  field: F,
  { current }: Pick<KeyAccess<Holding<F>>, 'current'>,
): string | undefined {
  const isCurrent = secret[field] === current[field];
  const id = isCurrent ? current[`${field}_id`] : (secret[`${field}_id`] ?? current[`previous_${field}_id`]);
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** With which status Datadog refuses it; undefined when it lets it in. */
export async function refusalOfApiKey(key: string, access: KeyAccess): Promise<number | undefined> {
  const shown = { as: 'the key', headers: { 'dd-api-key': key } };
  const answer = await api.as(shown, access, 'GET', '/api/v1/validate', { expected: [403] });
  return answer.status < 400 && flagAt(answer, 'valid') ? undefined : answer.status;
}

/** An application key works beside an API key only. */
export async function refusalOfApplicationKey(key: string, access: DatadogAccess): Promise<number | undefined> {
  const shown = { as: 'the key', headers: { 'dd-api-key': access.admin.api_key, 'dd-application-key': key } };
  const { status } = await api.as(shown, access, 'GET', '/api/v2/validate_keys', { expected: [401, 403] });
  return status >= 400 ? status : undefined;
}

export const attributeOf = (part: Part, name: string) => memberAt(part, ['attributes', name]);

/** Of an application key. Null: it may do whatever its owner may. A key of which Datadog does not say is none of those. */
export function scopesOf(part: Part): readonly string[] | null {
  return attributeOf(part, 'scopes') === null ? null : textsAt(part, 'attributes', 'scopes');
}

export async function create(
  path: string,
  type: string,
  attributes: Readonly<Record<string, unknown>>,
  access: DatadogAccess,
  keys: readonly Key[],
): Promise<{ id: string; key: string; part: Part }> {
  const isFull = type === 'api_keys' && keys.length >= MOST_API_KEYS;
  const json = { data: { type, attributes } };
  const expected = isFull ? [400, 403, 409, 422] : [];
  const answer = await api.asAdmin(access, 'POST', path, { json, expected });
  if (answer.status >= 400) throw limitReached({ name: 'datadog', freeing: FREEING_API_KEY }, keys, access.current);
  const key = textAt(answer, 'data', 'attributes', 'key');
  access.ctx.redact.add(key);
  return { id: textAt(answer, 'data', 'id'), key, part: { ...answer, body: objectAt(answer, 'data') } };
}

export async function adminsOwn(field: Field, path: string, access: DatadogAccess): Promise<(string | undefined)[]> {
  return [named(access.admin, field, await listed(path, access), { current: access.admin })?.id];
}

export async function remove(path: string, id: string, access: DatadogAccess): Promise<void> {
  await api.asAdmin(access, 'DELETE', `${path}/${segment(id, 'id')}`, { expected: [404] });
}

const api = vendor<DatadogAdmin>({
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
    headers: { 'dd-api-key': admin.api_key, 'dd-application-key': admin.application_key },
  }),
});
