import { InvalidSecretError } from '../../../rotation/errors.ts';
import { isBare, keySecretSchema } from '../../secret.ts';

const options = {
  required: { api_token: 'give the API token that works now' },
  visible: ['account_id', 'token_id'],
  plain: 'api_token',
};

export const cloudflareAdminSchema = keySecretSchema(options);
export type CloudflareSecret = ReturnType<typeof cloudflareAdminSchema.parse>;

/** A bare token has no room for its id; a JSON value has, and is told from a used token by it. */
export const cloudflareSchema: typeof cloudflareAdminSchema = {
  ...cloudflareAdminSchema,
  parse(text, what) {
    const value = cloudflareAdminSchema.parse(text, what);
    if (isBare(value) || (typeof value.token_id === 'string' && value.token_id !== '')) return value;
    throw new InvalidSecretError(`field token_id of ${what} is missing`, {
      hint: 'give the id of the token: GET https://api.cloudflare.com/client/v4/user/tokens/verify (…/accounts/<account_id>/tokens/verify) with it shows it',
    });
  },
};
