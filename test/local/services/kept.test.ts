import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { requestLog } from '../../../local/aws/requests.ts';
import { startSandbox } from '../../../local/sandbox.ts';
import { ordered } from '../../../local/services/sns/fifo.ts';
import { sandbox as scheduling } from './scheduler/scheduler.ts';
import { fail, withSecret } from './secrets-manager/sandbox.ts';
import { parameterStore } from './ssm/parameter-store.ts';

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

it('the latest 10,000 requests are kept', () => {
  const { list, add } = requestLog();

  for (let startedAt = 1; startedAt <= 10_003; startedAt += 1) {
    add({ service: 'sns', operation: 'Publish', startedAt, durationMs: 1, status: 200 });
  }

  expect([list.length, list[0]?.startedAt, list.at(-1)?.startedAt]).toEqual([10_000, 4, 10_003]);
});

it('the latest 10,000 events of parameters are kept', async () => {
  const { put, overwrite, service } = parameterStore();
  await put('/first');

  for (let number = 1; number <= 10_001; number += 1) await overwrite('/app', String(number)).catch(() => put('/app'));

  expect(service.events).toHaveLength(10_000);
  expect(service.events.some(({ detail }) => detail.name === '/first')).toBe(false);
});

it('the latest 1,000 executions of schedules are kept', async () => {
  const { create, service, invoked } = scheduling();
  await create('daily', 'rate(1 day)');

  for (let number = 1; number <= 1_003; number += 1) await service.run('daily');

  expect([invoked.length, service.executions.length]).toEqual([1_003, 1_000]);
});

it('the latest 2,000 lines and the latest 2,000 invocations of a function are kept', async () => {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const file = fileURLToPath(new URL('lambda/functions.fixture.mjs', import.meta.url));
  sandbox.functions.register('talks', { file, export: 'talk' });
  sandbox.functions.register('works', { handler: async () => {} });

  await sandbox.functions.invoke('talks', { lines: 2_003 });
  for (let number = 1; number <= 2_003; number += 1) await sandbox.functions.invoke('works', { number });

  await expect.poll(() => sandbox.functions.logs('talks').at(-1)).toBe('2003');
  expect([sandbox.functions.logs('talks').length, sandbox.functions.logs('talks')[0]]).toEqual([2_000, '4']);
  expect(sandbox.functions.invocations('works')).toHaveLength(2_000);
});

it('what a FIFO topic took is forgotten after five minutes', () => {
  const clock = { now: 0 };
  const { accept, remembered } = ordered({
    accountId: '1',
    partition: 'aws',
    region: 'us-east-1',
    now: () => clock.now,
  });
  const topic = { arn: 'topic', name: 'topic.fifo', isFifo: true, attributes: new Map(), tags: [] };
  const take = (id: string) => accept(topic, { MessageGroupId: 'g', MessageDeduplicationId: id, Message: 'x' }, id);

  for (let number = 1; number <= 1_000; number += 1) {
    clock.now += 1_000;
    take(String(number));
  }

  expect(remembered()).toBe(300);
  expect([take('1000').isRepetition, take('700').isRepetition]).toEqual([true, false]);
});
