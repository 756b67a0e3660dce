import { randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Account } from '../../cli/account.ts';
import { startRotation } from '../../cli/acts.ts';
import { refusalOf } from '../../cli/refusal.ts';
import { rotate } from '../../cli/rotate.ts';
import { patience } from '../support/patience.ts';
import { denyingProxy } from './cost/denying-proxy.ts';
import { tooWide } from './printed.ts';
import { BROKEN, ROTATOR, startWorld } from './world.ts';

let world: Awaited<ReturnType<typeof startWorld>>;
beforeAll(async () => {
  world = await startWorld();
});
beforeEach(() => world.sandbox.reset());
afterAll(() => world.close());

const operations = () =>
  world.sandbox.requests.filter(({ caller }) => caller === undefined).map(({ operation }) => operation);
const rotations = () => operations().filter((operation) => operation === 'RotateSecret').length;
const answering = (text: string) => Object.assign(new PassThrough(), { isTTY: true }).end(`${text}\n`);

describe('rekey rotate', () => {
  it('rotates a secret, and shows each step', async () => {
    await world.rotating('prod/key');

    const { status, stdout, stderr } = await world.run(rotate, ['prod/key', '--yes']);

    expect(status).toBe(0);
    expect(stderr).toBe(`Rotates prod/key in us-east-1 now, by ${ROTATOR}.\n`);
    expect(stdout).toMatch(
      /^( {2}(create|set|test|finish)Secret +✓ \d+\.\d s\n){4}✓ prod\/key was rotated in \d+\.\d s\n {2}AWSCURRENT [0-9a-f]{8}, AWSPREVIOUS [0-9a-f]{8}\n$/,
    );
    expect(await world.labels('prod/key')).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
    expect(operations()).not.toContain('GetSecretValue');
  });

  it('waits through calls that are throttled', { timeout: patience(30_000) }, async () => {
    await world.rotating('app');
    const code = 'ThrottlingException';
    // Each is asked four times before the client gives up. The first two descriptions are of before the rotation.
    await using proxy = await denyingProxy(world.sandbox.url, {
      FilterLogEvents: { code, to: 4 },
      DescribeSecret: { code, from: 3, to: 6 },
    });

    const { status, stdout } = await world.run(rotate, ['app', '--yes', '--endpoint-url', proxy.url]);

    expect([status, stdout]).toEqual([0, expect.stringContaining('✓ app was rotated')]);
  });

  it('tells a failure with its code, fact, hint, what works now, and the next command', async () => {
    await world.rotating('broken', { value: BROKEN });
    await world.rotating('other');

    const { status, stdout } = await world.run(rotate, ['broken', '--yes']);

    expect(status).toBe(1);
    expect(stdout).toMatch(
      /^✗ broken failed: INVALID_SECRET\n {2}fact {3}\S[\s\S]*\n {2}hint {3}\S[\s\S]*\n {2}works {2}AWSCURRENT, now\n {2}next {3}rekey explain INVALID_SECRET\n$/,
    );
    expect(tooWide(stdout)).toEqual([]);
  });

  it('asks, and changes nothing without a yes', async () => {
    await world.rotating('app');
    const before = rotations();

    const no = await world.run(rotate, ['app'], { stdin: answering('n') });
    await expect(world.run(rotate, ['app'])).rejects.toMatchObject({ hint: '--yes says yes beforehand' });

    expect([no.status, rotations() - before]).toEqual([3, 0]);
    expect((await world.run(rotate, ['app'], { stdin: answering('y') })).status).toBe(0);
  });

  it.each([
    ['is not there', async () => {}, 'there is no secret app in us-east-1', /^rekey status --region us-east-1/],
    ['does not rotate', () => world.secret('app'), 'no function rotates app', /^rekey enable app --function NAME/],
    [
      'is marked for deletion',
      async () => {
        await world.rotating('app');
        await world.call('DeleteSecret', { SecretId: 'app' });
      },
      'app is marked for deletion',
      /^aws secretsmanager restore-secret --secret-id 'arn:/,
    ],
    [
      'has failed before',
      () => world.rotating('app', { now: true, value: BROKEN }),
      /^the rotation of app before this one failed \(INVALID_SECRET\), and version \S+ has AWSPENDING$/,
      /^rekey explain INVALID_SECRET, then rekey abandon app, /,
    ],
    [
      'is rotated already',
      async () => {
        world.sandbox.faults.add({ operation: 'PutSecretValue', action: 'hang' });
        await world.secret('app');
        await world.call('RotateSecret', {
          SecretId: 'app',
          ClientRequestToken: randomUUID(),
          RotationLambdaARN: world.sandbox.functions.find(ROTATOR),
        });
      },
      'a rotation of app goes on',
      /^rekey status --watch/,
    ],
  ])('refuses a secret that %s, before anything is changed', async (_, prepare, fact, hint) => {
    await prepare();
    const before = rotations();

    const refused = await world.run(rotate, ['app', '--yes']).catch((error: unknown) => error);

    const said = (refused as { fact?: string }).fact ?? (refused as Error).message;
    if (typeof fact === 'string') expect(said).toBe(fact);
    else expect(said).toMatch(fact);
    expect((refused as { hint: string }).hint).toMatch(hint);
    expect(rotations()).toBe(before);
  });

  it.each([
    [{ OwningService: 'rds' }, 'app is managed by rds, which rotates it'],
    [{ Type: 'partner' }, 'app is managed by partner, which rotates it'],
    [{ PrimaryRegion: 'eu-west-1' }, 'app is a replica of eu-west-1, where it rotates'],
  ])('refuses %j, which others rotate', async (more, message) => {
    const refused = await refusalOf({ region: 'us-east-1' } as Account, {
      Name: 'app',
      ARN: 'arn',
      $metadata: {},
      ...more,
    });

    expect(refused).toMatchObject({ name: 'RefusedError', message });
  });

  it('rotates no secret whose AWSCURRENT has moved while it asked', async () => {
    await world.rotating('app');
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    const before = rotations();

    const run = world.run(rotate, ['app'], { stdin });
    await expect.poll(() => operations().at(-1)).toBe('DescribeSecret');
    await world.call('PutSecretValue', { SecretId: 'app', SecretString: '{}', ClientRequestToken: randomUUID() });
    stdin.end('y\n');
    const { status, stdout } = await run;

    expect([status, rotations() - before]).toEqual([1, 0]);
    expect(stdout).toContain('AWSCURRENT of app has moved since it was chosen');
  });

  it('says that another rotation has begun meanwhile', async () => {
    const send = () => Promise.reject(Object.assign(new Error('no'), { name: 'InvalidRequestException' }));
    const patience = { signal: new AbortController().signal, deadlineMs: 1000 };
    const account = { region: 'eu-west-1', patience, secrets: { send } } as unknown as Account;

    await expect(
      startRotation(account, 'app', { token: 't', checkOnly: false, functionName: 'f' }),
    ).rejects.toMatchObject({
      fact: expect.stringContaining('another one has begun meanwhile'),
      hint: 'rekey status shows it',
    });
  });

  it('says that the function is gone, where that is why the service refuses', async () => {
    const refuse = (name: string) => ({ send: () => Promise.reject(Object.assign(new Error('no'), { name })) });
    const account = {
      region: 'eu-west-1',
      patience: { signal: new AbortController().signal, deadlineMs: 1000 },
      secrets: refuse('AccessDeniedException'),
      functions: refuse('ResourceNotFoundException'),
    } as unknown as Account;

    await expect(
      startRotation(account, 'app', { token: 't', checkOnly: false, functionName: 'rekey-prod-gone' }),
    ).rejects.toMatchObject({
      code: 'INVALID_CONFIGURATION',
      fact: 'function rekey-prod-gone, which is to rotate app, is not in eu-west-1',
      hint: expect.stringMatching(/^deploy it, or attach another one: rekey enable app /),
    });
  });

  it('knows a wrong command line', async () => {
    await expect(world.run(rotate, [])).rejects.toMatchObject({ message: 'no secret' });
    await expect(world.run(rotate, ['a', '--tag', 'a=b'])).rejects.toMatchObject({ message: 'names and a choice' });
    await expect(world.run(rotate, ['--older-than', '30'])).rejects.toMatchObject({ hint: 'days look like 30d' });
    for (const [option, number] of [
      ['canary', 'x'],
      ['concurrency', '0'],
      ['per-host', '0'],
      ['concurrency', '51'],
    ]) {
      const run = world.run(rotate, ['a', `--${option}`, String(number)]);
      await expect(run).rejects.toMatchObject({ message: expect.stringMatching(/ is no number from [01] to 50$/) });
    }
  });
});

