/** Twilio API keys, Standard and Restricted: https://www.twilio.com/docs/iam/api-keys/key-resource-v1. docs/providers/twilio.md */
import { InvalidSecretError } from '../../../rotation/errors.ts';
import { segment } from '../../api/path-segment.ts';
import { dateAt, listAt, memberAt, nameAt, objectAt, odd, type Part, paged, textAt, textsAt } from '../../api/read.ts';
import type { Access, IssuingProvider, KeyAccess } from '../../provider.ts';
import { normal, otherRights, requireLivingCurrent, requireSameRights } from '../../same-rights.ts';
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
type TwilioKey = ReturnType<typeof schema.parse>;
type TwilioAccess = Access<TwilioKey, TwilioAdmin>;

export const twilioApiKey: IssuingProvider<TwilioKey, TwilioAdmin> = {
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
    const policy = await policyOf(access);
    // A Restricted key that may read the account is no Main key.
    if (policy === undefined) await requireNoMainKey(access);
    const form = {
      AccountSid: access.current.account_sid,
      FriendlyName: label,
      ...(policy && { KeyType: 'restricted', Policy: JSON.stringify(policy) }),
    };
    const answer = await iam.asAdmin(access, 'POST', KEYS, { form });
    const api_key_sid = textAt(answer, 'sid');
    const api_key_secret = textAt(answer, 'secret');
    access.ctx.redact.add(api_key_secret);
    requireSamePolicy(policyIn(answer), policy);
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

interface Policy {
  readonly allow: readonly string[];
}

/** What a Restricted key may do; undefined for a Standard one. */
async function policyOf(access: TwilioAccess): Promise<Policy | undefined> {
  const answer = await iam.asAdmin(access, 'GET', `${KEYS}/${segment(access.current.api_key_sid, 'api_key_sid')}`);
  const policy = policyIn(answer);
  if (policy === undefined || verifyPathOf(access) !== undefined) return policy;
  throw new InvalidSecretError('the key is Restricted, and the secret does not say how to try its successor', {
    hint: 'give verify_path, a path on api.twilio.com that the key may GET: /2010-04-01/Accounts/AC…/Messages.json?PageSize=1',
  });
}

/** Only a Restricted key has one; of others Twilio says null. An answer that does not say is none of a key that may do all. */
function policyIn(answer: Part): Policy | undefined {
  const policy = memberAt(answer, ['policy']);
  if (policy === null) return undefined;
  return { ...objectAt(answer, 'policy'), allow: textsAt(answer, 'policy', 'allow') };
}

function requireSamePolicy(given: Policy | undefined, asked: Policy | undefined): void {
  const hint = 'see in the console which permissions Twilio still knows, and correct those of the current key';
  requireSameRights(given?.allow ?? [], asked?.allow ?? [], hint);
  if (normal(given) !== normal(asked)) throw otherRights('the new key has another policy than the current one', hint);
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
