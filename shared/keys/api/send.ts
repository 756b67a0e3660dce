/** Calls of a provider's HTTP API: a deadline for each, and repeats where they are safe. */
import { InvalidSecretError } from '../../rotation/errors.ts';
import type { Answer, Api, Call } from './call.ts';
import { CALL_TIMEOUT_MS, deadline, failure, judged } from './judge.ts';
import { type HttpAnswer, nodeTransport } from './transport.ts';

/** Longer than this is for the next try of the step. */
const LONGEST_PAUSE_MS = 5000;
const TRIES = 3;

/** Sends one call. 429 is repeated when the provider says that it may be, and 5xx where repeating is harmless. */
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
  const asked =
    retryAfter(headers['retry-after']) ?? (status === 429 ? reset(headers) : undefined) ?? 250 * 4 ** (turn - 1);
  return asked > LONGEST_PAUSE_MS ? undefined : asked;
}

/** Seconds, or a date: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after. Milliseconds from now. */
function retryAfter(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string') return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/**
 * When a rate limit ends, in each vendor's own words:
 * - Datadog, seconds: https://docs.datadoghq.com/api/latest/rate-limits/
 * - Auth0, SendGrid, Okta, GitLab, epoch seconds: https://auth0.com/docs/troubleshoot/customer-support/operational-policies/rate-limit-policy/rate-limit-use-cases,
 *   https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/rate-limits,
 *   https://developer.okta.com/docs/reference/rl-best-practices/, https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/
 * - OpenAI, '6m0s' or '20ms': https://platform.openai.com/docs/guides/rate-limits
 */
const RESETS = ['x-ratelimit-reset', 'x-rate-limit-reset', 'ratelimit-reset', 'x-ratelimit-reset-requests'];
/** More seconds than that are no time from now, but one since 1970. */
const EPOCH = 1e9;
/** Clocks differ, and what is told in seconds may end later in its last one. Milliseconds. */
const SHORTEST_PAUSE_MS = 250;

/** Milliseconds from now. */
function reset(headers: HttpAnswer['headers']): number | undefined {
  const reset = RESETS.map((name) => headers[name]).find((value) => typeof value === 'string');
  const ms = typeof reset === 'string' ? milliseconds(reset) : undefined;
  return ms === undefined ? undefined : Math.max(ms, SHORTEST_PAUSE_MS);
}

function milliseconds(text: string): number | undefined {
  const seconds = Number(text);
  if (!Number.isNaN(seconds)) return seconds > EPOCH ? seconds * 1000 - Date.now() : seconds * 1000;
  const parts = /^(?:(\d+)h)?(?:(\d+)m)?(?:([\d.]+)s)?(?:(\d+)ms)?$/.exec(text);
  if (parts === null) return undefined;
  const [hours = 0, minutes = 0, wholeSeconds = 0, rest = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return ((hours * 60 + minutes) * 60 + wholeSeconds) * 1000 + rest;
}
