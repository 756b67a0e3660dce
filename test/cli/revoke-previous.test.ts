import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Account } from '../../cli/account.ts';
import { type Asked, answerTo } from '../../cli/asked.ts';
import { revokePrevious } from '../../cli/revoke-previous.ts';
import { startSendgrid } from '../../local/doubles/sendgrid.ts';
import { tooWide } from './printed.ts';
import { startWorld } from './world.ts';

let world: Awaited<ReturnType<typeof startWorld>>;
let double: Awaited<ReturnType<typeof startSendgrid>>;
const KEYS = 'rekey-prod-sendgrid';
beforeAll(async () => {
  world = await startWorld();
});
beforeEach(async () => {
  await world.sandbox.reset();
  double = await startSendgrid();
  world.sandbox.functions.register(KEYS, {
    file: new URL('../../dist/sendgrid/index.mjs', import.meta.url).pathname,
    export: 'sendgrid',
    env: { PROVIDER_ENDPOINT: double.url },
  });
});
afterEach(() => double.close());
afterAll(() => world.close());

/** A key that was rotated once: the one before it lives until the next rotation. */
async function overlapping() {
  await world.secret('admin', { SecretString: JSON.stringify(double.admin) });
  const value = JSON.stringify({ ...double.first, masterarn: 'admin' });
  await world.rotating('mail', { by: KEYS, now: true, value });
  return double.first;
}
const answering = (answer: unknown) =>
  world.sandbox.functions.register('rekey-prod-other', { handler: async ({ Step }) => (Step ? undefined : answer) });
/** What stands there is not looked at by a function that answers all the same. */
async function answered(answer: unknown) {
  answering(answer);
  await world.rotating('app', { by: 'rekey-prod-other' });
  const input = { SecretId: 'app', SecretString: '{"another":"value"}' };
  await world.call('PutSecretValue', { ...input, ClientRequestToken: crypto.randomUUID() });
}

describe('rekey revoke-previous', () => {
  it('ends what AWSPREVIOUS opens, after it has said which version that is', async () => {
    const first = await overlapping();
    const before = double.opens(first);

    const { status, stdout, stderr } = await world.run(revokePrevious, ['mail', '--yes']);

    expect(stderr.replaceAll('\n', ' ')).toMatch(
      /^Ends what AWSPREVIOUS of mail opens, in us-east-1, by rekey-prod-sendgrid: version \S+, made \d{4}-\d\d-\d\d, replaced \d{4}-\d\d-\d\d; it was read last on \d{4}-\d\d-\d\d\. Whoever still uses it is refused from then on\. $/,
    );
    expect(tooWide(stderr)).toEqual([]);
    expect(stdout).toMatch(/^✓ what version [0-9a-f]{8} of mail opened is revoked\n$/);
    expect([status, before, double.opens(first)]).toEqual([0, true, false]);
    expect(await world.labels('mail')).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
  });

  it('prints the answer as data', async () => {
    await overlapping();

    const { status, stdout } = await world.run(revokePrevious, ['mail', '--yes', '--json']);

    expect([status, JSON.parse(stdout)]).toEqual([
      0,
      { version: 1, name: 'mail', arn: expect.any(String), previous: expect.any(String), outcome: 'revoked' },
    ]);
  });

  it('says what keeps it from that, and ends with 1', async () => {
    await answered({ outcome: 'postponed', because: 'key 1 was used yesterday', until: '2026-12-01T00:00:00.000Z' });

    const { status, stdout } = await world.run(revokePrevious, ['app', '--yes']);

    expect([status, stdout]).toEqual([
      1,
      '– nothing was revoked: key 1 was used yesterday\nnext: the same command, once nobody uses it; docs/revoking.md ends it in use or not\n',
    ]);
  });

  it('says that a strategy has nothing to end', async () => {
    await world.rotating('app', { now: true });

    const { status, stdout } = await world.run(revokePrevious, ['app', '--yes']);

    expect([status, stdout]).toEqual([
      1,
      '– nothing was revoked: generated-value has nothing that could be ended before the next rotation\nnext: rekey history app\n',
    ]);
  });

  it('tells what the function says went wrong, with its code', async () => {
    await overlapping();
    await world.call('DeleteSecret', { SecretId: 'admin' });

    const { status, stdout } = await world.run(revokePrevious, ['mail', '--yes']);

    expect(status).toBe(1);
    expect(stdout).toMatch(
      /^✗ mail failed: SECRET_NOT_FOUND\n {2}fact {3}.*\n[\s\S]* {2}next {3}rekey explain SECRET_NOT_FOUND\n$/,
    );
  });

  it('shows nothing of what a function of another version says', async () => {
    await answered('not an answer');

    await expect(world.run(revokePrevious, ['app', '--yes'])).rejects.toMatchObject({
      fact: 'rekey-prod-other does not answer (no answer)',
      hint: expect.stringContaining('deploy it again'),
    });

    world.sandbox.functions.register('rekey-prod-other', { handler: () => Promise.reject(new Error('a-password')) });
    const failed = await world.run(revokePrevious, ['app', '--yes']).catch((error) => JSON.stringify(error));
    expect(failed).toContain('does not answer');
    expect(failed).not.toContain('a-password');
  });

  it('says which right is missing', async () => {
    const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    const functions = { send: () => Promise.reject(denied) };
    const account = { functions, patience: { signal: new AbortController().signal } } as unknown as Account;

    const refused = answerTo(account, { arn: 'a', functionArn: 'f', functionName: 'f' } as Asked, {});

    await expect(refused).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      hint: expect.stringContaining('"Action":"lambda:InvokeFunction"'),
    });
  });

  it.each([
    ['has no AWSPREVIOUS', () => world.rotating('app'), /^app has no AWSPREVIOUS/],
    ['no function rotates', () => world.secret('app'), /^no function rotates app/],
    ['a foreign function rotates', () => world.rotating('app', { by: 'template' }), /is no function of Rekey/],
    [
      'is marked for deletion',
      () => world.rotating('app').then(() => world.call('DeleteSecret', { SecretId: 'app' })),
      /^app is marked for deletion/,
    ],
  ])('refuses one that %s, and changes nothing', async (_what, make, message) => {
    await make();

    await expect(world.run(revokePrevious, ['app', '--yes'])).rejects.toMatchObject({
      name: 'RefusedError',
      message: expect.stringMatching(message),
    });
  });

  it('asks before it does anything', async () => {
    const first = await overlapping();

    await expect(world.run(revokePrevious, ['mail'])).rejects.toMatchObject({ hint: '--yes says yes beforehand' });

    expect(double.opens(first)).toBe(true);
  });
});
