/** What a person sees of an account, and presses, in a real browser. */
import { writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chromium, type Page, startBrowser } from '../support/browser.ts';
import { patience } from '../support/patience.ts';
import { BROKEN_AND_MARKED, MARKED, startConsoles } from './console-world.ts';
import { ROTATOR } from './world.ts';

describe.skipIf(!chromium)('rekey console in a browser', { timeout: patience(120_000) }, () => {
  let consoles: Awaited<ReturnType<typeof startConsoles>>;
  beforeAll(async () => {
    consoles = await startConsoles();
  });
  afterAll(() => consoles.world.close());
  let browser: Page;
  beforeEach(async () => {
    await consoles.reset();
    browser = await startBrowser();
  });
  afterEach(async () => {
    await browser?.close();
    await consoles.stop();
  });
  const text = () => browser.evaluate<string>('document.body.innerText');
  const focused = () => browser.evaluate<string>('document.activeElement.textContent');
  const tabTo = async (label: string) => {
    for (let tabs = 0; tabs < 20 && (await focused()) !== label; tabs += 1) await browser.press('Tab');
    expect(await focused()).toBe(label);
  };
  async function shot(name: string) {
    for (const [width, isDark] of [
      [390, true],
      [390, false],
      [1280, true],
      [1280, false],
    ] as const) {
      await browser.resize(width, 1000, isDark);
      expect(await browser.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      const folder = process.env.REKEY_SCREENSHOTS;
      if (folder)
        writeFileSync(
          `${folder}/${name}-${width}-${isDark ? 'dark' : 'light'}.png`,
          await browser.screenshot(),
          'base64',
        );
    }
  }

  it('asks, rotates after a yes only, and shows it; with the keyboard alone, on a telephone too', async () => {
    await consoles.world.rotating('prod/payments/a-name-that-is-longer-than-a-telephone-is-wide');
    await consoles.world.rotating('broken', { now: true, value: BROKEN_AND_MARKED });
    await consoles.world.secret('still');
    const { url } = await consoles.start();
    await browser.open(String(url));
    await expect.poll(text).toContain('INVALID_SECRET');
    await expect.poll(text).toContain('rekey explain INVALID_SECRET');
    expect(await text()).not.toMatch(/Break something|An application that logs in/i);
    expect(await text()).toContain('nobody logs in here');
    await shot('console-failed');

    await tabTo('prod/payments/a-name-that-is-longer-than-a-telephone-is-widenever rotated');
    await browser.press('Enter');
    await expect.poll(text).toContain('AWSCURRENT');
    await tabTo('Rotate');
    await browser.press('Enter');
    await expect.poll(text).toContain('Rotates prod/payments');
    await shot('console-asks');
    expect(await focused()).toBe('No');
    await browser.press('Enter');
    expect(consoles.asked('RotateSecret')).toBe(0);
    await tabTo('Rotate');
    await browser.press('Enter');
    await tabTo('Yes');
    await browser.press('Enter');

    await expect.poll(text).toMatch(/AWSCURRENT\s+\S{8}\s+AWSPREVIOUS\s+\S{8}/);
    await expect
      .poll(text)
      .toMatch(
        /createSecret\s+✓\s+\d+ ms\s+setSecret\s+✓\s+\d+ ms\s+testSecret\s+✓\s+\d+ ms\s+finishSecret\s+✓[\s\S]*succeeded/,
      );
    expect(consoles.asked('RotateSecret')).toBe(1);
    await shot('console-rotated');
    for (const name of ['prod/payments/a-name-that-is-longer-than-a-telephone-is-wide', 'broken'])
      expect(await browser.evaluate('document.documentElement.outerHTML')).not.toContain(
        JSON.parse(await consoles.storedIn(name)).value,
      );
    expect(browser.complaints).toEqual([]);
  });

  it('shows a parameter beside secrets, and has its function rotate it after a yes', async () => {
    const { sandbox } = consoles.world;
    const region = { region: 'us-east-1' };
    const Name = '/prod/mail/token';
    const value = async () => {
      const read = await sandbox.ssm.call('GetParameter', { Name, WithDecryption: true }, region);
      return JSON.parse((read as { Parameter: { Value: string } }).Parameter.Value).value;
    };
    await consoles.world.rotating('app', { now: true });
    await sandbox.ssm.call('PutParameter', { Name, Value: MARKED, Type: 'SecureString' }, region);
    await sandbox.functions.invoke(ROTATOR, { Parameter: Name });
    const before = await value();
    await browser.open(String((await consoles.start()).url));
    await expect.poll(text).toContain('1 secret and 1 parameter');

    await tabTo(`${Name}ok`);
    await browser.press('Enter');
    await expect.poll(text).toMatch(/current\s+2\s+previous\s+1/);
    await tabTo('Rotate');
    await browser.press('Enter');
    await expect.poll(text).toContain(`Rotates ${Name} in us-east-1 now, by ${ROTATOR}.`);
    await tabTo('Yes');
    await browser.press('Enter');

    await expect.poll(text).toMatch(/current\s+3\s+previous\s+2/);
    expect(await text()).toMatch(/finishSecret\s+✓[\s\S]*outcome\s+succeeded/);
    await shot('console-parameter');
    for (const each of [before, await value()])
      expect(await browser.evaluate('document.documentElement.outerHTML')).not.toContain(each);
    expect(browser.complaints).toEqual([]);
  });

  it('says when the tool has ended', async () => {
    await consoles.world.rotating('app');
    await browser.open(String((await consoles.start()).url));
    await expect.poll(text).toContain('never rotated');

    await consoles.stop();

    await expect.poll(text).toContain('Rekey us-east-1 has stopped, or cannot be reached.');
  });
});
