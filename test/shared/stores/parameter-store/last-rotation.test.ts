import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, expect, it } from 'vitest';
import { startSandbox } from '../../../../local/sandbox.ts';
import { entryText } from '../../../../shared/stores/parameter-store/journal.ts';
import { lastRotationOf } from '../../../../shared/stores/parameter-store/last-rotation.ts';
import { ssmTestClient } from '../../../support/parameter-store.ts';

const DAY = 86_400_000;
const clock = { now: Date.parse('2026-01-01T00:00:00Z') };
const sandbox = await startSandbox({ account: { now: () => clock.now } });
const client = ssmTestClient(sandbox);
afterAll(async () => {
  client.destroy();
  await sandbox.close();
});

/** Each of these days a rotation ended. */
async function rotatedOn(name: string, ...days: number[]): Promise<void> {
  const start = clock.now;
  for (const [index, day] of days.entries()) {
    clock.now = start + day * DAY;
    for (const Description of [
      entryText({ kind: 'claim', token: `t${index}`, from: index + 1 }),
      entryText({ kind: 'done', token: `t${index}`, from: index + 1, to: index + 2 }),
    ]) {
      const entry = { Name: `/rekey${name}`, Value: '-', Type: 'SecureString' as const, Description, Overwrite: true };
      await client.send(new PutParameterCommand(entry));
    }
  }
  clock.now = start;
}

const lookedAt = (name: string) => lastRotationOf(name, new AbortController().signal, client);

it('knows nothing of a parameter that was never rotated', async () => {
  expect(await lookedAt('/never')).toBeUndefined();
});

it('knows no interval after one rotation', async () => {
  await rotatedOn('/once', 0);

  expect(await lookedAt('/once')).toEqual({ at: new Date('2026-01-01T00:00:00Z') });
});

it('knows the interval between the last two', async () => {
  await rotatedOn('/often', 0, 10, 40);

  expect(await lookedAt('/often')).toEqual({ at: new Date('2026-02-10T00:00:00Z'), intervalMs: 30 * DAY });
});
