/** The page of the sandbox: what is in it, and what a person sees who presses its buttons in a real browser. Who gets in: test/page. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { SSM } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { askOf, insideOf } from '../../page/ask.ts';
import { chromium, type Page, startBrowser } from '../../support/browser.ts';
import { patience } from '../../support/patience.ts';
import { credentials } from '../aws-request.ts';

const main = fileURLToPath(new URL('../../../local/main.ts', import.meta.url));

async function startProgram() {
  const child = spawn(process.execPath, [main, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = '';
  child.stdout.on('data', (chunk) => {
    told += chunk;
  });
  const ended = new Promise((resolve) => {
    child.once('close', resolve);
  });
  await vi.waitUntil(() => told.includes('Ctrl-C') || child.exitCode !== null, { timeout: patience(40_000) });
  const found = (pattern: RegExp) => pattern.exec(told)?.[1] ?? '';
  return {
    services: found(/^sandbox ready on (\S+)$/m),
    page: new URL(found(/^ {2}(http:\S+\?token=\S+)$/m)),
    value: JSON.parse(readFileSync(found(/file:\/\/(\S+)/), 'utf8')) as { password: string },
    close: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

let program: Awaited<ReturnType<typeof startProgram>>;
let ask: ReturnType<typeof askOf>;
/** The one that the address gave for its token, which works once. */
let inside: Awaited<ReturnType<typeof insideOf>>;
beforeAll(async () => {
  program = await startProgram();
  ask = askOf(program.page);
  inside = await insideOf(program.page);
}, patience(60_000));
afterAll(() => program?.close());

