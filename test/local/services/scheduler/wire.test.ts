import { Scheduler } from '@aws-sdk/client-scheduler';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../../../local/sandbox.ts';
import { credentials, readJson } from '../../aws-request.ts';

let sandbox: Sandbox;
let scheduler: Scheduler;
let invoked: unknown[];

beforeAll(async () => {
  sandbox = await startSandbox();
  scheduler = new Scheduler({ endpoint: sandbox.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  sandbox.functions.register('rotate', { handler: (event: object) => void invoked.push(event) });
});
afterEach(() => sandbox.reset());
afterAll(async () => {
  scheduler.destroy();
  await sandbox.close();
});

async function create(Name: string, input: { ScheduleExpression?: string; ActionAfterCompletion?: 'DELETE' } = {}) {
  invoked = [];
  return scheduler.createSchedule({
    Name,
    ScheduleExpression: 'rate(30 days)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    StartDate: new Date('2040-01-01'),
    Target: {
      Arn: sandbox.functions.find('rotate') ?? '',
      RoleArn: 'arn:aws:iam::123456789012:role/scheduler',
      Input: '{"token":"<aws.scheduler.execution-id>"}',
    },
    ...input,
  });
}

async function run(body: object) {
  const response = await fetch(`${sandbox.url}/_sandbox/scheduler/run`, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, body: await readJson<{ executionId: string }[]>(response) };
}

describe('EventBridge Scheduler on the wire', () => {
  it('the SDK creates, shows, updates, lists and deletes a schedule', async () => {
    const { ScheduleArn } = await create('nightly');
    const { $metadata: _, ...schedule } = await scheduler.getSchedule({ Name: 'nightly', GroupName: 'default' });
    await scheduler.updateSchedule({
      Name: 'nightly',
      ScheduleExpression: 'rate(1 day)',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 5 },
      Target: { Arn: schedule.Target?.Arn, RoleArn: schedule.Target?.RoleArn },
    });
    const { Schedules } = await scheduler.listSchedules({ NamePrefix: 'night', MaxResults: 5, State: 'ENABLED' });
    await scheduler.deleteSchedule({ Name: 'nightly' });

    expect(schedule).toMatchObject({ Arn: ScheduleArn, StartDate: new Date('2040-01-01') });
    expect(schedule.CreationDate).toBeInstanceOf(Date);
    expect(Schedules).toMatchObject([{ Arn: ScheduleArn, Target: { Arn: schedule.Target?.Arn } }]);
    await expect(scheduler.getSchedule({ Name: 'nightly' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Schedule nightly does not exist.',
      $metadata: { httpStatusCode: 404 },
    });
  });

  it('the SDK knows the errors', async () => {
    await create('nightly');

    await expect(create('nightly')).rejects.toMatchObject({
      name: 'ConflictException',
      message: 'Schedule nightly already exists.',
    });
    await expect(create('other', { ScheduleExpression: 'daily' })).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Invalid Schedule Expression daily.',
    });
  });

  it('a throttled call is answered as this service does', async () => {
    sandbox.faults.add({ service: 'scheduler', action: 'throttle' });

    const refused = scheduler.listSchedules({});

    await expect(refused).rejects.toMatchObject({ name: 'ThrottlingException', $metadata: { httpStatusCode: 429 } });
  });

  it('a route runs a schedule by name, delivers it again, and runs what is due', async () => {
    await create('nightly');
    await create('once', { ScheduleExpression: 'at(2030-01-01T00:00:00)', ActionAfterCompletion: 'DELETE' });

    const byName = await run({ name: 'nightly' });
    const executionId = byName.body[0]?.executionId;
    const again = await run({ executionId });
    const due = await run({ until: '2031-01-01T00:00:00Z' });

    const token = { token: executionId };
    expect(invoked).toEqual([token, token, { token: due.body[0]?.executionId }]);
    expect(again.body).toMatchObject([{ executionId, outcomes: [{ ok: true }, { ok: true }] }]);
    expect((await scheduler.listSchedules({})).Schedules?.map(({ Name }) => Name)).toEqual(['nightly']);
  });

  it('the route says what it cannot do', async () => {
    const answers = [await run({ name: 'nope' }), await run({ executionId: 'nope' }), await run({ until: 'soon' })];

    expect(answers.map(({ status }) => status)).toEqual([404, 404, 400]);
  });

  it('a function that is not there fails the delivery, not the schedule', async () => {
    await create('nightly');
    const { Target } = await scheduler.getSchedule({ Name: 'nightly' });
    await scheduler.updateSchedule({
      Name: 'nightly',
      ScheduleExpression: 'rate(1 day)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: `${Target?.Arn}-gone`, RoleArn: Target?.RoleArn },
    });

    const { outcomes } = await sandbox.scheduler.run('nightly');

    expect(outcomes).toMatchObject([{ ok: false, error: { errorType: 'ResourceNotFoundException' } }]);
  });
});
