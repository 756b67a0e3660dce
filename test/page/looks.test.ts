/** What a page looks like, and does, in a real browser, whatever it is a page of. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startPage } from '../../page/server.ts';
import type { SecretView, View } from '../../page/source.ts';
import { chromium, type Page, startBrowser } from '../support/browser.ts';
import { askOf, insideOf } from './ask.ts';

const MARKUP = `<img src=x onerror="document.title='taken'"><b>bold</b>&amp;`;
const button = { label: 'Rotate', act: { act: 'rotate' } };
const one = (name: string, more: Partial<SecretView> = {}): SecretView => ({
  arn: `arn:${name}`,
  name,
  function: 'rekey-prod-mail',
  state: 'ok',
  tone: 'good',
  details: { buttons: [button], versions: [{ id: '5f132b22-2079', labels: ['AWSCURRENT'] }], steps: [] },
  ...more,
});
const failing = one('prod/failing', {
  state: 'LOCKED_OUT',
  tone: 'bad',
  details: {
    buttons: [button],
    times: { 'last rotation': '2026-01-01T00:00:00Z' },
    versions: [
      { id: '5f132b22-2079', labels: ['AWSPENDING'], opens: true },
      { id: '80d41486-2079', labels: ['AWSCURRENT'], opens: false },
    ],
    steps: [
      { step: 'createSecret', ms: 30, state: 'done' },
      { step: 'setSecret', state: 'runs' },
      { step: 'testSecret', state: 'failed' },
      { step: 'finishSecret', state: 'waits' },
    ],
    message: { at: 1, outcome: 'failed', code: 'LOCKED_OUT', fact: 'a fact', hint: 'a hint', next: 'rekey explain' },
    earlier: [{ outcome: 'succeeded', at: 1, code: undefined }],
    logins: [{ at: 1, outcome: 'refused', version: '1' }],
  },
});

describe.skipIf(!chromium)('a page in a browser', () => {
  let browser: Page;
  let page: Awaited<ReturnType<typeof startPage>>;
  let view: View;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    page = await startPage({ pause: { leastMs: 20, mostMs: 50 }, view: async () => view, act: async () => undefined });
  });
  afterEach(() => page.close());
  const show = async (...secrets: SecretView[]) => {
    view = { title: 'A page', secrets };
    await browser.open(page.url);
    await expect.poll(text).toContain(secrets[0]?.name ?? 'Nothing here yet');
  };
  const text = () => browser.evaluate<string>('document.body.innerText');
  const focused = () => browser.evaluate<string>('document.activeElement.textContent');
  const look = (expression: string) => browser.evaluate<string>(expression);

  it('takes names, texts and commands for text, whatever they hold', async () => {
    const before = browser.complaints.length;
    const message = { outcome: MARKUP, code: MARKUP, fact: MARKUP, hint: MARKUP, working: MARKUP, next: MARKUP };
    const details = {
      buttons: [{ label: MARKUP, act: {}, asks: MARKUP }],
      times: { [MARKUP]: '2026-01-01T00:00:00Z' },
      versions: [{ id: MARKUP, labels: [MARKUP] }],
      steps: [{ step: MARKUP, state: 'done' as const }],
      message,
      earlier: [message],
    };
    view = { title: MARKUP, secrets: [], problem: MARKUP, note: MARKUP, faults: [MARKUP], breakable: [MARKUP] };
    view = { ...view, secrets: [{ arn: MARKUP, name: MARKUP, function: MARKUP, state: MARKUP, tone: 'bad', details }] };
    await browser.open(page.url);
    await expect.poll(text).toContain(MARKUP);
    await browser.evaluate("document.querySelector('#controls button').click()");

    expect(await look("document.querySelectorAll('img, b').length")).toBe(0);
    expect(await look('document.title')).toBe(MARKUP);
    expect(await look("document.getElementById('plan').textContent")).toBe(MARKUP);
    expect(browser.complaints.slice(before)).toEqual([]);
  });

  it('keeps the focus on what changes, and moves it to the heading when its button is gone', async () => {
    await show(one('first'), one('second', { function: 'rekey-prod-other' }));
    await browser.evaluate("document.querySelectorAll('#list button')[1].focus()");

    view = { ...view, secrets: [one('first'), one('second', { state: 'rotating', tone: 'wait' })] };
    await expect.poll(focused).toBe('secondrotating');
    await browser.evaluate("document.querySelector('#controls button').focus()");
    expect(await focused()).toBe('Rotate');
    const idle = { buttons: [], versions: [], steps: [] };
    view = { ...view, secrets: [one('first', { state: 'rotating', details: idle })] };

    await expect.poll(focused).toBe('first rekey-prod-mail');
    await browser.press('Tab');
    expect(await focused()).not.toBe('');
  });

  it('tells who cannot see it what has changed, and nothing while nothing has', async () => {
    await show(one('app'));
    await browser.evaluate(
      `globalThis.said = [];
       for (const live of document.querySelectorAll('[role=status], [role=alert]'))
         new MutationObserver(() => said.push(live.textContent)).observe(live, { childList: true, subtree: true });`,
    );

    view = { ...view, note: 'something else' };
    await expect.poll(text).toContain('something else');
    view = { ...view, secrets: [one('app', { state: 'rotating', tone: 'wait' })] };
    await expect.poll(() => look('said.join()')).toBe('app: rotating');

    expect(await look("document.getElementById('said').getAttribute('role')")).toBe('status');
    expect(await look("[...document.querySelectorAll('h1, h2, h3')].every((e) => e.textContent)")).toBe(true);
  });

  it.each([
    ['light', 390],
    ['dark', 390],
    ['light', 1280],
    ['dark', 1280],
  ])('is easy to read, and fits: %s, %d', async (scheme, width) => {
    await browser.resize(width, 1000, scheme === 'dark');
    const long = one(`prod/${'a-very-long-name-'.repeat(8)}`, { kind: 'parameter', state: 'rotating', tone: 'wait' });
    await show(failing, one('app'), long, one('never', { state: 'never rotated', tone: 'dim' }));
    await expect.poll(text).toContain('rekey explain');

    const tooFaint = await browser.evaluate<string[]>(CONTRAST);

    expect(tooFaint).toEqual([]);
    expect(await look('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    expect(await look("document.querySelectorAll('td, th').length")).toBeGreaterThan(15);
  });

  it('finds one of 2,000 by its name, and keeps the chosen one', async () => {
    const many = Array.from({ length: 2_000 }, (_, number) => {
      const { details, ...line } = one(`prod/service-${number}`);
      return number === 0 ? { ...line, details } : line;
    }) as SecretView[];
    await show(...many);
    expect(await look("document.querySelectorAll('#list button').length")).toBe(2_000);

    await browser.evaluate("at('filter').value = 'Service-1777'; at('filter').dispatchEvent(new Event('input'))");

    expect(await look("document.getElementById('list').innerText")).toMatch(
      /^prod\/service-0\s+ok\s+prod\/service-1777\s+ok$/,
    );
  });

  it('says what became of the command that is copied', async () => {
    await show(failing);

    await browser.evaluate("[...document.querySelectorAll('button')].find((b) => b.dataset.key === 'copy').click()");

    await expect.poll(text).toMatch(/\nCopied\n|Not copied: the browser does not allow it/);
  });
});

describe('the headers of a page', () => {
  it('keep the address from other pages, and the address from a browser that only guesses', async () => {
    const page = await startPage({
      pause: { leastMs: 20, mostMs: 50 },
      view: async () => ({ title: '', secrets: [] }),
    });
    const url = new URL(page.url);
    const ask = askOf(url);

    const guessed = await ask(url.pathname + url.search, { 'sec-purpose': 'prefetch;prerender' });
    const { cookie, key } = await insideOf(url);
    const { headers, text } = await ask('/', { cookie });

    expect([guessed.status, guessed.headers['set-cookie'], key.length > 20]).toEqual([403, undefined, true]);
    expect(headers).toMatchObject({
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
    });
    // Nothing moves, so nobody has to ask for less of it.
    expect(text).not.toMatch(/animation|transition|behavior: smooth/);
    await page.close();
  });
});

/** Texts with less than 4.5:1 to what is behind them: https://www.w3.org/TR/WCAG22/#contrast-minimum */
const CONTRAST = `(() => {
  const pixel = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });
  const over = (colors) => {
    pixel.clearRect(0, 0, 1, 1);
    for (const color of colors) { pixel.fillStyle = color; pixel.fillRect(0, 0, 1, 1); }
    return [...pixel.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  };
  const light = (rgb) => rgb.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const canvas = matchMedia('(prefers-color-scheme: dark)').matches ? '#121212' : '#ffffff';
  const found = [];
  for (const element of document.querySelectorAll('body *')) {
    if (!element.checkVisibility() || ![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
    const behind = [];
    for (let each = element; each; each = each.parentElement) behind.unshift(getComputedStyle(each).backgroundColor);
    const [text, back] = [over([canvas, ...behind, getComputedStyle(element).color]), over([canvas, ...behind])].map(light).sort((a, b) => b - a);
    const ratio = (text + 0.05) / (back + 0.05);
    if (ratio < 4.5) found.push(element.textContent + ' ' + ratio.toFixed(2));
  }
  return found;
})()`;
