/** What the page of an account asks of AWS, and how it says what no function has said. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { onAccount } from '../../cli/account.ts';
import { listOf } from '../../cli/console/list.ts';
import { consolesOfFile } from './console-world.ts';
import { denyingProxy } from './cost/denying-proxy.ts';
import { BROKEN } from './world.ts';

const consoles = await consolesOfFile();

const later = (ms: number) => vi.spyOn(Date, 'now').mockReturnValue(Date.now() + ms);
afterEach(() => vi.restoreAllMocks());

describe('the list of rekey console', () => {
  it('has all of 600 secrets in mind, and the one first that needs a person', async () => {
    for (let number = 0; number < 600; number += 1) await consoles.world.secret(`secret-${1000 + number}`);
    await consoles.world.rotating('zz-last', { now: true, value: BROKEN });
    const somebody = await consoles.enter((await consoles.start()).url);

    await expect.poll(async () => (await somebody.view()).note).toContain('These are 500 of 601');
    const { secrets } = await somebody.view();

    expect(secrets.map(({ name }) => name).slice(0, 2)).toEqual(['zz-last', 'secret-1000']);
    expect(secrets).toHaveLength(500);
  });

  it('asks the log once a minute of what has failed, however often it is made', async () => {
    await consoles.world.rotating('broken', { now: true, value: BROKEN });
    await consoles.world.rotating('well', { now: true });
    const { url } = consoles.world.sandbox;
    const place = { region: 'us-east-1', endpointUrl: url };
    const terminal = { env: {}, stdout: process.stdout, stderr: process.stderr, signal: new AbortController().signal };

    await onAccount(place, terminal, async (account) => {
      const pages = listOf(account, undefined);
      const states = async () => (await Array.fromAsync(pages())).at(-1)?.items.map(({ name, state }) => [name, state]);
      const first = await states();
      expect(await states()).toEqual(first);
      expect(first).toEqual([
        ['broken', 'failing'],
        ['well', 'ok'],
      ]);
      expect([consoles.asked('FilterLogEvents'), consoles.asked('ListSecrets')]).toEqual([1, 2]);

      later(61_000);
      await states();
      expect(consoles.asked('FilterLogEvents')).toBe(2);
    });
  });

  it('asks once a minute of what goes on, too: a whole fleet may', async () => {
    for (const name of ['one', 'two']) await consoles.world.rotating(name, { now: true, by: 'template' });
    const { url } = consoles.world.sandbox;
    const place = { region: 'us-east-1', endpointUrl: url };
    const terminal = { env: {}, stdout: process.stdout, stderr: process.stderr, signal: new AbortController().signal };

    await onAccount(place, terminal, async (account) => {
      const pages = listOf(account, undefined);
      const states = async () => (await Array.fromAsync(pages())).at(-1)?.items.map(({ state }) => state);
      const asked = () => [consoles.asked('ListSecretVersionIds'), consoles.asked('FilterLogEvents')];
      expect([await states(), await states(), asked()]).toEqual([
        ['rotating', 'rotating'],
        ['rotating', 'rotating'],
        [2, 2],
      ]);

      later(61_000);
      await states();
      expect(asked()).toEqual([4, 4]);
    });
  });

  it('is there without the right to parameters, and says so', async () => {
    await consoles.world.rotating('app');
    await using proxy = await denyingProxy(consoles.world.sandbox.url, { DescribeParameters: {} });
    const somebody = await consoles.enter((await consoles.start('--endpoint-url', proxy.url)).url);

    await expect.poll(async () => (await somebody.view()).note).toContain('ssm:DescribeParameters');
    const { secrets, note, problem } = await somebody.view();

    expect(secrets.map(({ name }) => name)).toEqual(['app']);
    expect(note).toContain('Parameters were not read: DescribeParameters is denied');
    expect(problem).toBeUndefined();
  });

  it.each([
    ['stuck', { now: true, by: 'template' }, 2 * 3_600_000, /has AWSPENDING, the window/, 'rekey abandon app'],
    ['overdue', { now: false }, 60 * 86_400_000, /nothing has rotated it by/, 'rekey doctor app'],
  ])('has the next command for what no function has told of: %s', async (outcome, how, ms, fact, next) => {
    await consoles.world.rotating('app', how);
    later(ms);
    const somebody = await consoles.enter((await consoles.start()).url);

    const [secret] = (await somebody.view('app')).secrets;

    expect(secret?.tone).toBe('bad');
    expect(secret?.details?.message).toMatchObject({ outcome, fact: expect.stringMatching(fact), next });
  });

  it('has the next command for a rollback that has not ended, and no steps of a rotation', async () => {
    await consoles.world.rotating('app', { now: true });
    const { VersionIdsToStages } = await consoles.world.call('DescribeSecret', { SecretId: 'app' });
    const all = Object.entries(VersionIdsToStages as Record<string, string[]>);
    const [back] = all.find(([, labels]) => labels.includes('AWSPREVIOUS')) ?? [];
    await consoles.world.call('UpdateSecretVersionStage', {
      SecretId: 'app',
      VersionStage: 'AWSPENDING',
      MoveToVersionId: back,
    });
    const somebody = await consoles.enter((await consoles.start()).url);
    const [goesOn] = (await somebody.view('app')).secrets;
    later(2 * 3_600_000);

    const [secret] = (await somebody.view('app')).secrets;

    expect(goesOn?.details?.steps.some(({ state }) => state === 'runs')).toBe(false);
    expect([goesOn?.details?.buttons, secret?.details?.buttons]).toEqual([[], []]);
    expect(secret?.details?.message).toMatchObject({ outcome: 'stuck', next: 'rekey rollback app' });
    expect(secret?.details?.times).toHaveProperty('this rollback began');
  });
});
