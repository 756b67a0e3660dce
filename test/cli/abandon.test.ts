import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { abandon } from '../../cli/abandon.ts';
import { rotate } from '../../cli/rotate.ts';
import { BROKEN, startWorld } from './world.ts';

const talking = fileURLToPath(new URL('talking.fixture.mjs', import.meta.url));
let world: Awaited<ReturnType<typeof startWorld>>;
beforeAll(async () => {
  world = await startWorld();
});
beforeEach(() => world.sandbox.reset());
afterAll(() => world.close());

/** A rotation that failed, after which the function said what works. With a value: it may be what works. */
async function failed(working: string, value?: string) {
  world.sandbox.functions.register('rekey-prod-talking', {
    file: talking,
    export: 'handler',
    env: { WORKING: working },
  });
  await world.rotating('app', { by: 'rekey-prod-talking', now: true });
  const { VersionIdsToStages } = await world.call('DescribeSecret', { SecretId: 'app' });
  const [token = ''] =
    Object.entries(VersionIdsToStages as Record<string, string[]>).find(([, labels]) =>
      labels.includes('AWSPENDING'),
    ) ?? [];
  if (value === undefined) return token;
  const input = { SecretId: 'app', ClientRequestToken: token, SecretString: value, VersionStages: ['AWSPENDING'] };
  await world.call('PutSecretValue', input);
  return token;
}
const stuck = ['AWSCURRENT', 'AWSPENDING'];

describe('rekey abandon', () => {
  it('takes AWSPENDING off where the function saw that AWSCURRENT works, so that another rotation can begin', async () => {
    await world.rotating('app', { now: true, value: BROKEN });

    const { status, stdout, stderr } = await world.run(abandon, ['app', '--yes']);

    expect(stderr.replaceAll('\n', ' ')).toMatch(
      /^Takes AWSPENDING off version \S+ of app in us-east-1: after INVALID_SECRET the function saw that AWSCURRENT opens the system\. $/,
    );
    expect(stdout).toMatch(/^✓ AWSPENDING is off version [0-9a-f]{8}, whose value stays\nnext: rekey rotate app\n$/);
    expect([status, await world.labels('app')]).toEqual([0, ['AWSCURRENT']]);
    expect((await world.run(rotate, ['app', '--yes'])).stdout).toContain('✗ app failed: INVALID_SECRET');
  });

  it('takes it off a version without a value, whatever works', async () => {
    await failed('AWSCURRENT or AWSPENDING');

    expect((await world.run(abandon, ['app', '--yes'])).status).toBe(0);
    expect(await world.labels('app')).toEqual(['AWSCURRENT']);
  });

  it('leaves it where AWSPENDING is what works, and says the command that ends the outage', async () => {
    const token = await failed('AWSPENDING', 'x');

    await expect(world.run(abandon, ['app', '--yes'])).rejects.toMatchObject({
      message: expect.stringContaining('applications that read AWSCURRENT are refused now'),
      hint: expect.stringContaining(`--version-stage AWSCURRENT --move-to-version-id '${token}'`),
    });
    expect(await world.labels('app')).toEqual(stuck);
  });

  it.each(['AWSCURRENT or AWSPENDING', 'none', 'unknown'])('leaves it where %s works', async (working) => {
    await failed(working, 'x');

    await expect(world.run(abandon, ['app', '--yes'])).rejects.toMatchObject({
      message: 'nobody has seen whether AWSCURRENT or AWSPENDING opens the system',
      hint: expect.stringMatching(/^rekey explain UNREACHABLE_TCP; /),
    });
    expect(await world.labels('app')).toEqual(stuck);
  });

  it('refuses where nothing is unfinished, and where a rotation goes on; and asks', async () => {
    await world.rotating('still');
    await expect(world.run(abandon, ['still', '--yes'])).rejects.toMatchObject({ hint: 'rekey rotate still' });

    await world.rotating('app', { now: true, value: BROKEN });
    await expect(world.run(abandon, ['app'])).rejects.toMatchObject({ hint: '--yes says yes beforehand' });
    expect(await world.labels('app')).toEqual(stuck);
  });
});
