/** The page of an account: what is in it and what never is, and who may press its button. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { consoleCommand } from '../../cli/console.ts';
import { askOf, insideOf } from '../page/ask.ts';
import { patience } from '../support/patience.ts';
import { BROKEN_AND_MARKED, consolesOfFile, FAILURE, MARKED } from './console-world.ts';
import { BROKEN, ROTATOR } from './world.ts';

const { world, start, enter, stop, arnOf, storedIn, asked } = await consolesOfFile();

const ofTeam = (Value: string): object => ({ Tags: [{ Key: 'team', Value }] });

describe('rekey console', () => {
  it('prints an address of this machine that works once, and ends with its terminal', async () => {
    const { told, url } = await start();

    expect(told.stdout).toBe(`To open once, in a browser of this machine:\n\n  ${url}\n\nCtrl-C ends it.\n`);
    expect(url.hostname).toBe('127.0.0.1');
    expect(await stop()).toMatchObject({ status: 0 });
    await expect(askOf(url)('/')).rejects.toThrow('ECONNREFUSED');
  });

  it('gives the same as data, at the port that was asked for; and says that a port is taken', async () => {
    const port = new URL(world.sandbox.url).port;

    const { told } = await start('--json');

    expect(JSON.parse(told.stdout)).toEqual({ version: 1, region: 'us-east-1', url: expect.stringMatching(/^http/) });
    await expect(world.run(consoleCommand, ['--port', port])).rejects.toMatchObject({
      message: `port ${port} is in use`,
      hint: 'choose another one with --port',
    });
    await expect(world.run(consoleCommand, ['--port', '70000'])).rejects.toMatchObject({
      message: '"70000" is no port',
    });
  });

  it('lists secrets with their states, those first that need a person', async () => {
    await world.secret('a-still');
    await world.rotating('b-well', { now: true });
    await world.rotating('c-broken', { now: true, value: BROKEN });
    await world.rotating('d-template', { by: 'template' });

    const { secrets } = await (await enter((await start()).url)).view();

    expect(secrets.map(({ name, state, tone }) => [name, state, tone])).toEqual([
      ['c-broken', 'INVALID_SECRET', 'bad'],
      ['b-well', 'ok', 'good'],
      ['d-template', 'foreign function', 'dim'],
      ['a-still', 'does not rotate', 'dim'],
    ]);
  });

  it('rotates when the button is pressed, and shows how labels move, the steps and the outcome', async () => {
    await world.rotating('app', { value: MARKED });
    const somebody = await enter((await start()).url);
    const [before] = (await somebody.view('app')).secrets;

    const { status } = await somebody.rotate('app');

    expect(status).toBe(200);
    await world.sandbox.idle();
    const [after] = (await somebody.view('app')).secrets;
    expect(before?.details?.buttons).toEqual([
      {
        label: 'Rotate',
        act: { act: 'rotate', secret: await arnOf('app') },
        asks: `Rotates app in us-east-1 now, by ${ROTATOR}.`,
      },
    ]);
    expect(after?.details?.versions.map(({ labels }) => labels)).toEqual([['AWSCURRENT'], ['AWSPREVIOUS']]);
    expect(after?.details?.versions[1]?.id).toBe(before?.details?.versions[0]?.id);
    expect(after?.details?.steps.map(({ step, state }) => `${step} ${state}`)).toEqual([
      'createSecret done',
      'setSecret done',
      'testSecret done',
      'finishSecret done',
    ]);
    expect(after?.details?.message).toEqual({ at: expect.any(Number), outcome: 'succeeded' });
    expect(after?.details).not.toHaveProperty('logins');
  });

  it('shows a failure with its code, fact, hint, what works and the next command, and no button', async () => {
    await world.rotating('broken', { now: true, value: BROKEN_AND_MARKED });
    const somebody = await enter((await start()).url);

    const [secret] = (await somebody.view('broken')).secrets;

    expect(secret?.details?.message).toEqual(FAILURE);
    expect(secret?.details?.steps[0]).toMatchObject({ step: 'createSecret', state: 'failed' });
    expect(secret?.details?.buttons).toEqual([]);
    const refused = await somebody.rotate('broken');
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('rekey abandon broken')]);
    expect(asked('RotateSecret')).toBe(0);
  });

  it('says that applications are refused, and the command that ends it, where the function saw it', async () => {
    world.sandbox.functions.register('rekey-prod-talking', {
      file: fileURLToPath(new URL('talking.fixture.mjs', import.meta.url)),
      export: 'handler',
      env: { WORKING: 'AWSPENDING' },
    });
    await world.rotating('app', { by: 'rekey-prod-talking', now: true });

    const [secret] = (await (await enter((await start()).url)).view('app')).secrets;

    const [pending, current] = secret?.details?.versions ?? [];
    expect(secret).toMatchObject({ state: 'cut off', tone: 'bad' });
    expect(secret?.details?.message?.next).toBe(
      `aws secretsmanager update-secret-version-stage --secret-id '${secret?.arn}' --version-stage AWSCURRENT ` +
        `--move-to-version-id '${pending?.id}' --remove-from-version-id '${current?.id}'`,
    );
  });

  it('reads no value, and no byte that it sends has one', async () => {
    await world.rotating('app', { value: MARKED });
    await world.rotating('broken', { now: true, value: BROKEN_AND_MARKED });
    const somebody = await enter((await start()).url);
    const values = [MARKED, 'never-to-be-shown-1', 'never-to-be-shown-2'];

    await somebody.view('app');
    await somebody.rotate('app');
    await world.sandbox.idle();
    values.push(await storedIn('app'), JSON.parse(await storedIn('app')).value);
    await somebody.view('app');
    await somebody.view('broken');
    await somebody.rotate('broken');

    expect(somebody.seen.join('')).toContain('"versions"');
    for (const value of values) {
      expect(value?.length).toBeGreaterThan(15);
      expect(somebody.seen.join('')).not.toContain(value);
    }
    expect(asked('GetSecretValue')).toBe(0);
    expect(asked('DescribeSecret')).toBeGreaterThan(0);
  });

  it.each([
    ['who has not the address', { cookie: '' }],
    ['who has a wrong cookie', { cookie: 'rekey-1=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }],
    ['another name for this machine', { host: 'rebound.test' }],
    ['another page', { origin: 'http://evil.test' }],
    ['another page of this machine', { origin: 'http://127.0.0.1:1' }],
    ['another site, by what the browser says', { 'sec-fetch-site': 'cross-site' }],
  ])('rotates nothing for %s', async (_, headers) => {
    await world.rotating('app');
    const somebody = await enter((await start()).url);

    const { status } = await somebody.rotate('app', headers as Record<string, string>);

    expect([status, asked('RotateSecret'), await world.labels('app')]).toEqual([403, 0, ['AWSCURRENT']]);
  });

  it('with --read-only has no button, and rotates nothing', async () => {
    await world.rotating('app');
    const somebody = await enter((await start('--read-only')).url);

    const { secrets, note } = await somebody.view('app');
    const { status } = await somebody.rotate('app');

    expect([secrets[0]?.details?.buttons, status, asked('RotateSecret')]).toEqual([[], 403, 0]);
    expect(note).toContain('only to look at');
  });

  it('with --tag shows and rotates only secrets with this tag', async () => {
    await world.rotating('mine', ofTeam('payments'));
    await world.rotating('other', ofTeam('mail'));
    const somebody = await enter((await start('--tag', 'team=payments')).url);

    const { secrets } = await somebody.view('other');
    const { status } = await somebody.rotate('other');

    expect([secrets.map(({ name }) => name), status, asked('RotateSecret')]).toEqual([['mine'], 400, 0]);
  });

  it('shows as many as a person can look through, and says how to choose', async () => {
    for (let number = 0; number < 501; number += 1) await world.secret(`secret-${number}`);

    const { secrets, note } = await (await enter((await start()).url)).view();

    expect(secrets).toHaveLength(500);
    expect(note).toContain('choose some with --tag');
  });

  it('ends at once where the account may not be listed; what goes wrong later is told in the page', async () => {
    world.sandbox.faults.add({ operation: 'ListSecrets', action: 'error', times: 9 });
    await expect(start()).rejects.toMatchObject({ code: expect.stringMatching(/^[A-Z_]+$/) });
    await world.sandbox.reset();
    await world.rotating('app');
    const somebody = await enter((await start()).url);
    world.sandbox.faults.add({ operation: 'DescribeSecret', action: 'error', times: 9 });

    const { secrets, problem } = await somebody.view();

    expect(secrets.map(({ name }) => name)).toEqual(['app']);
    expect(problem).toMatch(/^rekey console: [A-Z_]+: .+\nhint: .+$/);
  });

  it('asks as rarely as nothing changes', async () => {
    await world.rotating('app', { now: true });
    const { url } = await start();
    const { cookie, key } = await insideOf(url);
    const listening = await fetch(`${url.origin}/events?key=${key}`, { headers: { cookie } });
    const reader = listening.body?.getReader();
    await expect.poll(() => asked('DescribeSecret'), { timeout: patience(20_000) }).toBe(3);
    await reader?.cancel();

    expect([asked('ListSecrets'), asked('FilterLogEvents')]).toEqual([1, 1]);
  });
});
