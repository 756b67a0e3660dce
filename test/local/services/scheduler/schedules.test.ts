import { describe, expect, test } from 'vitest';
import { definition, FUNCTION_ARN, sandbox } from './scheduler.ts';

const ARN = 'arn:aws:scheduler:us-east-1:123456789012:schedule/default/nightly';

describe('schedules', () => {
  test('are created with the defaults of the service, and shown', async () => {
    const { create, call, clock } = sandbox();

    const answer = await create('nightly', 'cron(0 3 * * ? *)', { ClientToken: 'token' });

    expect(answer).toEqual({ ScheduleArn: ARN });
    expect(await call('GetSchedule', { Name: 'nightly' })).toEqual({
      Arn: ARN,
      ...definition('nightly', 'cron(0 3 * * ? *)'),
      GroupName: 'default',
      State: 'ENABLED',
      ActionAfterCompletion: 'NONE',
      ScheduleExpressionTimezone: 'UTC',
      Target: {
        Arn: FUNCTION_ARN,
        RoleArn: 'arn:aws:iam::123456789012:role/scheduler',
        Input: '{"a":1}',
        RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
      },
      CreationDate: clock.now / 1000,
      LastModificationDate: clock.now / 1000,
    });
  });

  test('a second one of the same name is refused, unless it is the first one repeated', async () => {
    const { create } = sandbox();
    await create('nightly', 'rate(1 day)', { ClientToken: 'token' });

    await expect(create('nightly', 'rate(1 day)', { ClientToken: 'other' })).rejects.toMatchObject({
      code: 'ConflictException',
      status: 409,
      message: 'Schedule nightly already exists.',
    });
    expect(await create('nightly', 'rate(1 day)', { ClientToken: 'token' })).toEqual({ ScheduleArn: ARN });
  });

  test('an update replaces everything that it does not mention', async () => {
    const { create, call, clock } = sandbox();
    await create('nightly', 'rate(1 day)', { Description: 'why', State: 'DISABLED' });
    clock.now += 1_000;

    await call('UpdateSchedule', definition('nightly', 'rate(2 days)'));

    const schedule = await call('GetSchedule', { Name: 'nightly' });
    expect(schedule).toMatchObject({ ScheduleExpression: 'rate(2 days)', State: 'ENABLED' });
    expect(schedule.LastModificationDate - schedule.CreationDate).toBe(1);
    expect(schedule).not.toHaveProperty('Description');
  });

  test('are listed by name, filtered, and by pages', async () => {
    const { create, call, names } = sandbox();
    for (const name of ['b-2', 'a-1', 'b-1']) await create(name, 'rate(1 day)');
    await create('b-off', 'rate(1 day)', { State: 'DISABLED' });
    const list = async (input: Record<string, unknown>) =>
      (await call('ListSchedules', input)).Schedules.map((schedule: { Name: string }) => schedule.Name);

    expect(await names()).toEqual(['a-1', 'b-1', 'b-2', 'b-off']);
    expect(await list({ NamePrefix: 'b', State: 'ENABLED' })).toEqual(['b-1', 'b-2']);
    const { NextToken } = await call('ListSchedules', { MaxResults: 3 });
    expect(await list({ MaxResults: 3, NextToken })).toEqual(['b-off']);
  });

  test('are deleted', async () => {
    const { create, call, names, refusal } = sandbox();
    await create('nightly', 'rate(1 day)');

    await call('DeleteSchedule', { Name: 'nightly' });

    expect(await names()).toEqual([]);
    expect(await refusal('DeleteSchedule', { Name: 'nightly' })).toBe(
      'ResourceNotFoundException: Schedule nightly does not exist.',
    );
  });

  test.each([
    [{ ScheduleExpression: 'rate(1 fortnight)' }, 'Invalid Schedule Expression rate(1 fortnight).'],
    [{ Name: 'a b' }, /'name' failed to satisfy constraint: .*pattern/],
    [{ Name: 'x'.repeat(65) }, /'name' failed .* less than or equal to 64/],
    [{ Target: undefined }, /Value null at 'target'/],
    [{ Target: { Arn: 'function', RoleArn: 'arn:aws:iam::123456789012:role/r' } }, /Arn is not in correct format/],
    [{ Target: { Arn: FUNCTION_ARN, RoleArn: 'role' } }, /'target\.roleArn' failed to satisfy constraint/],
    [{ FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }, /MaximumWindowInMinutes/],
    [{ State: 'ON' }, /'state' failed to satisfy constraint: .*\[ENABLED, DISABLED\]/],
    [{ StartDate: 2_000_000_000, EndDate: 1_900_000_000 }, /StartDate must come before/],
  ])('%j is refused', async (input, message) => {
    const { create } = sandbox();

    const created = create('nightly', 'rate(1 day)', input);

    await expect(created).rejects.toMatchObject({
      code: 'ValidationException',
      status: 400,
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
  });

  test('there is one group only', async () => {
    const { refusal } = sandbox();

    const refused = await refusal('GetSchedule', { Name: 'nightly', GroupName: 'mine' });

    expect(refused).toBe('ResourceNotFoundException: Schedule group mine does not exist.');
  });
});

describe('what is due', () => {
  test('is invoked, with the context attributes in their places', async () => {
    const { create, service, invoked } = sandbox();
    const Input = JSON.stringify({
      token: '<aws.scheduler.execution-id>',
      arn: '<aws.scheduler.schedule-arn>',
      at: 'at <aws.scheduler.scheduled-time>',
      attempt: '<aws.scheduler.attempt-number>',
      other: '<aws.scheduler.nonsense>',
    });
    await create('nightly', 'at(2030-01-02T03:00:00)', { Target: { ...definition('', '').Target, Input } });

    const [execution] = await service.due(Date.parse('2030-01-02T03:00:30Z'));

    expect(execution?.executionId).toMatch(/^[0-9a-f]{16}$/);
    expect(invoked).toEqual([
      {
        token: execution?.executionId,
        arn: ARN,
        at: 'at 2030-01-02T03:00:00Z',
        attempt: '1',
        other: '<aws.scheduler.nonsense>',
      },
    ]);
  });

  test('is invoked once, and again when it is due again', async () => {
    const { create, service, clock } = sandbox();
    await create('nightly', 'cron(0 3 * * ? *)');
    const counts: number[] = [];

    for (const hours of [2, 3, 3, 26, 27]) {
      counts.push((await service.due(clock.now + hours * 3_600_000)).length);
    }

    expect(counts).toEqual([0, 1, 0, 0, 1]);
  });

  test('a rate begins at once, or on its StartDate, and ends with its EndDate', async () => {
    const { create, service, clock } = sandbox();
    const day = 86_400;
    const StartDate = clock.now / 1000 + day;
    await create('now', 'rate(1 day)');
    await create('later', 'rate(1 day)', { StartDate, EndDate: StartDate + day });
    const due: string[] = [];

    for (const days of [0, 1, 2, 3]) {
      const executions = await service.due(clock.now + days * day * 1000);
      due.push(executions.map(({ scheduleArn }) => scheduleArn.split('/').at(-1)).join(' '));
    }

    expect(due).toEqual(['now', 'now later', 'now later', 'now']);
  });

  test('a missed time is made good once, not once for each', async () => {
    const { create, service, clock } = sandbox();
    await create('hourly', 'rate(1 hour)');

    const executions = await service.due(clock.now + 10 * 3_600_000);

    expect(executions).toHaveLength(1);
  });

  test('a one-time schedule is gone afterwards if it says so, and stays otherwise', async () => {
    const { create, service, names, invoked } = sandbox();
    await create('goes', 'at(2030-01-02T00:00:00)', { ActionAfterCompletion: 'DELETE' });
    await create('stays', 'at(2030-01-02T00:00:00)');
    await create('off', 'at(2030-01-02T00:00:00)', { State: 'DISABLED' });

    await service.due(Date.parse('2031-01-01'));
    await service.due(Date.parse('2032-01-01'));

    expect(await names()).toEqual(['off', 'stays']);
    expect(invoked).toHaveLength(2);
  });

  test('one schedule is run by its name, whatever the time', async () => {
    const { create, service, invoked } = sandbox();
    await create('nightly', 'cron(0 3 * * ? *)');
    await create('off', 'rate(1 day)', { State: 'DISABLED' });

    const { scheduledAt } = await service.run('nightly');

    expect(new Date(scheduledAt).toISOString()).toBe('2030-01-01T03:00:00.000Z');
    expect(invoked).toEqual([{ a: 1 }]);
    await expect(service.run('off')).rejects.toMatchObject({ code: 'ValidationException' });
    await expect(service.run('nope')).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });

  test('a delivery is repeated with the same execution id, also after the schedule is gone', async () => {
    const { create, service, invoked } = sandbox();
    const Input = '{"token":"<aws.scheduler.execution-id>"}';
    const target = { ...definition('', '').Target, Input };
    await create('nightly', 'at(2030-01-02T00:00:00)', { ActionAfterCompletion: 'DELETE', Target: target });
    const { executionId } = await service.run('nightly');

    const execution = await service.redeliver(executionId);

    expect(invoked).toEqual([{ token: executionId }, { token: executionId }]);
    expect(execution.outcomes).toHaveLength(2);
    await expect(service.redeliver('nope')).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });

  test('an Input that is no JSON never reaches the function', async () => {
    const { create, service, invoked } = sandbox();
    await create('broken', 'rate(1 day)', { Target: { ...definition('', '').Target, Input: '{' } });

    const { outcomes } = await service.run('broken');

    expect(outcomes).toMatchObject([{ ok: false, error: { errorType: 'InvalidRequestContentException' } }]);
    expect(invoked).toEqual([]);
  });
});