describe('the page of the sandbox', () => {
  it.each([
    { act: 'nothing' },
    { act: 'rotate' },
    { act: 'break', fault: 'the machine' },
    { act: 'rotate', secret: 'no-such' },
    { act: 'rotate-parameter', secret: 'no-such', function: 'rekey-postgres-single-user' },
  ])('says what is wrong with %j', async (body) => {
    const { cookie, key } = inside;
    const { status, text } = await ask(`/act?key=${key}`, { cookie, origin: program.page.origin }, body);

    expect([status, text.length > 5]).toEqual([400, true]);
  });

  describe.skipIf(!chromium)('in a browser', { timeout: patience(120_000) }, () => {
    let browser: Page;
    let service: SecretsManager;
    let parameters: SSM;
    beforeAll(async () => {
      browser = await startBrowser();
      const place = { endpoint: program.services, region: 'us-east-1', credentials };
      service = new SecretsManager(place);
      parameters = new SSM(place);
      // A session of its own: the address has been used.
      await browser.open(`${program.page.origin}/`);
      await vi.waitUntil(async () =>
        String(await browser.evaluate('document.body.innerText')).includes('It works once'),
      );
      const [name, value] = inside.cookie.split('=');
      await browser.evaluate(`sessionStorage.setItem('key', '${inside.key}')`);
      await browser.evaluate(`document.cookie = '${name}=${value}; path=/'`);
      await browser.open(`${program.page.origin}/`);
      await vi.waitUntil(async () => (await browser.evaluate('document.title')) === 'Rekey sandbox');
    }, patience(60_000));
    afterAll(async () => {
      service?.destroy();
      parameters?.destroy();
      await browser?.close();
    });
    const text = () => browser.evaluate<string>('document.body.innerText');
    const press = (label: string) =>
      browser.evaluate(
        `[...document.querySelectorAll('button')].find((b) => b.textContent === ${JSON.stringify(label)}).click()`,
      );
    const choose = (name: string) =>
      browser.evaluate(
        `[...document.querySelectorAll('nav button')].find((b) => b.textContent.startsWith(${JSON.stringify(name)})).click()`,
      );
    const password = async () =>
      JSON.parse((await service.getSecretValue({ SecretId: 'app' })).SecretString ?? '{}').password;

    it('makes a secret, rotates it, and shows steps, labels, logins and the message', async () => {
      await expect.poll(text).toContain('Make a secret for single-user');
      await press('Make a secret for single-user');
      await expect.poll(text).toMatch(/checked/);
      await press('Rotate');

      await expect.poll(text).toMatch(/AWSCURRENT\s+\S{8}\s+opens\s+AWSPREVIOUS\s+\S{8}\s+refused/);
      await expect
        .poll(text)
        .toMatch(/createSecret\s+✓\s+\d+ ms\s+setSecret\s+✓\s+\d+ ms\s+testSecret\s+✓\s+\d+ ms\s+finishSecret\s+✓/);
      await expect.poll(text).toContain('succeeded');
      expect(await browser.evaluate("document.querySelectorAll('#strip i').length")).toBeGreaterThan(2);
    });

    it('shows that applications are refused, the code, the hint and the command; and that a retry mends it', async () => {
      await browser.evaluate("document.getElementById('fault').value = 'hang at the promotion'");
      await press('Arm');
      await expect.poll(text).toContain('armed: hang before UpdateSecretVersionStage');
      await press('Rotate');

      await expect.poll(text, { timeout: patience(40_000) }).toContain('Applications are refused now: app');
      await expect.poll(text, { timeout: patience(60_000) }).toMatch(/none of the last|logins refused, for \d+ ms/);
      await expect.poll(text, { timeout: patience(60_000) }).toMatch(/recovered|succeeded/);
    });

    it('makes a parameter, rotates it, and shows its labels, steps, logins and the message', async () => {
      await press('Make a parameter');
      await expect.poll(text).toContain('/reports/database');
      await choose('/reports/database');
      await expect.poll(text).toMatch(/newest\s+1\s+opens/);
      await press('Rotate by single-user');

      await expect.poll(text, { timeout: patience(20_000) }).toMatch(/current\s+2\s+opens\s+previous\s+1\s+refused/);
      const shown = await text();

      expect(shown).toMatch(
        /createSecret\s+✓\s+\d+ ms\s+setSecret\s+✓\s+\d+ ms\s+testSecret\s+✓\s+\d+ ms\s+finishSecret\s+✓\s+\d+ ms/,
      );
      expect(shown).toMatch(/outcome\s+succeeded/);
      expect(shown).toContain('/reports/database parameter, rekey-postgres-single-user');
      expect(await browser.evaluate("document.querySelectorAll('#strip i').length")).toBeGreaterThan(2);
    });

    it('shows the failure of a parameter with its code, hint and command, and a retry that goes on with it', async () => {
      const put = (Value: string) => parameters.putParameter({ Name: '/reports/database', Value, Overwrite: true });
      const before = await parameters.getParameter({ Name: '/reports/database', WithDecryption: true });
      const good = before.Parameter?.Value ?? '';
      await put(JSON.stringify({ ...JSON.parse(good), dbname: 'no-such' }));
      await press('Rotate by single-user');

      await expect
        .poll(text, { timeout: patience(20_000) })
        .toMatch(/outcome\s+failed \([A-Z_]+\)[\s\S]*hint\s+\S[\s\S]*aws ssm/);
      await expect.poll(text).toMatch(/Before that\s+(just now|\d+ \S+ ago)\s+succeeded/i);
      await put(good);
      await press('Retry by single-user');

      await expect.poll(text, { timeout: patience(20_000) }).toMatch(/outcome\s+succeeded/);
      await expect.poll(text).toMatch(/Before that\s+(just now|\d+ \S+ ago)\s+failed/i);
    });

    it('holds no value of a secret, in what it shows and in what it is sent', async () => {
      const { Parameter } = await parameters.getParameter({ Name: '/reports/database', WithDecryption: true });
      const values = [program.value.password, await password(), JSON.parse(Parameter?.Value ?? '{}').password];
      const { cookie, key } = inside;
      const { text: sent } = await ask(`/events?key=${key}`, { cookie });

      expect(sent).toContain('"versions"');
      for (const value of values) {
        expect(value.length).toBeGreaterThan(20);
        expect(sent).not.toContain(value);
        expect(await browser.evaluate('document.documentElement.outerHTML')).not.toContain(value);
      }
    });

    it('is used with the keyboard alone, and keeps the focus while it is drawn anew', async () => {
      await browser.evaluate('document.activeElement.blur()');
      for (
        let tabs = 0;
        tabs < 20 && (await browser.evaluate('document.activeElement.textContent')) !== 'Arm';
        tabs += 1
      )
        await browser.press('Tab');
      await new Promise((resolve) => setTimeout(resolve, 500));

      expect(await browser.evaluate('document.activeElement.textContent')).toBe('Arm');
      await browser.press('Enter');
      await expect.poll(text).toContain('armed:');
      await press('Clear');
    });

    it.each([
      [390, true],
      [1280, false],
    ])('fits a screen of %d, dark: %s', async (width, isDark) => {
      await browser.resize(width, 900, isDark);

      expect(await browser.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      if (process.env.REKEY_SCREENSHOTS) {
        const { writeFileSync } = await import('node:fs');
        writeFileSync(`${process.env.REKEY_SCREENSHOTS}/page-${width}.png`, await browser.screenshot(), 'base64');
      }
    });

    it('complains of nothing', () => {
      // The address was used before, and a rotation failed on purpose.
      expect(browser.complaints.filter((text) => !/status of 40[03]/.test(text))).toEqual([]);
    });
  });
});
