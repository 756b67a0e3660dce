/** Who gets into a page, and what it does for whom, whatever it is a page of. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPage } from '../../page/server.ts';
import type { Source, View } from '../../page/source.ts';
import { chromium, startBrowser } from '../support/browser.ts';
import { askOf, insideOf } from './ask.ts';

const pause = { leastMs: 5, mostMs: 40 };
let acts: unknown[];
let looks: { at: number; chosen: string | undefined }[];
let view: View;
let page: Awaited<ReturnType<typeof startPage>>;
let url: URL;

async function open(more: Partial<Source> = {}) {
  page = await startPage({
    pause,
    view: async (chosen) => {
      looks.push({ at: Date.now(), chosen });
      return view;
    },
    act: async (given) => {
      acts.push(given);
      return undefined;
    },
    ...more,
  });
  url = new URL(page.url);
  return askOf(url);
}
let ask: Awaited<ReturnType<typeof open>>;
beforeEach(async () => {
  acts = [];
  looks = [];
  view = { title: 'A page', secrets: [] };
  ask = await open();
});
afterEach(() => page.close());

describe('the door', () => {
  it('lets nobody in who has not the address that the terminal shows', async () => {
    const paths = ['/', '/events', '/?token=', '/?token=of-somebody-else', `/events${url.search}`, `/act${url.search}`];
    const answers = await Promise.all(paths.map((path) => ask(path)));

    expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 403));
    expect(answers.some(({ headers }) => 'set-cookie' in headers)).toBe(false);
    expect(looks).toEqual([]);
  });

  it('takes no address but one that differs in nothing', async () => {
    const token = url.searchParams.get('token') ?? '';
    const others = [token.slice(1), token.slice(0, -1), `${token}A`, token.toUpperCase(), `${token}&token=${token}`];

    for (const other of others) expect((await ask(`/?token=${other}`)).status).toBe(403);
    expect((await ask(`/?token=${token}`)).status).toBe(200);
  });

  it('takes the address once, for a cookie that no script reads and no other page sends', async () => {
    const first = await ask(url.pathname + url.search);
    const second = await ask(url.pathname + url.search);

    expect([first.status, second.status]).toEqual([200, 403]);
    expect(String(first.headers['set-cookie'])).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/);
    const cookie = String(first.headers['set-cookie']).split(';')[0] ?? '';
    const again = await ask('/', { cookie });
    expect([again.status, again.headers['set-cookie']]).toEqual([200, undefined]);
    expect((await ask('/', { cookie: `${cookie}A` })).status).toBe(403);
    expect((await ask('/', { cookie: cookie.replace(/\d+/, '1') })).status).toBe(403);
  });

  it('keeps the address for the browser: who only looks what is there does not use it up', async () => {
    expect((await ask(url.pathname + url.search, {}, undefined, 'HEAD')).status).toBe(403);
    expect((await ask(url.pathname + url.search, { host: 'rebound.test' })).status).toBe(403);
    expect((await ask(url.pathname + url.search)).status).toBe(200);
  });

  it.each([
    ['another name for this machine', { host: 'rebound.test' }, undefined],
    ['another port', { host: '127.0.0.1:1' }, undefined],
    ['another page that reads', { origin: 'http://evil.test' }, undefined],
    ['another port of this machine, whose requests have no Origin', { 'sec-fetch-site': 'same-site' }, undefined],
    ['another page that acts', { origin: 'http://evil.test' }, { act: 'reset' }],
    ['a page without an origin that acts', { origin: 'null' }, { act: 'reset' }],
    ['whoever does not say where it comes from', {}, { act: 'reset' }],
  ])('refuses, even with the cookie: %s', async (_, headers, body) => {
    const { cookie, key } = await insideOf(url);

    const { status } = await ask(
      `${body ? '/act' : '/events'}?key=${key}`,
      { cookie, ...headers } as Record<string, string>,
      body,
    );

    expect([status, acts, looks]).toEqual([403, [], []]);
  });

  it('lets nobody look or act who has the cookie alone, as whoever listens on another port of this machine has', async () => {
    const { cookie, key } = await insideOf(url);
    const from = { cookie, origin: url.origin };
    const keys = ['', '?key=', `?key=${key.slice(1)}`, `?key=${key}A`, url.search];
    const answers = [
      ...(await Promise.all(keys.map((search) => ask(`/act${search}`, from, { act: 'reset' })))),
      ...(await Promise.all(keys.map((search) => ask(`/events${search}`, from)))),
    ];

    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 403));
    expect([acts, looks]).toEqual([[], []]);
    expect((await ask('/', { cookie })).text).not.toContain(key);
  });

  it('lets nobody act without the cookie', async () => {
    const { status } = await ask(`/act${url.search}`, { origin: url.origin }, { act: 'reset' });

    expect([status, acts]).toEqual([403, []]);
  });

  it.skipIf(!chromium)(
    'lets in who clicks the address in a page of another site, and takes the token away',
    async () => {
      const browser = await startBrowser();
      try {
        await browser.open(`http://localhost:${url.port}/`);
        await expect.poll(() => browser.evaluate('document.body.innerText')).toContain('It works once');
        await browser.evaluate(`location.href = '${page.url}'`);

        await expect.poll(() => browser.evaluate('document.title')).toBe('A page');
        expect(await browser.evaluate('location.href')).toBe(`${url.origin}/`);
        expect(await browser.evaluate('document.cookie')).toBe('');
      } finally {
        await browser.close();
      }
    },
  );
});

describe('the page', () => {
  it('runs no script and loads nothing but its own', async () => {
    const { cookie } = await insideOf(url);
    const { headers, text } = await ask('/', { cookie });
    const policy = String(headers['content-security-policy']);
    const [, nonce] = /script-src 'nonce-([^']+)'/.exec(policy) ?? [];

    expect(policy).toMatch(
      /^default-src 'none'; .*connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    );
    expect(text.match(/<script[^>]*>/g)).toEqual([`<script nonce="${nonce}">`]);
    expect((await ask('/', { cookie })).headers['content-security-policy']).not.toBe(policy);
    expect(text).not.toMatch(/innerHTML|https?:/);
  });

  it('does what a button carries, and says what was wrong with it', async () => {
    const { cookie, key } = await insideOf(url);
    const headers = { cookie, origin: url.origin };

    expect((await ask(`/act?key=${key}`, headers, { act: 'one' })).status).toBe(200);
    expect(acts).toEqual([{ act: 'one' }]);
    await page.close();
    ask = await open({ act: async () => 'It is gone.' });
    const other = await insideOf(url);
    const there = { cookie: other.cookie, origin: url.origin };
    const refused = await ask(`/act?key=${other.key}`, there, { act: 'two' });
    expect([refused.status, refused.text]).toEqual([400, 'It is gone.\n']);
  });

  it('is on loopback alone, at the port that was asked for', async () => {
    const other = await startPage({ pause, view: async () => view }, 0);
    const { port, hostname } = new URL(other.url);
    await other.close();
    const again = await startPage({ pause, view: async () => view }, Number(port));

    expect([hostname, new URL(again.url).port]).toEqual(['127.0.0.1', port]);
    await expect(startPage({ pause, view: async () => view }, Number(port))).rejects.toThrow('EADDRINUSE');
    await again.close();
  });

  it('looks at what was chosen while somebody listens, more rarely while nothing changes, and not after', async () => {
    const { cookie, key } = await insideOf(url);
    const listening = fetch(`${url.origin}/events?key=${key}&secret=one`, { headers: { cookie, host: url.host } });
    const reader = (await listening).body?.getReader();
    await expect.poll(() => looks.length).toBeGreaterThan(8);
    await reader?.cancel();
    await expect.poll(() => Date.now() - (looks.at(-1)?.at ?? 0)).toBeGreaterThan(3 * pause.mostMs);

    const waits = looks.map(({ at }, index) => at - (looks[index - 1]?.at ?? at));
    expect(new Set(looks.map(({ chosen }) => chosen))).toEqual(new Set(['one']));
    expect(waits[8]).toBeGreaterThanOrEqual(pause.mostMs - 1);
  });
});
