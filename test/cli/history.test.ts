import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { history } from '../../cli/history.ts';
import { tooWide } from './printed.ts';
import { BROKEN, ROTATOR, startWorld } from './world.ts';

let world: Awaited<ReturnType<typeof startWorld>>;
beforeAll(async () => {
  world = await startWorld();
});
beforeEach(() => world.sandbox.reset());
afterAll(() => world.close());

describe('rekey history', () => {
  it('has the versions with their labels, and what the function said', async () => {
    await world.rotating('app', { now: true });

    const { status, stdout } = await world.run(history, ['app']);

    expect(status).toBe(0);
    const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`;
    expect(stdout).toMatch(
      new RegExp(
        `^app\n\n {2}made .*\n {2}${time} +[0-9a-f]{8} +AWSCURRENT\n {2}${time} +[0-9a-f]{8} +AWSPREVIOUS\n` +
          `\n {2}at .*\n( {2}${time} +[0-9a-f]{8} +(create|set|test|finish)Secret +done, \\d+ ms\n){4}$`,
      ),
    );
    expect(tooWide(stdout)).toEqual([]);
  });

  it('has failures with their code, and the same as data', async () => {
    await world.rotating('broken', { now: true, value: BROKEN });

    const { stdout } = await world.run(history, ['broken']);
    const data = JSON.parse((await world.run(history, ['broken', '--json'])).stdout);

    expect(stdout).toMatch(/createSecret +INVALID_SECRET, works: AWSCURRENT\n/);
    expect(data).toMatchObject({
      version: 1,
      name: 'broken',
      function: ROTATOR,
      rotations: [{ code: 'INVALID_SECRET' }],
      // The sandbox has no CloudTrail.
      events: null,
      eventsUnread: null,
    });
    expect(data.versions.flatMap(({ labels }: { labels: string[] }) => labels).sort()).toEqual([
      'AWSCURRENT',
      'AWSPENDING',
    ]);
    expect(world.sandbox.requests.some(({ operation, caller }) => operation === 'GetSecretValue' && !caller)).toBe(
      false,
    );
  });

  it('says where there is nothing to be read', async () => {
    await world.secret('still');
    await world.rotating('waiting');
    world.sandbox.functions.register('other', { handler: async () => undefined });

    expect((await world.run(history, ['still'])).stdout).toContain('\nno function rotates it\n');
    await expect(world.run(history, ['nowhere'])).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND' });
  });
});
