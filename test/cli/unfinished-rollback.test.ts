import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rollback } from '../../cli/rollback.ts';
import { status } from '../../cli/status.ts';
import { HOUR } from '../../shared/rotation/pause.ts';
import { tooWide } from './printed.ts';
import { startWorld } from './world.ts';

let world: Awaited<ReturnType<typeof startWorld>>;
beforeAll(async () => {
  world = await startWorld();
});
beforeEach(() => world.sandbox.reset());
afterAll(() => world.close());

/** As roll-back.ts marks the version that comes back, before it changes anything: and then it died, so many hours ago. */
async function died(name: string, hours: number): Promise<void> {
  const account = world.sandbox.account as { now: () => number };
  const { now } = account;
  account.now = () => now() - hours * HOUR;
  try {
    await world.rotating(name, { now: true });
    const { VersionId } = await world.call('GetSecretValue', { SecretId: name, VersionStage: 'AWSPREVIOUS' });
    const move = { SecretId: name, VersionStage: 'AWSPENDING', MoveToVersionId: VersionId };
    const { VersionIdsToStages = {} } = await world.call('DescribeSecret', { SecretId: name });
    const [RemoveFromVersionId] =
      Object.entries(VersionIdsToStages as Record<string, string[]>).find(([, all]) => all.includes('AWSPENDING')) ??
      [];
    await world.call('UpdateSecretVersionStage', { ...move, ...(RemoveFromVersionId && { RemoveFromVersionId }) });
  } finally {
    account.now = now;
  }
}

describe('a rollback that died', () => {
  it('is told as what it is, with the command that goes on with it', async () => {
    await died('prod/app', 3);

    const { status: code, stdout } = await world.run(status, []);
    const { items, totals } = JSON.parse((await world.run(status, ['--json', '--failing'])).stdout);

    expect(code).toBe(1);
    expect(tooWide(stdout)).toEqual([]);
    expect(stdout).toMatch(/\n! prod\/app +generated-value +\S+ +\S+ rollback unfinished\n/);
    expect(stdout).toMatch(/: 1 stuck\n\nnext: rekey rollback prod\/app, which goes on with it; or rekey abandon\n$/);
    expect(items).toMatchObject([{ state: 'stuck', action: 'rollback', code: null }]);
    expect(totals).toMatchObject({ unfinishedRollback: 'prod/app' });

    expect((await world.run(rollback, ['prod/app', '--yes'])).status).toBe(0);
    expect((await world.run(status, [])).stdout).toMatch(/\n {2}prod\/app .* ok\n\n1 secret .*: 1 ok\n$/);
  });

  it('is under way until its window is over, however old its version is', async () => {
    await died('app', 0.5);

    const { status: code, stdout } = await world.run(status, []);

    expect(code).toBe(0);
    expect(stdout).toMatch(/ rolling back\n/);
    expect(stdout).not.toContain('next:');
  });
});
