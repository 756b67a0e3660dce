/**
 * A double of Twilio's auth tokens: https://www.twilio.com/docs/iam/api/secondary_authtoken and .../authtoken.
 * What a second POST says, and what is said where there is nothing to promote or delete, is in no page of Twilio's; it is taken from
 * a client's source: https://github.com/dixahq/twilio-scala
 */
import type { DoubleAnswer, ProviderDouble } from '../../local/doubles/double.ts';
import { basicOf, created, ok, serve } from '../../local/doubles/double.ts';
import { type Account, asOwner, failure, hex, newAccount, shownAccount } from '../../local/doubles/twilio/account.ts';

export interface TwilioTokenDouble extends ProviderDouble {
  readonly account: Account;
  /** Shows to each token itself as the primary one. Twilio does not, says everybody; the provider must notice if it did. */
  echoes: boolean;
}

const missing = (path: string) => failure(404, 20404, `The requested resource ${path} was not found`);

export async function startTwilioAuthToken(): Promise<TwilioTokenDouble> {
  const account = newAccount();
  const first = account.primary.value;
  const dates = { date_created: '2026-01-01T00:00:00Z', date_updated: '2026-01-01T00:00:00Z' };

  const create = (): DoubleAnswer => {
    if (account.secondary !== undefined) return failure(400, 70002, 'A secondary auth token exists');
    account.secondary = { value: hex(), lag: double.lag };
    return created({ account_sid: account.sid, secondary_auth_token: account.secondary.value, ...dates });
  };
  const promote = (): DoubleAnswer => {
    if (account.secondary === undefined) return missing('/AuthTokens/Promote');
    account.primary = account.secondary;
    account.secondary = undefined;
    return ok({ account_sid: account.sid, auth_token: account.primary.value, ...dates });
  };
  const remove = (): DoubleAnswer => {
    if (account.secondary === undefined) return missing('/AuthTokens/Secondary');
    account.secondary = undefined;
    return { status: 204 };
  };

  const served = await serve({
    'GET /2010-04-01/Accounts/:sid.json': asOwner(account, (request) => {
      if (!double.echoes) return shownAccount(account);
      const [, asked] = basicOf(request);
      return ok({ sid: account.sid, auth_token: asked });
    }),
    'POST /v1/AuthTokens/Secondary': asOwner(account, create),
    'DELETE /v1/AuthTokens/Secondary': asOwner(account, remove),
    'POST /v1/AuthTokens/Promote': asOwner(account, promote),
  });

  const live = () =>
    [account.primary, account.secondary].flatMap((token) => (token === undefined ? [] : [token.value]));
  const double: TwilioTokenDouble = {
    ...served,
    account,
    echoes: false,
    lag: 0,
    first: { account_sid: account.sid, auth_token: first },
    madeUp: { auth_token: hex() },
    opens: ({ auth_token }) => live().includes(String(auth_token)),
    live,
  };
  return double;
}
