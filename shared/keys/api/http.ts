/** Calls of a provider's HTTP API: a deadline for each, repeats where they are safe, every answer a value or a typed error. */
import {
  AuthenticationError,
  DeadlineError,
  InvalidSecretError,
  PermissionError,
  ProviderError,
  RotationError,
  UnreachableError,
} from '../../rotation/errors.ts';
import { parseObject } from '../../rotation/json.ts';
import type { RotationContext } from '../../rotation/strategy.ts';
import { type Part, unusable } from './read.ts';
import { type HttpAnswer, type HttpRequest, nodeTransport, type Transport } from './transport.ts';

export interface Api {
  /** The provider, for messages. */
  readonly name: string;
  /** 'https://api.sendgrid.com'. */
  readonly base: string;
  readonly ctx: RotationContext;
  /** Absent: the network. */
  readonly transport?: Transport | undefined;
  readonly lookup?: HttpRequest['lookup'];
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the base; its parts are the caller's to encode. */
  readonly path: string;
  /** Who asks, for messages: 'the admin credential', 'the new key'. */
  readonly as: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as a form. */
  readonly form?: Readonly<Record<string, string>>;
  /** Statuses besides 2xx that the caller has an answer to: 404 when a key may be gone. */
  readonly expected?: readonly number[];
}

/** Its body is an object, a list, or undefined when it is empty. */
export interface Answer extends Part {
  readonly status: number;
  readonly headers: HttpAnswer['headers'];
}

/** For one exchange, so that a server that hangs is told from one that is slow. Milliseconds. */
const CALL_TIMEOUT_MS = 8000;
/** Longer than this is for the next try of the step. */
const LONGEST_PAUSE_MS = 5000;
const TRIES = 3;

/**
 * Sends one call. 401 is an AuthenticationError, 403 a PermissionError (a key that lacks a scope is no dead key), 429 is repeated
 * after `Retry-After`, and 5xx where repeating is harmless. No message quotes the provider's text: it may quote what was sent.
 */
export async function send(api: Api, call: Call): Promise<Answer> {
  const { ctx } = api;
  for (let turn = 1; ; turn++) {
    const answer = await exchange(api, call);
    const pause = pauseBefore(answer, call, turn);
    if (pause === undefined) return judged(answer, api, call);
    ctx.log('the provider asks for patience', { provider: api.name, status: answer.status, pauseMs: pause });
    await ctx.pause(pause).catch(() => {
      throw deadline(api, call);
    });
  }
}

async function exchange(api: Api, call: Call): Promise<HttpAnswer> {
  const { ctx, transport = nodeTransport } = api;
  const url = new URL((ctx.providerEndpoint ?? api.base).replace(/\/$/, '') + call.path);
  const type = call.json !== undefined ? 'application/json' : 'application/x-www-form-urlencoded';
  const body =
    call.json !== undefined ? JSON.stringify(call.json) : call.form && String(new URLSearchParams(call.form));
  const headers = {
    accept: 'application/json',
    'user-agent': 'rekey',
    ...(body === undefined ? {} : { 'content-type': type, 'content-length': String(Buffer.byteLength(body)) }),
    ...call.headers,
  };
  requirePrintable(headers, call);
  const timeout = AbortSignal.timeout(CALL_TIMEOUT_MS);
  const signal = AbortSignal.any([ctx.signal, timeout]);
  try {
    return await transport({ method: call.method, url, headers, body, signal, lookup: api.lookup });
  } catch (error) {
    throw failure(error, timeout.aborted && !ctx.signal.aborted, api, call);
  }
}

/** A line break that came along when the credential was stored. Node's own error for it looks like one of the network. */
function requirePrintable(headers: Readonly<Record<string, string>>, { as }: Call): void {
  if (Object.values(headers).every((value) => /^[\x20-\x7e]*$/.test(value))) return;
  throw new InvalidSecretError(`${as} has characters that no key has, a line break perhaps`, {
    hint: 'store it again without them: printf, not echo, and no line at the end of the file',
  });
}

