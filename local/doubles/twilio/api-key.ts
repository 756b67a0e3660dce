/** A double of Twilio's API keys: https://www.twilio.com/docs/iam/api-keys/key-resource-v1 */
import { type DoubleAnswer, type DoubleRequest, type ProviderDouble, serve } from '../double.ts';
import { asOwner, failure, hex, newAccount, refused, type StoredKey, shownAccount, whoAsks } from './account.ts';

export interface TwilioKeyDouble extends ProviderDouble {
  readonly keys: ReadonlyMap<string, StoredKey>;
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
  const shown = ({ sid, name, created }: StoredKey) => ({
    sid,
    friendly_name: name,
    date_created: created.toUTCString().replace('GMT', '+0000'),
    date_updated: created.toUTCString().replace('GMT', '+0000'),
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
    return { status: 200, json: { keys: found.map(shown), meta } };
  };
  const create = ({ body }: DoubleRequest): DoubleAnswer => {
    const { AccountSid, FriendlyName = '', KeyType, Policy } = body as Record<string, string>;
    if (AccountSid !== sid) return failure(400, 20001, 'Missing required parameter AccountSid');
    if (FriendlyName.length > LONGEST_NAME) return failure(400, 70001, 'The request has constraint violations');
    if (KeyType !== undefined && KeyType !== 'restricted') return failure(400, 70002, 'KeyType is invalid');
    const allow = KeyType === 'restricted' ? (JSON.parse(Policy ?? '{}').allow as string[]) : [];
    const given = allow.filter((permission) => permission !== double.withheld).toReversed();
    const key = make(FriendlyName, KeyType === 'restricted' ? 'restricted' : 'standard', given, double.lag);
    return { status: 201, json: { ...shown(key), ...policyOf(key), secret: key.secret } };
  };
  const numbers = (request: DoubleRequest, permission: string): DoubleAnswer => {
    const asking = whoAsks(account, request);
    if (asking === undefined) return refused;
    if (asking !== 'token' && asking.kind === 'restricted' && !asking.allow.includes(permission)) {
      return failure(401, 70051, 'Authorization Error');
    }
    return { status: 200, json: { page_size: 1 } };
  };

  const first = make('made by hand', given.kind, given.allow ?? [], 0);
  const served = await serve([
    [
      'GET',
      /^\/2010-04-01\/Accounts\/([^/]+)\.json$/,
      (request) => asOwner(account, request, () => shownAccount(account)),
    ],
    [
      'GET',
      /^\/2010-04-01\/Accounts\/[^/]+\/IncomingPhoneNumbers\.json$/,
      (request) => numbers(request, '/twilio/phone-numbers/incoming-phone-numbers/list'),
    ],
    [
      'GET',
      /^\/2010-04-01\/Accounts\/[^/]+\/Messages\.json$/,
      (request) => numbers(request, '/twilio/messaging/messages/list'),
    ],
    ['GET', /^\/v1\/Keys$/, (request) => asOwner(account, request, () => list(request))],
    ['POST', /^\/v1\/Keys$/, (request) => asOwner(account, request, () => create(request))],
    [
      'GET',
      /^\/v1\/Keys\/([^/]+)$/,
      (request) =>
        asOwner(account, request, () => {
          const key = keys.get(request.params[0] ?? '');
          if (key === undefined) return failure(404, 20404, 'The requested resource was not found');
          return { status: 200, json: { ...shown(key), ...policyOf(key) } };
        }),
    ],
    [
      'DELETE',
      /^\/v1\/Keys\/([^/]+)$/,
      (request) =>
        asOwner(account, request, () =>
          keys.delete(request.params[0] ?? '')
            ? { status: 204 }
            : failure(404, 20404, 'The requested resource was not found'),
        ),
    ],
  ]);

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
