import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, expect, it } from 'vitest';
import { startSandbox } from '../../../../local/sandbox.ts';
import { told } from '../../../../shared/aws/parameter-store/journal.ts';
import { lastRotationOf } from '../../../../shared/aws/parameter-store/last-rotation.ts';
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
      told('claim', `t${index}`, index + 1),
      told('done', `t${index}`, index + 1, index + 2),
    ]) {
      const entry = { Name: `/rekey${name}`, Value: '-', Type: 'SecureString' as const, Description, Overwrite: true };
      await client.send(new PutParameterCommand(entry));
    }
  }
  clock.now = start;
}

const lookedAt = (name: string, day: number) =>
  lastRotationOf(name, clock.now + day * DAY, new AbortController().signal, client);

it('knows nothing of a parameter that was never rotated', async () => {
  expect(await lookedAt('/never', 10)).toBeUndefined();
});

it('has no reason to worry after the first rotation', async () => {
  await rotatedOn('/once', 0);

  expect(await lookedAt('/once', 400)).toMatchObject({ isOverdue: false });
});

it('worries when twice the time between two rotations has gone by', async () => {
  await rotatedOn('/often', 0, 30);

  expect(await lookedAt('/often', 89)).toMatchObject({ at: new Date('2026-01-31T00:00:00Z'), isOverdue: false });
  expect(await lookedAt('/often', 91)).toMatchObject({ isOverdue: true });
});
