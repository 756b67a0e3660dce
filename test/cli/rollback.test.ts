import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rollback } from '../../cli/rollback.ts';
import { tooWide } from './printed.ts';
import { BROKEN, ROTATOR, startWorld } from './world.ts';

let world: Awaited<ReturnType<typeof startWorld>>;
beforeAll(async () => {
  world = await startWorld();
});
beforeEach(() => world.sandbox.reset());
afterAll(() => world.close());

const labelled = async (VersionStage: string) =>
  (await world.call('GetSecretValue', { SecretId: 'app', VersionStage })).SecretString;

describe('rekey rollback', () => {
  it('brings AWSPREVIOUS back, keeps what leaves, and says which versions these are', async () => {
    await world.rotating('app', { now: true });
    const [current, previous] = [await labelled('AWSCURRENT'), await labelled('AWSPREVIOUS')];

    const { status, stdout, stderr } = await world.run(rollback, ['app', '--yes']);

    expect(tooWide(stderr)).toEqual([]);
    expect(stderr.replaceAll('\n', ' ')).toMatch(
      new RegExp(
        `^Rolls app in us-east-1 back to version \\S+, by ${ROTATOR}: what is AWSPREVIOUS becomes AWSCURRENT, in the system too; version \\S+ becomes AWSPREVIOUS\\. $`,
      ),
    );
    expect(stdout).toMatch(
      /^✓ app was rolled back, and its value works\n {2}AWSCURRENT [0-9a-f]{8}, AWSPREVIOUS [0-9a-f]{8}\n$/,
    );
    expect([status, await labelled('AWSCURRENT'), await labelled('AWSPREVIOUS')]).toEqual([0, previous, current]);
  });

  it('brings back the version that is named, and undoes nothing where that is AWSCURRENT already', async () => {
    await world.rotating('app', { now: true });
    const { VersionId } = await world.call('GetSecretValue', { SecretId: 'app', VersionStage: 'AWSPREVIOUS' });
    const to = ['app', '--yes', '--to', String(VersionId)];

    await world.run(rollback, to);
    const { status } = await world.run(rollback, to);

    const now = await world.call('GetSecretValue', { SecretId: 'app' });
    expect([status, now.VersionId]).toEqual([0, VersionId]);
  });

  it('goes forward again only where somebody says so, who sees that it was rolled back', async () => {
    await world.secret('app');
    // Dates of versions are whole seconds.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await world.call('RotateSecret', {
      SecretId: 'app',
      ClientRequestToken: crypto.randomUUID(),
      RotationLambdaARN: world.sandbox.functions.find(ROTATOR),
      RotationRules: { AutomaticallyAfterDays: 30 },
    });
    await world.sandbox.idle();
    const rotated = await world.call('GetSecretValue', { SecretId: 'app' });
    await world.run(rollback, ['app', '--yes']);
    const back = await labelled('AWSCURRENT');

    await expect(world.run(rollback, ['app', '--yes'])).rejects.toMatchObject({
      message: 'app was rolled back already: AWSPREVIOUS is newer than AWSCURRENT',
      hint: expect.stringContaining(`--to ${rotated.VersionId}`),
    });
    const between = await labelled('AWSCURRENT');
    const { stderr } = await world.run(rollback, ['app', '--yes', '--to', String(rotated.VersionId)]);

    expect([back === rotated.SecretString, between]).toEqual([false, back]);
    expect(stderr.replaceAll('\n', ' ')).toMatch(
      /^It was rolled back already, and this goes forward again\. Rolls app/,
    );
    expect(await labelled('AWSCURRENT')).toBe(rotated.SecretString);
  });

  it('prints the answer as data', async () => {
    await world.rotating('app', { now: true });

    const { status, stdout } = await world.run(rollback, ['app', '--yes', '--json']);

    const answer = { outcome: 'succeeded', current: expect.any(String), previous: expect.any(String) };
    expect([status, JSON.parse(stdout)]).toEqual([0, { version: 1, name: 'app', arn: expect.any(String), ...answer }]);
  });

  it('refuses while a rotation is unfinished, and says what ends that', async () => {
    await world.rotating('app', { now: true });
    await world.call('PutSecretValue', {
      SecretId: 'app',
      SecretString: BROKEN,
      ClientRequestToken: crypto.randomUUID(),
    });
    await world.call('RotateSecret', { SecretId: 'app', ClientRequestToken: crypto.randomUUID() });
    await world.sandbox.idle();
    const before = await world.labels('app');

    await expect(world.run(rollback, ['app', '--yes'])).rejects.toMatchObject({
      name: 'RefusedError',
      hint: expect.stringContaining('rekey abandon app'),
    });

    expect(await world.labels('app')).toEqual(before);
  });

  it('says the code when the function refuses, with the command that explains it', async () => {
    await world.rotating('app', { now: true });
    world.sandbox.functions.register('rekey-prod-other', {
      handler: async ({ Step, SecretId }: Record<string, string>) =>
        Step
          ? undefined
          : {
              outcome: 'failed',
              working: 'AWSCURRENT',
              error: { code: 'PREVIOUS_UNUSABLE', fact: SecretId, hint: 'h' },
            },
    });
    await world.rotating('other', { by: 'rekey-prod-other' });
    await world.call('PutSecretValue', {
      SecretId: 'other',
      SecretString: '{}',
      ClientRequestToken: crypto.randomUUID(),
    });

    const { status, stdout } = await world.run(rollback, ['other', '--yes']);

    expect([status, stdout]).toEqual([
      1,
      expect.stringMatching(
        /^✗ other failed: PREVIOUS_UNUSABLE\n[\s\S]* {2}works {2}AWSCURRENT, now\n {2}next {3}rekey explain PREVIOUS_UNUSABLE\nto do the same again: rekey rollback other --to [0-9a-f-]{36}\n$/,
      ),
    ]);
  });

  it('refuses a secret that was never rotated, and asks before it does anything', async () => {
    await world.rotating('new');
    await world.rotating('app', { now: true });
    const before = await labelled('AWSCURRENT');

    await expect(world.run(rollback, ['new', '--yes'])).rejects.toMatchObject({ hint: 'rekey history new' });
    await expect(world.run(rollback, ['app'])).rejects.toMatchObject({ hint: '--yes says yes beforehand' });

    expect(await labelled('AWSCURRENT')).toBe(before);
  });
});