/** Undefined: no repeat. A 429 was turned away at the door; after a 5xx only what changes nothing may come again. */
function pauseBefore({ status, headers }: HttpAnswer, call: Call, turn: number): number | undefined {
  const isHarmless = call.method === 'GET' || call.method === 'DELETE';
  if (turn >= TRIES || !(status === 429 || (status >= 500 && isHarmless))) return undefined;
  const asked = retryAfter(headers['retry-after']) ?? 250 * 4 ** (turn - 1);
  return asked > LONGEST_PAUSE_MS ? undefined : asked;
}

/** Seconds, or a date: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after. Milliseconds from now. */
function retryAfter(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string') return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

function judged(answer: HttpAnswer, api: Api, call: Call): Answer {
  const { status, headers } = answer;
  const what = `${api.name}, ${call.method} ${withoutIds(call.path)}`;
  if ((status >= 200 && status < 300) || call.expected?.includes(status))
    return { status, headers, body: parsed(answer, api, call), of: answerOf(api, call) };
  if (status === 401) {
    throw new AuthenticationError(`${api.name} refuses ${call.as} (HTTP 401)`, {
      hint: 'see in its console whether it was revoked or has expired, and store one that works',
    });
  }
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
    throw unusable(`${what} was redirected (HTTP ${status}), which is not followed`, {
      hint: 'check the host or domain in the secret',
    });
  }
  if (status >= 500) {
    throw new ProviderError(`${what} failed (HTTP ${status})`, {
      hint: 'see the status page of the provider; the step is safe to repeat',
    });
  }
  throw new ProviderError(`${what} was refused (HTTP ${status})`, {
    retryable: false,
    hint: 'check the names and ids in the secret against the page of the provider',
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
  throw unusable(`${answerOf(api, call)} is not JSON`);
}

function answerOf({ name }: Api, { method, path }: Call): string {
  return `the answer of ${name} to ${method} ${withoutIds(path)}`;
}

function deadline(api: Api, call: Call): DeadlineError {
  return new DeadlineError(
    `${api.name} had no answer to ${call.method} ${withoutIds(call.path)} before the time limit of the function`,
    {
      hint: 'see the status page of the provider; in a VPC the function needs NAT to reach it',
    },
  );
}

/** Node's codes: https://nodejs.org/api/errors.html#common-system-errors, and OpenSSL's, which begin with CERT_, ERR_TLS_ or ERR_SSL_. */
export function failure(error: unknown, timedOut: boolean, api: Api, call: Call): Error {
  const { code = '', name = 'Error' } = error as { code?: string; name?: string };
  if (api.ctx.signal.aborted) return deadline(api, call);
  // The lookup says in its own words why it refuses an address.
  if (error instanceof RotationError) return error;
  if (name === 'AnswerTooLarge') return unusable(`the answer of ${api.name} is larger than any that it should give`);
  const { host } = new URL(api.ctx.providerEndpoint ?? api.base);
  if (timedOut) {
    return new UnreachableError(`${host} did not answer within ${CALL_TIMEOUT_MS / 1000} s`, {
      code: 'CONNECTION_LOST',
      hint: 'see the status page of the provider; in a VPC the function needs NAT to reach it',
    });
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new UnreachableError(`${host} does not resolve (${code})`, {
      code: 'UNREACHABLE_DNS',
      hint: 'check the host or domain in the secret; in a VPC the function needs NAT',
    });
  }
  if (/^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|EPROTO)/.test(code)) {
    return new UnreachableError(`no verified TLS connection to ${host} (${code})`, {
      code: 'UNREACHABLE_TLS',
      hint: 'its certificate must be valid for this host name; see whether a proxy breaks TLS open',
      cause: error,
    });
  }
  return new UnreachableError(`${host} does not answer (${code || name})`, {
    code: ['ECONNRESET', 'EPIPE'].includes(code) ? 'CONNECTION_LOST' : 'UNREACHABLE_TCP',
    hint: 'in a VPC the function needs NAT to reach the provider',
    cause: error,
  });
}
