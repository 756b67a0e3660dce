/** rekey console --open: what the opener gets, and who can read it. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { consoleCommand } from '../../cli/console.ts';
import { askOf } from '../page/ask.ts';
import { chromium, startBrowser } from '../support/browser.ts';
import { startWorld } from './world.ts';

const isLinux = process.platform === 'linux';

describe.skipIf(!isLinux)('rekey console --open, where xdg-open opens pages', () => {
  let world: Awaited<ReturnType<typeof startWorld>>;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.close());
  let folder: string;
  let stop: AbortController;
  let ended: Promise<unknown>;
  const told = { stdout: '', stderr: '' };
  beforeEach(async () => {
    await world.sandbox.reset();
    folder = mkdtempSync(join(tmpdir(), 'rekey-opener-'));
    stop = new AbortController();
    ended = Promise.resolve();
    told.stdout = told.stderr = '';
  });
  afterEach(async () => {
    stop.abort();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });

  /** Something that is called xdg-open. It does what the script says, and has noted what it was given. */
  function install(script: string): void {
    const file = join(folder, 'xdg-open');
    writeFileSync(file, `#!/bin/sh\n/usr/bin/env > ${folder}/env\nprintf '%s\\n' "$@" > ${folder}/given\n${script}\n`);
    chmodSync(file, 0o755);
  }
  const noted = (name: string) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '');
  function start(env: Record<string, string>): void {
    const output = (name: 'stdout' | 'stderr') => ({
      write: (text: string) => {
        told[name] += text;
      },
    });
    ended = world.run(consoleCommand, ['--open'], {
      env: { PATH: folder, AWS_SECRET_ACCESS_KEY: 'not-for-browsers', ...env },
      stdout: output('stdout'),
      stderr: output('stderr'),
      signal: stop.signal,
    });
  }
  const url = () => new URL(/http:\S+/.exec(told.stdout)?.[0] ?? '');

  it('gives a file that only this user may read, and neither the address nor credentials', async () => {
    install('exit 0');
    start({ DISPLAY: ':0' });
    await expect.poll(() => noted('given')).toContain('\n');

    const given = noted('given').trim();
    const file = fileURLToPath(given);
    const token = url().searchParams.get('token') ?? '';

    expect(given).toMatch(/^file:\/\/\S+\/open\.html$/);
    expect(token.length).toBeGreaterThan(20);
    expect([given.includes(token), given.includes(url().port)]).toEqual([false, false]);
    expect([statSync(file).mode & 0o777, statSync(dirname(file)).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(readFileSync(file, 'utf8')).toContain(String(url()));
    expect(noted('env')).toContain('DISPLAY=:0');
    expect(noted('env')).not.toContain('AWS_');
    expect(told.stderr).toBe('');
    stop.abort();
    expect(await ended).toMatchObject({ status: 0 });
    expect(existsSync(dirname(file))).toBe(false);
  });

  it.skipIf(!chromium)('leads a browser to the page, and that lets nobody else in', async () => {
    await world.rotating('app');
    install('exit 0');
    start({ WAYLAND_DISPLAY: 'wayland-0' });
    await expect.poll(() => noted('given')).toContain('\n');
    const browser = await startBrowser();
    try {
      await browser.open(noted('given').trim());

      await expect.poll(() => browser.evaluate('document.title')).toBe('Rekey us-east-1');
      expect(await browser.evaluate('location.href')).toBe(`${url().origin}/`);
      expect(await browser.evaluate('document.referrer')).toBe('');
      await browser.evaluate('location.reload()');
      await expect.poll(() => browser.evaluate('document.body.innerText')).toContain('never rotated');
      expect((await askOf(url())(url().pathname + url().search)).status).toBe(403);
    } finally {
      await browser.close();
    }
  });

  it.each([
    ['there is no desktop', {}, 'exit 0', 'neither DISPLAY nor WAYLAND_DISPLAY is set'],
    ['there is no opener', { DISPLAY: ':0', PATH: '/nowhere' }, 'exit 0', 'xdg-open does not start (ENOENT)'],
    ['it fails', { DISPLAY: ':0' }, 'exit 3', 'xdg-open ended with 3'],
  ])('says so and goes on where %s', async (_, env, script, why) => {
    install(script);
    start(env as Record<string, string>);

    await expect.poll(() => told.stderr).toBe(`no browser was opened: ${why}. Open the address yourself.\n`);

    expect(told.stdout).toContain(`  ${url()}\n\nCtrl-C ends it.\n`);
    expect((await askOf(url())(url().pathname + url().search)).status).toBe(200);
  });

  it('goes on where its file cannot be written', async () => {
    const before = process.env.TMPDIR;
    process.env.TMPDIR = join(folder, 'no-such');
    install('exit 0');
    try {
      start({ DISPLAY: ':0' });
      await expect.poll(() => told.stderr).toContain('no browser was opened: ENOENT');
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    }

    expect(noted('given')).toBe('');
    expect((await askOf(url())(url().pathname + url().search)).status).toBe(200);
  });
});
