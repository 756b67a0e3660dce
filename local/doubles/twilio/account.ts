/** An account in a double of Twilio: who may ask, and what a refusal looks like. */
import { randomBytes } from 'node:crypto';
import type { Answering, DoubleAnswer, DoubleRequest } from '../double.ts';
import { basicOf, ok } from '../double.ts';

export interface StoredKey {
  readonly sid: string;
  readonly secret: string;
  readonly name: string;
  /** A Main key is made in the console only. */
  readonly kind: 'main' | 'standard' | 'restricted';
  readonly allow: readonly string[];
  readonly created: Date;
  lag: number;
}

export interface TokenUse {
  readonly value: string;
  lag: number;
}

export interface Account {
  readonly sid: string;
  readonly keys: Map<string, StoredKey>;
  primary: TokenUse;
  secondary: TokenUse | undefined;
}

export const hex = () => randomBytes(16).toString('hex');

export function newAccount(): Account {
  return { sid: `AC${hex()}`, keys: new Map(), primary: { value: hex(), lag: 0 }, secondary: undefined };
}

export function failure(status: number, code: number, message: string): DoubleAnswer {
  return { status, json: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status } };
}

/** https://www.twilio.com/docs/api/errors/20003: what anybody gets who is not known, and a key that may not do this. */
export const refused = failure(401, 20003, 'Authenticate');

export function whoAsks(account: Account, request: DoubleRequest): 'token' | StoredKey | undefined {
  const [user, password] = basicOf(request);
  const token = [account.primary, account.secondary].find((one) => one?.value === password);
  if (user === account.sid) return token === undefined || token.lag-- > 0 ? undefined : 'token';
  const key = account.keys.get(user);
  return key?.secret !== password || key.lag-- > 0 ? undefined : key;
}

/** Whole accounts and keys are the business of auth tokens and Main keys: https://www.twilio.com/docs/iam/api-keys/key-resource-v1 */
export function asOwner(account: Account, answer: Answering): Answering {
  return (request) => {
    const asking = whoAsks(account, request);
    return asking === 'token' || asking?.kind === 'main' ? answer(request) : refused;
  };
}

export function shownAccount({ sid, primary }: Account): DoubleAnswer {
  return ok({ sid, auth_token: primary.value, friendly_name: 'double', status: 'active', type: 'Full' });
}
