import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Api } from '../../../../shared/keys/api/call.ts';
import { paged, textAt } from '../../../../shared/keys/api/read.ts';
import { send } from '../../../../shared/keys/api/send.ts';
import { type HttpAnswer, type HttpRequest, nodeTransport } from '../../../../shared/keys/api/transport.ts';
import { type TestContext, testContext } from '../../../support/context.ts';

const ok: HttpAnswer = { status: 200, headers: {}, body: '{"key":"abc"}' };
const get = {
  method: 'GET',
  path: '/keys?of=me',
  as: 'the admin key',
  headers: { authorization: 'Bearer swordfish' },
} as const;

/** Answers in this order; the last one for ever. */
function api(...answers: (HttpAnswer | Error)[]): Api & { seen: HttpRequest[]; ctx: TestContext } {
  const seen: HttpRequest[] = [];
  return {
    name: 'acme',
    base: 'https://api.acme.example',
    ctx: testContext(),
    seen,
    transport: async (request) => {
      seen.push(request);
      const answer = answers[Math.min(seen.length, answers.length) - 1] ?? ok;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
}
const pauses = ({ ctx }: { ctx: TestContext }) =>
  ctx.lines.flatMap(({ fields }) => (fields as { pauseMs?: number } | undefined)?.pauseMs ?? []);
const failed = (code: string) => Object.assign(new Error('swordfish'), { code });

describe('a call', () => {
  it('goes to the base, or to the endpoint in its place, as JSON or as a form', async () => {
    const direct = api();
    const proxied = { ...api(), ctx: testContext({ providerEndpoint: 'http://127.0.0.1:1/' }) };

    await send(direct, { ...get, method: 'POST', json: { name: 'ä' } });
    await send(proxied, { ...get, method: 'POST', form: { a: 'b c' } });

    expect(direct.seen[0]?.url.href).toBe('https://api.acme.example/keys?of=me');
    expect(direct.seen[0]?.headers).toMatchObject({ 'content-type': 'application/json', 'content-length': '13' });
    expect(proxied.seen[0]?.url.href).toBe('http://127.0.0.1:1/keys?of=me');
    expect(proxied.seen[0]?.body).toBe('a=b+c');
  });

  it.each([
    ['seconds', '1', 1000],
    ['a date that is past', 'Thu, 01 Jan 2026 00:00:00 GMT', 0],
    ['nothing', undefined, 250],
  ])('is repeated after a 429 with %s in Retry-After', async (_what, header, pause) => {
    const turned: HttpAnswer = { status: 429, headers: { 'retry-after': header }, body: '' };
    const at = api(turned, ok);

    const answer = await send(at, { ...get, method: 'POST', json: {} });

    expect(answer.body).toEqual({ key: 'abc' });
    expect(pauses(at)).toEqual([pause]);
  });

  const inTwoSeconds = () => String(Math.ceil(Date.now() / 1000) + 2);
  it.each([
    ['Datadog: seconds', 'x-ratelimit-reset', () => '2', 2000],
    ['Auth0, SendGrid: epoch seconds', 'x-ratelimit-reset', inTwoSeconds, 2000],
    ['Okta: epoch seconds', 'x-rate-limit-reset', inTwoSeconds, 2000],
    ['GitLab: epoch seconds', 'ratelimit-reset', inTwoSeconds, 2000],
    ['OpenAI: a duration', 'x-ratelimit-reset-requests', () => '1s', 1000],
    ['OpenAI: a short one', 'x-ratelimit-reset-requests', () => '320ms', 320],
    ['a time that is past', 'x-ratelimit-reset', () => '1700000000', 250],
    ['no time', 'x-ratelimit-reset', () => 'soon', 250],
  ])('is repeated after a 429 when its limit is reset. %s', async (_what, header, told, pause) => {
    const at = api({ status: 429, headers: { [header]: told() }, body: '' }, ok);

    await send(at, get);

    const [waited = 0] = pauses(at);
    expect(Math.abs(waited - pause)).toBeLessThan(1100);
    expect(waited).toBeGreaterThanOrEqual(Math.min(pause, 250));
    if (pause < 1000) expect(waited).toBe(pause);
  });

  it.each([
    ['minutes', '6m0s'],
    ['an epoch', '99999999999'],
  ])('is not repeated when its limit is reset too late: %s', async (_what, told) => {
    const at = api({ status: 429, headers: { 'x-ratelimit-reset-requests': told }, body: '' });

    await expect(send(at, get)).rejects.toMatchObject({ code: 'THROTTLED', retryable: true });
    expect(at.seen).toHaveLength(1);
  });

  it('takes a reset for no answer to how long a broken server is broken', async () => {
    const at = api({ status: 503, headers: { 'x-ratelimit-reset': '60' }, body: '' }, ok);

    await send(at, get);

    expect(pauses(at)).toEqual([250]);
  });

  it('is not repeated when that would take too long, nor when it may have taken effect', async () => {
    const long = api({ status: 429, headers: { 'retry-after': '60' }, body: '' });
    const half = api({ status: 502, headers: {}, body: '' });

    await expect(send(long, get)).rejects.toMatchObject({ code: 'THROTTLED', retryable: true });
    await expect(send(half, { ...get, method: 'POST', json: {} })).rejects.toMatchObject({ code: 'SERVICE_FAILED' });

    expect([long.seen.length, half.seen.length]).toEqual([1, 1]);
  });

  it('is repeated after a 5xx when it changes nothing, three times at most', async () => {
    const at = api({ status: 503, headers: { 'retry-after': '0' }, body: '' });

    await expect(send(at, get)).rejects.toMatchObject({ code: 'SERVICE_FAILED', retryable: true });

    expect(at.seen).toHaveLength(3);
  });

  it.each([
    [{ ...ok, status: 401 }, 'AUTHENTICATION_REFUSED', false],
    [{ ...ok, status: 403 }, 'PERMISSION_DENIED', false],
    [{ ...ok, status: 400, body: '{"message":"swordfish is no key"}' }, 'SERVICE_FAILED', false],
    [{ ...ok, status: 307, headers: { location: 'https://elsewhere.example/swordfish' } }, 'UNEXPECTED_ANSWER', true],
    [{ ...ok, body: '<html>swordfish</html>' }, 'UNEXPECTED_ANSWER', true],
    [failed('ENOTFOUND'), 'UNREACHABLE_DNS', true],
    [failed('ECONNREFUSED'), 'UNREACHABLE_TCP', true],
    [failed('ECONNRESET'), 'CONNECTION_LOST', true],
    [failed('CERT_HAS_EXPIRED'), 'UNREACHABLE_TLS', true],
    [failed('ERR_TLS_CERT_ALTNAME_INVALID'), 'UNREACHABLE_TLS', true],
  ])('that ends badly is a typed error without a word of the provider: %j', async (answer, code, retryable) => {
    const error = await send(api(answer), get).catch((thrown) => thrown);

    expect(error).toMatchObject({ code, retryable });
    expect(error.message).toContain('acme');
    expect(error.message).not.toContain('swordfish');
  });

  it('that lacks a field says which one, and shows nothing', async () => {
    const at = api({ ...ok, body: '{"data":{"secret":"swordfish"}}' });
    const answer = await send(at, get);

    const look = () => textAt(answer, 'data', 'key');

    expect(look).toThrow('the answer of acme to GET /keys lacks data.key');
    expect(inspect(look, { depth: 9 })).not.toContain('swordfish');
  });
});

it('refuses a credential with a line break in it, and does not take that for the network', async () => {
  const at = api();

  const refused = send(at, { ...get, headers: { authorization: 'Bearer swordfish\n' } });

  await expect(refused).rejects.toMatchObject({
    code: 'INVALID_SECRET',
    fact: expect.stringContaining('the admin key'),
  });
  expect(at.seen).toEqual([]);
});

describe('the network', () => {
  it('is not spoken to in clear beyond this machine', async () => {
    const url = new URL('http://api.acme.example/');

    const refused = nodeTransport({ method: 'GET', url, headers: {}, signal: AbortSignal.timeout(1000) });

    await expect(refused).rejects.toThrow('this machine only');
  });
});

it('reads all pages of a list, and takes no half of one that has no end', async () => {
  const three = await paged<number, number>(async (at = 1) => ({ items: [at], next: at < 3 ? at + 1 : undefined }));
  const endless = paged<number, number>(async (at = 1) => ({ items: [at], next: at + 1 }));

  expect(three).toEqual([1, 2, 3]);
  await expect(endless).rejects.toMatchObject({ code: 'UNEXPECTED_ANSWER' });
});
