import { afterAll, expect, it, vi } from 'vitest';
import { rotationHandler } from '../../../shared/lambda/rotation-handler.ts';
import { singleUserStrategy } from '../../../shared/strategies/single-user.ts';
import { memoryEngine, memoryServer } from '../../support/memory-engine.ts';

const lines: string[] = [];
const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
afterAll(() => spy.mockRestore());
const handler = rotationHandler(singleUserStrategy(memoryEngine(memoryServer())));
const event = { Step: 'createSecret', SecretId: 'x', ClientRequestToken: 'y' };

it.each([3000.5, 3001, 30_000])('has a deadline of its own when %f ms are left', async (left) => {
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1');
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');

  const refused = handler(event, { getRemainingTimeInMillis: () => left } as never);

  await expect(refused).rejects.toMatchObject({ name: 'UnreachableError' });
});

it('needs no context, and says one line of JSON about a failure', async () => {
  lines.length = 0;

  await expect(handler({ Step: 'createSecret' }, undefined as never)).rejects.toMatchObject({ code: 'INVALID_EVENT' });

  const failures = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'ERROR');
  expect(failures).toEqual([
    expect.objectContaining({
      code: 'INVALID_EVENT',
      type: 'InvalidEventError',
      strategy: 'single-user',
      engine: 'memory',
    }),
  ]);
});

it('takes two arguments, since Node 24 on Lambda refuses handlers with a callback', () => {
  expect(handler).toHaveLength(2);
});
