/** A double of Twilio's API keys: https://www.twilio.com/docs/iam/api-keys/key-resource-v1 */
import type { DoubleAnswer, DoubleRequest, ProviderDouble } from '../double.ts';
import { created, ok, serve } from '../double.ts';
import { asOwner, failure, hex, newAccount, refused, type StoredKey, shownAccount, whoAsks } from './account.ts';

export interface TwilioKeyDouble extends ProviderDouble {
  readonly keys: Map<string, StoredKey>;
  /** A permission that new Restricted keys are made without. */
  withheld?: string;
}

export interface FirstKey {
  readonly kind: StoredKey['kind'];
  readonly allow?: readonly string[];
}

const LONGEST_NAME = 64;

export async function startTwilioApiKey(given: FirstKey = { kind: 'standard' }): Promise<TwilioKeyDouble> {
  const account = newAccount();
  const { keys, sid } = account;
  const make = (name: string, kind: StoredKey['kind'], allow: readonly string[], lag: number): StoredKey => {
    const key = { sid: `SK${hex()}`, secret: hex(), name, kind, allow, created: new Date(), lag };
    keys.set(key.sid, key);
    return key;
  };
  const shown = ({ sid, name, created: at }: StoredKey) => ({
    sid,
    friendly_name: name,
    date_created: at.toUTCString().replace('GMT', '+0000'),
    date_updated: at.toUTCString().replace('GMT', '+0000'),
  });
  const policyOf = ({ kind, allow }: StoredKey) => ({ policy: kind === 'restricted' ? { allow } : null });

  const list = ({ query }: DoubleRequest): DoubleAnswer => {
    if (query.get('AccountSid') !== sid) return failure(400, 20001, 'Missing required parameter AccountSid');
    const size = Math.min(Number(query.get('PageSize') ?? 50), 1000);
    const page = Number(query.get('Page') ?? 0);
    const found = [...keys.values()].slice(page * size, (page + 1) * size);
    const address = (at: number) =>
      `https://iam.twilio.com/v1/Keys?AccountSid=${sid}&PageSize=${size}&Page=${at}&PageToken=PTx`;
    const next_page_url = (page + 1) * size < keys.size ? address(page + 1) : null;
    const meta = { page, page_size: size, next_page_url, url: address(page), key: 'keys' };
    return ok({ keys: found.map(shown), meta });
  };
  const create = ({ body }: DoubleRequest): DoubleAnswer => {
    const { AccountSid, FriendlyName = '', KeyType, Policy } = body as Record<string, string>;
    if (AccountSid !== sid) return failure(400, 20001, 'Missing required parameter AccountSid');
    if (FriendlyName.length > LONGEST_NAME) return failure(400, 70001, 'The request has constraint violations');
    if (KeyType !== undefined && KeyType !== 'restricted') return failure(400, 70002, 'KeyType is invalid');
    const allow = KeyType === 'restricted' ? (JSON.parse(Policy ?? '{}').allow as string[]) : [];
    const given = allow.filter((permission) => permission !== double.withheld).toReversed();
    const key = make(FriendlyName, KeyType === 'restricted' ? 'restricted' : 'standard', given, double.lag);
    return created({ ...shown(key), ...policyOf(key), secret: key.secret });
  };
  const needing = (permission: string) => (request: DoubleRequest) => {
    const asking = whoAsks(account, request);
    if (asking === undefined) return refused;
    if (asking !== 'token' && asking.kind === 'restricted' && !asking.allow.includes(permission)) {
      return failure(401, 70051, 'Authorization Error');
    }
    return ok({ page_size: 1 });
  };
  const missing = failure(404, 20404, 'The requested resource was not found');

  const first = make('made by hand', given.kind, given.allow ?? [], 0);
  const accountAt = '/2010-04-01/Accounts/:sid';
  const served = await serve({
    [`GET ${accountAt}.json`]: asOwner(account, () => shownAccount(account)),
    [`GET ${accountAt}/IncomingPhoneNumbers.json`]: needing('/twilio/phone-numbers/incoming-phone-numbers/list'),
    [`GET ${accountAt}/Messages.json`]: needing('/twilio/messaging/messages/list'),
    'GET /v1/Keys': asOwner(account, list),
    'POST /v1/Keys': asOwner(account, create),
    'GET /v1/Keys/:sid': asOwner(account, ({ params: [sid = ''] }) => {
      const key = keys.get(sid);
      return key === undefined ? missing : ok({ ...shown(key), ...policyOf(key) });
    }),
    'DELETE /v1/Keys/:sid': asOwner(account, ({ params: [sid = ''] }) =>
      keys.delete(sid) ? { status: 204 } : missing,
    ),
  });

  const held = ({ api_key_sid, api_key_secret }: Readonly<Record<string, unknown>>) =>
    keys.get(String(api_key_sid))?.secret === api_key_secret;
  const double: TwilioKeyDouble = {
    ...served,
    keys,
    lag: 0,
    first: { account_sid: sid, api_key_sid: first.sid, api_key_secret: first.secret },
    admin: { account_sid: sid, auth_token: account.primary.value },
    powerless: { auth_token: hex() },
    madeUp: { api_key_sid: `SK${hex()}`, api_key_secret: hex() },
    opens: held,
    live: () => [...keys.values()].map(({ secret }) => secret),
  };
  return double;
}
