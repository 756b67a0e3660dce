/** What both of Twilio's credentials share: hosts, basic authentication, and the account they belong to. */
import { InvalidSecretError } from '../../../rotation/errors.ts';
import { segment } from '../../api/path-segment.ts';
import { basic, vendor } from '../../api/vendor.ts';
import type { KeyAccess, KeySecret } from '../../provider.ts';
import { keySecretSchema } from '../../secret.ts';

export const ACCOUNT_HINT = 'give the SID of the account: AC and 32 characters';

const fields = keySecretSchema({
  required: { account_sid: ACCOUNT_HINT },
  visible: ['account_sid', 'api_key_sid'],
});

export type TwilioAdmin = ReturnType<typeof fields.parse>;

/** The account's auth token, or a key that may manage keys: a Main key, or a Restricted one with those permissions. */
export const twilioAdminSchema: typeof fields = {
  ...fields,
  parse(text, what) {
    const value = fields.parse(text, what);
    if (credentialIn(value) !== undefined) return value;
    throw new InvalidSecretError(`${what} has neither auth_token nor api_key_sid and api_key_secret`, {
      hint: 'give the auth token of the account, or a Main key',
    });
  },
};

/** A host for each part of the API: api, iam, accounts. */
export const twilioAt = (host: string) =>
  vendor<TwilioAdmin>({
    name: 'twilio',
    base: `https://${host}.twilio.com`,
    admin: ({ admin }) => asHolder(admin, 'the admin credential'),
  });

export function accountPath({ current }: KeyAccess): string {
  return `/2010-04-01/Accounts/${segment(current.account_sid, 'account_sid')}`;
}

/** https://www.twilio.com/docs/usage/requests-to-twilio#credentials */
export function asHolder(secret: KeySecret, as: string) {
  return { as, headers: credentialIn(secret) ?? {} };
}

function credentialIn({ account_sid, auth_token, api_key_sid, api_key_secret }: KeySecret) {
  if (isText(api_key_sid) && isText(api_key_secret)) return basic(api_key_sid, api_key_secret);
  return isText(auth_token) ? basic(String(account_sid), auth_token) : undefined;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
