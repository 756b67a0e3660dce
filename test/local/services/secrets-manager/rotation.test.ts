import { describe, expect, test } from 'vitest';
import { FUNCTION_ARN, fail, id, withSecret } from './sandbox.ts';

const _UNFINISHED = "InvalidRequestException: A previous rotation isn't complete. That rotation will be reattempted.";
const TOKEN = id('B');

describe('RotateSecret', () => {
  test('answers at once, whatever the function does', async () => {
    const { rotate, steps, service, labels, ARN } = await withSecret();
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    steps.createSecret = () => gate;

    const answer = await rotate('a', { ClientRequestToken: TOKEN });

    expect(answer).toEqual({ ARN, Name: 'a', VersionId: TOKEN });
    expect((await labels('a'))[TOKEN]).toEqual(['AWSPENDING']);
    open();
    await service.idle();
  });

  test('calls the function once a step, with the ARN, the token and a rotation token', async () => {
    const { rotate, events, service, happened, ARN } = await withSecret();

    await rotate('a', { ClientRequestToken: TOKEN });
    await service.idle();

    const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/);
    const shared = { SecretId: ARN, ClientRequestToken: TOKEN, RotationToken: uuid };
    expect(events).toEqual([
      { Step: 'createSecret', ...shared },
      { Step: 'setSecret', ...shared },
      { Step: 'testSecret', ...shared },
      { Step: 'finishSecret', ...shared },
    ]);
    expect(happened()).toEqual([
      'RotationStarted',
      'createSecret',
      'setSecret',
      'testSecret',
      'finishSecret',
      'RotationSucceeded',
    ]);
  });

  test('makes the pending version without a value before the first step', async () => {
    const { rotate, steps, call, refusal, service } = await withSecret();
    const seen: unknown[] = [];
    steps.createSecret = async ({ SecretId, ClientRequestToken: VersionId }) => {
      seen.push(await call('DescribeSecret', { SecretId }));
      seen.push(await refusal('GetSecretValue', { SecretId, VersionId, VersionStage: 'AWSPENDING' }));
      seen.push(await refusal('GetSecretValue', { SecretId, VersionStage: 'AWSPENDING' }));
      seen.push(await refusal('GetSecretValue', { SecretId, VersionId }));
    };

    await rotate('a', { ClientRequestToken: TOKEN });
    await service.idle();

    expect(seen).toEqual([
      expect.objectContaining({
        RotationEnabled: true,
        VersionIdsToStages: { [id('A')]: ['AWSCURRENT'], [TOKEN]: ['AWSPENDING'] },
      }),
      "ResourceNotFoundException: Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
      "ResourceNotFoundException: Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
      `ResourceNotFoundException: Secrets Manager can't find the specified secret value for VersionId: ${TOKEN}`,
    ]);
  });

  test('ends with the new version current, nothing pending, and the dates told', async () => {
    const { rotate, service, call, clock, labels } = await withSecret();

    await rotate('a', { ClientRequestToken: TOKEN, RotationRules: { ScheduleExpression: 'rate(4 hours)' } });
    await service.idle();

    expect(await labels('a')).toEqual({ [id('A')]: ['AWSPREVIOUS'], [TOKEN]: ['AWSCURRENT'] });
    expect(await call('DescribeSecret', { SecretId: 'a' })).toMatchObject({
      RotationEnabled: true,
      RotationLambdaARN: FUNCTION_ARN,
      RotationRules: { ScheduleExpression: 'rate(4 hours)', AutomaticallyAfterDays: 1 },
      LastRotatedDate: clock.now / 1000,
      LastChangedDate: clock.now / 1000,
      NextRotationDate: Date.parse('2025-03-10T08:59:59Z') / 1000,
    });
  });

  test('goes through all steps when the function promotes in an early one', async () => {
    const { rotate, service, steps, promote, labels, happened } = await withSecret();
    steps.setSecret = ({ SecretId, ClientRequestToken }) => promote(SecretId, ClientRequestToken);

    await rotate('a', { ClientRequestToken: TOKEN });
    await service.idle();

    expect(await labels('a')).toEqual({ [id('A')]: ['AWSPREVIOUS'], [TOKEN]: ['AWSCURRENT'] });
    expect(happened().slice(-3)).toEqual(['testSecret', 'finishSecret', 'RotationSucceeded']);
  });

  test('is repeated with the stored function and rules', async () => {
    const { rotate, call, service, labels } = await withSecret();
    await rotate('a', { RotationRules: { AutomaticallyAfterDays: 7 } });
    await service.idle();

    await call('RotateSecret', { SecretId: 'a', ClientRequestToken: TOKEN });
    await service.idle();

    expect((await labels('a'))[TOKEN]).toEqual(['AWSCURRENT']);
    expect((await call('DescribeSecret', { SecretId: 'a' })).RotationRules).toEqual({ AutomaticallyAfterDays: 7 });
  });

  test('the same call again starts no second rotation', async () => {
    const { rotate, service, events } = await withSecret();
    const first = await rotate('a', { ClientRequestToken: TOKEN });

    const during = await rotate('a', { ClientRequestToken: TOKEN });
    await service.idle();
    const after = await rotate('a', { ClientRequestToken: TOKEN });
    await service.idle();

    expect([during, after]).toEqual([first, first]);
    expect(events).toHaveLength(4);
  });

  test('a value changed by hand counts as a rotation for the next date', async () => {
    const { rotate, service, call, clock } = await withSecret();
    await rotate('a', { RotationRules: { AutomaticallyAfterDays: 10 } });
    await service.idle();
    clock.now += 5 * 86_400_000;

    await call('PutSecretValue', { SecretId: 'a', SecretString: 'by hand' });

    expect((await call('DescribeSecret', { SecretId: 'a' })).NextRotationDate).toBe(
      Date.parse('2025-03-25T23:59:59Z') / 1000,
    );
  });
});

