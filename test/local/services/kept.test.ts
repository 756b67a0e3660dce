import { expect, it } from 'vitest';
import { startSandbox } from '../../../local/sandbox.ts';
import { fail, withSecret } from './secrets-manager/sandbox.ts';

it('the latest 2,000 messages are kept', async () => {
  const sandbox = await startSandbox();
  const call = (operation: string, input: Record<string, unknown>) =>
    sandbox.sns.call(operation, input, { region: 'us-east-1' });
  const topic = await call('CreateTopic', { Name: 'alerts' });

  for (let number = 1; number <= 2_003; number += 1) {
    await call('Publish', { TopicArn: topic?.TopicArn, Message: String(number) });
  }
  await sandbox.close();

  expect(sandbox.sns.messages).toHaveLength(2_000);
  expect([sandbox.sns.messages[0]?.message, sandbox.sns.messages.at(-1)?.message]).toEqual(['4', '2003']);
});

it('the latest 10,000 records of rotations are kept', async () => {
  const { rotate, steps, service } = await withSecret();
  steps.createSecret = fail;
  await rotate('a');

  for (let attempt = 1; attempt <= 3_400; attempt += 1) await service.retryRotation('a');

  expect(service.history).toHaveLength(10_000);
  expect(service.history.at(-1)).toMatchObject({ event: 'RotationFailed', attempt: 3_401 });
});