describe('rekey rotate, of a fleet', () => {
  const Tags = [{ Key: 'team', Value: 'payments' }];
  const fleet = ['--tag', 'team=payments', '--older-than', '30d', '--yes'];

  it('stops at the first failure, and the same command goes on with the others', async () => {
    await world.rotating('a', { value: BROKEN, Tags } as object);
    for (const name of ['b', 'c']) await world.rotating(name, { Tags } as object);
    await world.rotating('others');

    const first = await world.run(rotate, fleet);
    const again = await world.run(rotate, fleet);
    const last = await world.run(rotate, [...fleet, '--json']);

    expect([first.status, again.status, last.status]).toEqual([1, 0, 0]);
    expect(first.stderr.replaceAll('\n', ' ')).toContain(
      'Rotates 3 secrets in us-east-1 now, one at a time, 1 before all others, from a on.',
    );
    expect(first.stdout).toMatch(
      /^✗ a failed[\s\S]*\n0 rotated, 1 failed, 2 not begun\nnext: the same command goes on with those\n$/,
    );
    expect(again.stdout).toMatch(/\n2 rotated\n$/);
    expect(JSON.parse(last.stdout)).toEqual({
      version: 1,
      region: 'us-east-1',
      outcomes: [],
      notBegun: [],
      unseen: [],
    });
    expect(await world.labels('others')).toEqual(['AWSCURRENT']);
  });

  it('reads the servers for several at once, and prints none of the values', async () => {
    const value = (host: string) => JSON.stringify({ host, generate: { kind: 'hex' }, password: 'never-printed' });
    for (const [name, host] of [
      ['a', 'db-1'],
      ['b', 'db-1'],
      ['c', 'db-2'],
    ]) {
      await world.rotating(String(name), { value: value(String(host)), Tags } as object);
    }

    const { status, stdout } = await world.run(rotate, [...fleet, '--json', '--canary', '0', '--concurrency', '3']);

    expect(status).toBe(0);
    expect(JSON.parse(stdout).outcomes).toHaveLength(3);
    expect(stdout).not.toContain('never-printed');
    expect(operations().filter((operation) => operation === 'GetSecretValue')).toHaveLength(3);
  });

  it('says where it stands after Ctrl-C', async () => {
    for (const name of ['a', 'b']) await world.rotating(name, { Tags } as object);
    world.sandbox.faults.add({ operation: 'PutSecretValue', action: 'hang' });
    const controller = new AbortController();
    const { signal } = controller;

    const run = world.run(rotate, fleet, { signal });
    await expect.poll(() => world.sandbox.faults.pending()).toEqual([]);
    controller.abort();
    const { stdout } = await run;

    expect(stdout).toContain('0 rotated, 1 not begun, 1 going on\nstopped. AWS goes on with what has begun');
  });
});
