import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { enable } from '../../cli/enable.ts';
import { tooWide } from './printed.ts';
import { BROKEN, ROTATOR, startWorld } from './world.ts';

let world: Awaited<ReturnType<typeof startWorld>>;
beforeAll(async () => {
  world = await startWorld();
});
beforeEach(() => world.sandbox.reset());
afterAll(() => world.close());

const attach = ['--function', 'prod-generated-value', '--every', '30d', '--yes'];
const described = (SecretId: string) => world.call('DescribeSecret', { SecretId });

describe('rekey enable', () => {
  it('attaches the function, and waits for the outcome of a configuration check', async () => {
    await world.secret('app');

    const { status, stdout, stderr } = await world.run(enable, ['app', ...attach, '--window', '3h']);

    expect(tooWide(stderr)).toEqual([]);
    expect(stderr.replaceAll('\n', ' ')).toBe(
      `Attaches ${ROTATOR} to app in us-east-1, rate(30 days), within 3h. Then the function checks that it could rotate it, and changes nothing. `,
    );
    expect([status, stdout.replace(/\d+\.\d s/g, 'N s')]).toEqual([
      0,
      '  testSecret    ✓ N s\n✓ app was checked in N s: a rotation finds what it needs\n',
    ]);
    expect(await described('app')).toMatchObject({
      RotationEnabled: true,
      RotationRules: { ScheduleExpression: 'rate(30 days)', Duration: '3h' },
    });
    expect(await world.labels('app')).toEqual(['AWSCURRENT']);
  });

  it('rotates at once on request', async () => {
    await world.secret('app');

    const { status, stdout } = await world.run(enable, ['app', ...attach, '--rotate-now', '--json']);

    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, isAttached: true, outcome: { result: 'rotated' } });
    expect(await world.labels('app')).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
  });

  it('switches rotation off again where the check fails', async () => {
    await world.secret('app', { SecretString: BROKEN });

    const { status, stdout } = await world.run(enable, ['app', ...attach]);

    expect(status).toBe(1);
    expect(stdout).toMatch(/^✗ app failed: INVALID_SECRET\n[\s\S]*\nrotation is off again, as it was\n$/);
    expect(await described('app')).toMatchObject({ RotationEnabled: false });
  });

  it('leaves on what was on before', async () => {
    await world.rotating('app', { value: BROKEN });

    const { status } = await world.run(enable, ['app', ...attach]);

    expect([status, (await described('app')).RotationEnabled]).toEqual([1, true]);
  });

  it.each([
    [
      'a function that is not there',
      ['--function', 'rekey-prod-gone', '--every', '30d', '--yes'],
      'rekey-prod-gone is not in us-east-1',
    ],
  ])('attaches nothing with %s', async (_, options, why) => {
    await world.secret('app');

    const { status, stdout } = await world.run(enable, ['app', ...options]);

    expect(status).toBe(1);
    expect(stdout).toContain(why);
    expect(stdout).toMatch(/\nnothing was changed\n$/);
    expect((await described('app')).RotationEnabled).toBeUndefined();
  });

  it('says whose place it takes, and asks', async () => {
    await world.rotating('app', { by: 'template' });

    const run = world.run(enable, ['app', ...attach.slice(0, -1)]);

    await expect(run).rejects.toMatchObject({ name: 'UsageError', hint: '--yes says yes beforehand' });
    expect(await described('app')).toMatchObject({ RotationLambdaARN: world.sandbox.functions.find('template') });
  });

  it.each([
    [['app'], "required option '--function <name>' not specified"],
    [['app', '--function', 'f', '--every', 'often'], '"often" is no schedule'],
    [['app', '--function', 'f', '--every', '30d', '--window', '30'], '"30" is no window'],
  ])('%j is a wrong command line', async (parameters, message) => {
    await expect(world.run(enable, parameters)).rejects.toMatchObject({ name: 'UsageError', message });
  });
});
