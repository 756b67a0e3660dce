/** Twilio API keys, Standard and Restricted: https://www.twilio.com/docs/iam/api-keys/key-resource-v1. docs/providers/twilio.md */
import { InvalidSecretError } from '../../../rotation/errors.ts';
import { segment } from '../../api/path-segment.ts';
import { dateAt, listAt, memberAt, nameAt, odd, type Part, paged, textAt, textsAt } from '../../api/read.ts';
import type { Access, IssuingProvider, KeyAccess } from '../../provider.ts';
import { otherRights, requireLivingCurrent } from '../../same-rights.ts';
import { keySecretSchema } from '../../secret.ts';
import { ACCOUNT_HINT, accountPath, asHolder, type TwilioAdmin, twilioAdminSchema, twilioAt } from './account.ts';

const KEYS = '/v1/Keys';

const schema = keySecretSchema({
  required: {
    account_sid: ACCOUNT_HINT,
    api_key_sid: 'give the SID of the key that works now: SK and 32 characters',
    api_key_secret: 'give the secret of the key that works now',
  },
  visible: ['account_sid', 'api_key_sid', 'verify_path'],
});
type KeySecret = ReturnType<typeof schema.parse>;
type TwilioAccess = Access<KeySecret, TwilioAdmin>;

export const twilioApiKey: IssuingProvider<KeySecret, TwilioAdmin> = {
  name: 'twilio-api-key',
  schema,
  adminSchema: twilioAdminSchema,
  withoutAdmin: 'refused',
  sameTarget: ['account_sid'],
  together: ['api_key_sid', 'api_key_secret'],
  spreadMs: 10_000,
  freeing: 'DELETE https://iam.twilio.com/v1/Keys/<id>, or Account management, API keys in the console',

  identify: async ({ api_key_sid }) => api_key_sid,

  async keys(access) {
    const query = new URLSearchParams({ AccountSid: access.current.account_sid, PageSize: '1000' });
    const keys = await paged<Part, string>(async (search = `?${query}`) => {
      const answer = await iam.asAdmin(access, 'GET', KEYS + search);
      const more = nameAt(answer, 'meta', 'next_page_url');
      if (more !== '' && !URL.canParse(more)) throw odd(answer, 'has no address', ['meta', 'next_page_url']);
      // Only what it asks for is taken from the address, never the host.
      return { items: listAt(answer, 'keys'), next: more === '' ? undefined : new URL(more).search };
    });
    return keys.map((key) => ({
      id: textAt(key, 'sid'),
      label: nameAt(key, 'friendly_name'),
      createdAt: dateAt(key, 'date_created'),
    }));
  },

  async issue(label, access) {
    await requireLivingCurrent(twilioApiKey, access);
    await requireNoMainKey(access);
    const allowed = await permissionsOf(access);
    const form = {
      AccountSid: access.current.account_sid,
      FriendlyName: label,
      ...(allowed && { KeyType: 'restricted', Policy: JSON.stringify({ allow: allowed }) }),
    };
    const answer = await iam.asAdmin(access, 'POST', KEYS, { form });
    const api_key_sid = textAt(answer, 'sid');
    const api_key_secret = textAt(answer, 'secret');
    access.ctx.redact.add(api_key_secret);
    requireSamePermissions(allowed, allowedIn(answer));
    return { ...access.current, api_key_sid, api_key_secret };
  },

  /** A key that may not do something gets 401, as a dead one does, so the question must be one that the key may ask. */
  async verify(secret, access) {
    const path = verifyPathOf(access) ?? `${accountPath(access)}/IncomingPhoneNumbers.json?PageSize=1`;
    await api.as(asHolder(secret, 'the key'), access, 'GET', path);
  },

  adminIds: async ({ admin: { api_key_sid } }) => (typeof api_key_sid === 'string' ? [api_key_sid] : []),

  async revoke(id, access) {
    await iam.asAdmin(access, 'DELETE', `${KEYS}/${segment(id, 'api_key_sid')}`, { expected: [404] });
  },
};

/** Only a Main key may read the account, and the API makes none: its successor would silently be able to do less. */
async function requireNoMainKey(access: KeyAccess): Promise<void> {
  const shown = asHolder(access.current, 'the current key');
  const answer = await api.as(shown, access, 'GET', `${accountPath(access)}.json`, { expected: [401, 403] });
  if (answer.status >= 400) return;
  access.ctx.redact.add(nameAt(answer, 'auth_token'));
  throw otherRights(
    'the current key is a Main key, and its successor would be a Standard one',
    'Main keys are made in the console only; put a Standard or Restricted key into the secret',
  );
}

/** What a Restricted key may do; undefined for a Standard one. */
async function permissionsOf(access: TwilioAccess): Promise<readonly string[] | undefined> {
  const answer = await iam.asAdmin(access, 'GET', `${KEYS}/${segment(access.current.api_key_sid, 'api_key_sid')}`);
  const allowed = allowedIn(answer);
  if (allowed === undefined || verifyPathOf(access) !== undefined) return allowed;
  throw new InvalidSecretError('the key is Restricted, and the secret does not say how to try its successor', {
    hint: 'give verify_path, a path on api.twilio.com that the key may GET: /2010-04-01/Accounts/AC…/Messages.json?PageSize=1',
  });
}

/** Only a Restricted key has a policy. */
function allowedIn(answer: Part): readonly string[] | undefined {
  return memberAt(answer, ['policy']) == null ? undefined : textsAt(answer, 'policy', 'allow');
}

function requireSamePermissions(asked: readonly string[] | undefined, given: readonly string[] | undefined): void {
  const missing = asked?.find((permission) => !given?.includes(permission));
  if (missing === undefined && (asked === undefined) === (given === undefined)) return;
  throw otherRights(
    `the new key lacks a permission of the current one: ${missing}`,
    'see in the console which permissions Twilio still knows, and correct those of the current key',
  );
}

/** The host is not the secret's to choose. */
function verifyPathOf({ current }: KeyAccess): string | undefined {
  const { verify_path } = current;
  if (verify_path === undefined) return undefined;
  const isPath = typeof verify_path === 'string' && /^\/[\w./?=&%~-]{1,500}$/.test(verify_path);
  if (isPath && !/\.\.|\/\//.test(verify_path)) return verify_path;
  throw new InvalidSecretError('field verify_path is not a path', {
    hint: 'write what comes after https://api.twilio.com, from its first slash on',
  });
}

const api = twilioAt('api');
const iam = twilioAt('iam');
