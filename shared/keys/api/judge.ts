/** What an answer, or the lack of one, means: a value or a typed error. No message quotes the provider's text: it may quote what was sent. */
import {
  AuthenticationError,
  DeadlineError,
  PermissionError,
  ProviderError,
  RotationError,
  UnreachableError,
} from '../../rotation/errors.ts';
import { parseObject } from '../../rotation/json.ts';
import { type UnreachableCode, unreachableCode } from '../../rotation/network.ts';
import type { Answer, Api, Call } from './call.ts';
import { unusableAnswer } from './read.ts';
import type { HttpAnswer } from './transport.ts';

/** For one exchange, so that a server that hangs is told from one that is slow. Milliseconds. */
export const CALL_TIMEOUT_MS = 8000;

const NO_ANSWER = 'see the status page of the provider; in a VPC the function needs NAT to reach it';
export const REPEAT = 'see the status page of the provider; the step is safe to repeat';
export const CHECK_NAMES = 'check the names and ids in the secret against the page of the provider';

/** 401 is an AuthenticationError, 403 a PermissionError: a key that lacks a scope is no dead key. */
export function judged(answer: HttpAnswer, api: Api, call: Call): Answer {
  const { status, headers } = answer;
  const what = `${api.name}, ${call.method} ${withoutIds(call.path)}`;
  if ((status >= 200 && status < 300) || call.expected?.includes(status))
    return { status, headers, body: parsed(answer, api, call), of: answerOf(api, call) };
  if (status === 401) throw refused(api.name, call.as, '(HTTP 401)');
  if (status === 403) {
    throw new PermissionError(`${call.as} may not do this: ${what} (HTTP 403)`, {
      hint: 'it is alive but lacks a scope or right; the page of the provider names those it needs',
    });
  }
  if (status === 429) {
    throw new ProviderError(`${api.name} takes no more calls at the moment (HTTP 429)`, {
      code: 'THROTTLED',
      hint: 'its rate limit is used up; the step is safe to repeat',
    });
  }
  if (status >= 300 && status < 400) {
    throw unusableAnswer(`${what} was redirected (HTTP ${status}), which is not followed`, {
      hint: 'check the host or domain in the secret',
    });
  }
  if (status >= 500) throw new ProviderError(`${what} failed (HTTP ${status})`, { hint: REPEAT });
  throw new ProviderError(`${what} was refused (HTTP ${status})`, { retryable: false, hint: CHECK_NAMES });
}

/** A credential that opens nothing. `told` is how the provider said so. */
export function refused(name: string, as: string, how: string): AuthenticationError {
  return new AuthenticationError(`${name} refuses ${as} ${how}`, {
    hint: 'see in its console whether it was revoked or has expired, and store one that works',
  });
}

/** A value that we made, which the provider refuses because of its form: no repeat of the same rotation brings another. */
export function valueRefused(name: string, status: number): ProviderError {
  return new ProviderError(`${name} does not take the value of AWSPENDING (HTTP ${status})`, {
    code: 'PASSWORD_REFUSED',
    retryable: false,
    hint: 'see in its console whether this client has a secret at all, and which it takes; then take AWSPENDING off its version, for that keeps the refused value, and rotate again',
  });
}

/** Ids stand in messages, but whatever comes after a question mark may be anything. */
function withoutIds(path: string): string {
  return path.split('?')[0] ?? path;
}

function parsed({ body, status }: HttpAnswer, api: Api, call: Call): unknown {
  if (body === '') return undefined;
  if (body.trimStart().startsWith('[')) {
    const object = parseObject(`{"list":${body}}`);
    if (object !== undefined) return object.list;
  }
  const object = parseObject(body);
  if (object !== undefined) return object;
  // What says no is allowed to say it in HTML.
  if (call.expected?.includes(status)) return undefined;
  throw unusableAnswer(`${answerOf(api, call)} is not JSON`);
}

function answerOf({ name }: Api, { method, path }: Call): string {
  return `the answer of ${name} to ${method} ${withoutIds(path)}`;
}

export function deadline(api: Api, call: Call): DeadlineError {
  return new DeadlineError(
    `${api.name} had no answer to ${call.method} ${withoutIds(call.path)} before the time limit of the function`,
    { hint: NO_ANSWER },
  );
}

/** `timedOut`: this one exchange took too long, while the function has time left. */
export function failure(error: unknown, timedOut: boolean, api: Api, call: Call): Error {
  const { code = '', name = 'Error' } = error as { code?: string; name?: string };
  if (api.ctx.signal.aborted) return deadline(api, call);
  // The lookup says in its own words why it refuses an address.
  if (error instanceof RotationError) return error;
  if (name === 'AnswerTooLarge')
    return unusableAnswer(`the answer of ${api.name} is larger than any that it should give`);
  const { host } = new URL(api.ctx.providerEndpoint ?? api.base);
  const reason = timedOut ? 'CONNECTION_LOST' : unreachableCode(code);
  const [what, hint] = WAY[reason];
  const fact = timedOut ? `did not answer within ${CALL_TIMEOUT_MS / 1000} s` : `${what} (${code || name})`;
  return new UnreachableError(`${host} ${fact}`, { code: reason, hint, cause: error });
}

/** What the host did, and what to do about it. */
const WAY: Readonly<Record<UnreachableCode, readonly [what: string, hint: string]>> = {
  UNREACHABLE_DNS: ['does not resolve', 'check the host or domain in the secret; in a VPC the function needs NAT'],
  UNREACHABLE_TLS: [
    'gives no verified TLS connection',
    'its certificate must be valid for this host name; see whether a proxy breaks TLS open',
  ],
  UNREACHABLE_TCP: ['does not answer', 'in a VPC the function needs NAT to reach the provider'],
  CONNECTION_LOST: ['ended the connection', NO_ANSWER],
};
