/** What a page that listens on another port of this machine can do, in a browser that is let in: it is sent the cookie, and has nothing else. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startPage } from '../../page/server.ts';
import { chromium, type Page, startBrowser } from '../support/browser.ts';

describe.skipIf(!chromium)('a page of somebody else', () => {
  let browser: Page;
  let page: Awaited<ReturnType<typeof startPage>>;
  let other: Server;
  let acts: unknown[];
  let asked: { url: string; headers: IncomingHttpHeaders }[];
  let looks: number;
  let origin: string;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    acts = [];
    asked = [];
    looks = 0;
    page = await startPage({
      pause: { leastMs: 20, mostMs: 50 },
      view: async () => {
        looks += 1;
        return { title: 'A page', secrets: [] };
      },
      act: async (given) => void acts.push(given),
    });
    origin = new URL(page.url).origin;
    other = createServer(({ url = '', headers }, response) => {
      asked.push({ url, headers });
      response.setHeader('content-type', 'text/html').end('<title>Other</title><p>other');
    });
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    await browser.open(page.url);
    await expect.poll(() => browser.evaluate('document.title')).toBe('A page');
  });
  afterEach(async () => {
    await page.close();
    other.closeAllConnections();
    other.close();
  });
  const visitOther = async (host = '127.0.0.1') => {
    await browser.open(`http://${host}:${(other.address() as AddressInfo).port}/`);
    await expect.poll(() => browser.evaluate('document.title')).toBe('Other');
    // Nobody listens to the page any more.
    await expect
      .poll(async () => {
        const before = looks;
        await new Promise((resolve) => setTimeout(resolve, 150));
        return looks - before;
      })
      .toBe(0);
  };

  it('is sent the cookie, and neither the address nor the key', async () => {
    const key = await browser.evaluate<string>("sessionStorage.getItem('key')");
    await browser.evaluate(`location.href = 'http://127.0.0.1:${(other.address() as AddressInfo).port}/'`);
    await expect.poll(() => browser.evaluate('document.title')).toBe('Other');

    const headers = asked[0]?.headers;

    expect(headers?.cookie).toMatch(/^rekey-\d+=/);
    expect(headers?.referer).toBeUndefined();
    expect(key.length).toBeGreaterThan(20);
    expect(JSON.stringify(asked)).not.toContain(key);
    expect(await browser.evaluate("sessionStorage.getItem('key')")).toBe(null);
    expect(await browser.evaluate('document.cookie')).toBe('');
  });

  it.each([
    ['reads', "fetch('ORIGIN/events', { credentials: 'include' }).then((a) => a.text())"],
    [
      'reads without caring for the answer',
      "fetch('ORIGIN/events', { mode: 'no-cors', credentials: 'include' }).then((a) => a.text())",
    ],
    [
      'listens',
      "new Promise((done) => { const e = new EventSource('ORIGIN/events', { withCredentials: true }); e.onmessage = done; e.onerror = () => done('refused') })",
    ],
    ['acts', "fetch('ORIGIN/act', { method: 'POST', credentials: 'include', body: '{}' }).then((a) => a.text())"],
    [
      'acts without caring for the answer',
      "fetch('ORIGIN/act', { method: 'POST', mode: 'no-cors', credentials: 'include', headers: { 'content-type': 'text/plain' }, body: '{}' }).then((a) => a.text())",
    ],
    [
      'acts by a form',
      "(() => { document.body.append(Object.assign(document.createElement('iframe'), { name: 'x' })); const form = Object.assign(document.createElement('form'), { method: 'POST', action: 'ORIGIN/act', target: 'x' }); document.body.append(form); form.submit(); return new Promise((done) => setTimeout(() => done(''), 500)) })()",
    ],
  ])('on this machine, which %s, changes nothing and sees nothing', async (_, attempt) => {
    for (const host of ['127.0.0.1', 'localhost']) {
      await visitOther(host);
      const before = looks;

      const got = await browser.evaluate<string>(`${attempt.replaceAll('ORIGIN', origin)}.catch(() => 'refused')`);

      expect(['refused', '']).toContain(got);
      expect([acts, looks]).toEqual([[], before]);
    }
  });
});