describe('RotateImmediately false', () => {
  test('runs testSecret alone on a pending copy of current, which is gone afterwards', async () => {
    const { rotate, steps, service, call, labels, happened } = await withSecret();
    let pending: unknown;
    steps.testSecret = async ({ SecretId, ClientRequestToken }) => {
      pending = await call('GetSecretValue', { SecretId, VersionId: ClientRequestToken, VersionStage: 'AWSPENDING' });
    };

    await rotate('a', { ClientRequestToken: TOKEN, RotateImmediately: false });
    await service.idle();

    expect(pending).toMatchObject({ SecretString: 'one', VersionId: TOKEN, VersionStages: ['AWSPENDING'] });
    expect(happened()).toEqual(['TestRotationStarted', 'testSecret', 'TestRotationSucceeded']);
    expect(await labels('a')).toEqual({ [id('A')]: ['AWSCURRENT'] });
    const described = await call('DescribeSecret', { SecretId: 'a' });
    expect(described).toMatchObject({
      RotationEnabled: true,
      NextRotationDate: Date.parse('2025-04-09T23:59:59Z') / 1000,
    });
    expect(described).not.toHaveProperty('LastRotatedDate');
  });

  test('a failed check leaves rotation configured and nothing pending', async () => {
    const { rotate, steps, service, call, labels, happened } = await withSecret({ automaticRetries: 2 });
    steps.testSecret = fail;

    await rotate('a', { RotateImmediately: false });
    await service.idle();

    expect(happened()).toEqual(['TestRotationStarted', 'testSecret', 'TestRotationFailed']);
    expect(await labels('a')).toEqual({ [id('A')]: ['AWSCURRENT'] });
    expect(await call('DescribeSecret', { SecretId: 'a' })).toMatchObject({ RotationEnabled: true });
  });
});

describe('a step delivered twice', () => {
  test('comes at the same moment with the same event', async () => {
    const { rotate, steps, service, faults, events, happened } = await withSecret();
    let running = 0;
    let most = 0;
    steps.setSecret = async () => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
    };
    faults.twice.add('setSecret');

    await rotate('a');
    await service.idle();

    const [first, second] = events.filter(({ Step }) => Step === 'setSecret');
    expect(second).toEqual(first);
    expect(most).toBe(2);
    expect(happened()).toEqual([
      'RotationStarted',
      'createSecret',
      'setSecret',
      'setSecret',
      'testSecret',
      'finishSecret',
      'RotationSucceeded',
    ]);
  });

  test('has failed when one of the two has', async () => {
    const { rotate, steps, service, faults } = await withSecret();
    let times = 0;
    steps.testSecret = () => {
      times += 1;
      if (times === 2) fail();
    };
    faults.twice.add('testSecret');

    await rotate('a');
    await service.idle();

    expect(service.history.at(-1)).toMatchObject({ event: 'RotationFailed', step: 'testSecret' });
  });
});

describe('CancelRotateSecret', () => {
  test('turns rotation off and keeps the function, for a later RotateSecret to take up', async () => {
    const { rotate, service, call, ARN } = await withSecret();
    await rotate('a');
    await service.idle();

    const answer = await call('CancelRotateSecret', { SecretId: 'a' });

    expect(answer).toEqual({ ARN, Name: 'a' });
    const cancelled = await call('DescribeSecret', { SecretId: 'a' });
    expect(cancelled).toMatchObject({ RotationEnabled: false, RotationLambdaARN: FUNCTION_ARN });
    await call('RotateSecret', { SecretId: 'a' });
    await service.idle();
    expect(await call('DescribeSecret', { SecretId: 'a' })).toMatchObject({ RotationEnabled: true });
  });

  test('refuses a secret without rotation', async () => {
    const { refusal } = await withSecret();

    expect(await refusal('CancelRotateSecret', { SecretId: 'a' })).toMatch(/^InvalidRequestException: /);
  });
});
