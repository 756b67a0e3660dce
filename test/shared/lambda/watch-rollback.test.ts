/** A rollback that has not ended, and whose labels and tags change so often that its own date never comes. */
import { expect, it, vi } from 'vitest';
import { watchHandler } from '../../../shared/lambda/watch.ts';

const HOUR = 3_600_000;
const now = Date.parse('2026-03-10T06:00:00Z');
const ago = (hours: number) => new Date(now - hours * HOUR);
vi.mock('../../../shared/aws/secret-list.ts', () => ({
  madeAt: async () => undefined,
  async *listedSecrets() {
    const plain = { arn: 'arn:x', name: 'x', rotates: true, isReplica: false, functionName: 'rekey-prod-iam' };
    const labels = { v1: ['AWSPREVIOUS', 'AWSPENDING'], v2: ['AWSCURRENT'] };
    yield { ...plain, labels, window: '3h', lastChanged: ago(1), nextRotation: ago(5), lastRotated: ago(24 * 30) };
  },
}));

it('is told of as overdue, once the secret is', async () => {
  const lines: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);

  await watchHandler()({ id: 'the-look', time: new Date(now).toISOString() }, {
    functionName: 'rekey-prod-watch',
  } as never);

  spy.mockRestore();
  expect(JSON.parse(lines.at(-1) ?? '{}')).toMatchObject({ secrets: 1, overdue: 1, stuck: 0 });
});
