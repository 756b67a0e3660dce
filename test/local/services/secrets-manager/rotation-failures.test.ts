import { describe, expect, test } from 'vitest';
import { fail, id, withSecret } from './sandbox.ts';

const _UNFINISHED = "InvalidRequestException: A previous rotation isn't complete. That rotation will be reattempted.";
const TOKEN = id('B');

describe('a step that fails', () => {
  test.for([
    ['createSecret', ['RotationStarted', 'createSecret', 'RotationFailed'], undefined],
    ['setSecret', ['RotationStarted', 'createSecret', 'setSecret', 'RotationFailed'], `value of ${TOKEN}`],
  ] as const)('%s ends the rotation, and leaves AWSPENDING where it is', async ([step, happens, pending]) => {
    const { rotate, steps, service, call, labels, happened } = await withSecret();
    steps[step] = fail;

    await rotate('a', { ClientRequestToken: TOKEN });
    await service.idle();

    const value = await call('GetSecretValue', { SecretId: 'a', VersionId: TOKEN }).catch(() => ({}));
    expect(happened()).toEqual(happens);
    expect(service.history.at(-1)).toMatchObject({ step, error: { errorMessage: 'Error: the server is away' } });
    expect(await labels('a')).toEqual({ [id('A')]: ['AWSCURRENT'], [TOKEN]: ['AWSPENDING'] });
    expect(value.SecretString).toBe(pending);
    expect(await call('DescribeSecret', { SecretId: 'a' })).not.toHaveProperty('LastRotatedDate');
  });

  test('the whole rotation is repeated from createSecret with the same token', async () => {
    const { rotate, steps, service, labels, happened, events } = await withSecret({ automaticRetries: 2 });
    let times = 0;
    steps.setSecret = () => {
      times += 1;
      if (times < 3) fail();
    };

    await rotate('a', { ClientRequestToken: TOKEN });
    await service.idle();

    const broken = ['RotationStarted', 'createSecret', 'setSecret', 'RotationFailed'];
    const whole = ['RotationStarted', 'createSecret', 'setSecret', 'testSecret', 'finishSecret', 'RotationSucceeded'];
    expect(happened()).toEqual([...broken, ...broken, ...whole]);
    expect(new Set(events.map((event) => event.ClientRequestToken))).toEqual(new Set([TOKEN]));
    expect(service.history.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3]);
    expect((await labels('a'))[TOKEN]).toEqual(['AWSCURRENT']);
  });

  test('it is not repeated for ever', async () => {
    const { rotate, steps, service, events, labels } = await withSecret({ automaticRetries: 2 });
    steps.createSecret = fail;

    await rotate('a', { ClientRequestToken: TOKEN });
    await service.idle();

    expect(events).toHaveLength(3);
    expect((await labels('a'))[TOKEN]).toEqual(['AWSPENDING']);
  });

  test('a retry asked for later ends what began', async () => {
    const { rotate, steps, service, call, labels } = await withSecret();
    steps.finishSecret = fail;
    await rotate('a', { ClientRequestToken: TOKEN });
    await service.idle();
    delete steps.finishSecret;

    await service.retryRotation('a');

    expect(await labels('a')).toEqual({ [id('A')]: ['AWSPREVIOUS'], [TOKEN]: ['AWSCURRENT'] });
    expect(await call('GetSecretValue', { SecretId: 'a' })).toMatchObject({ SecretString: `value of ${TOKEN}` });
    expect(service.history.at(-1)).toMatchObject({ event: 'RotationSucceeded', attempt: 2 });
  });

  test('a retry with nothing unfinished does nothing, and knows its secrets', async () => {
    const { rotate, service, events } = await withSecret();
    await rotate('a');
    await service.idle();

    await service.retryRotation('a');

    expect(events).toHaveLength(4);
    await expect(service.retryRotation('nobody')).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });

  test('finishSecret that moves nothing has failed', async () => {
    const { rotate, steps, service, labels } = await withSecret();
    steps.finishSecret = () => undefined;

    await rotate('a', { ClientRequestToken: TOKEN });
    await service.idle();

    expect(service.history.at(-1)).toMatchObject({ event: 'RotationFailed', step: 'finishSecret' });
    expect(await labels('a')).toEqual({ [id('A')]: ['AWSCURRENT'], [TOKEN]: ['AWSPENDING'] });
  });
});

describe('an abandoned rotation', () => {
  const removePending = { SecretId: 'a', VersionStage: 'AWSPENDING', RemoveFromVersionId: TOKEN };

  test.for<[way: string, operation: string, input: Record<string, unknown>]>([
    ['AWSPENDING was taken off', 'UpdateSecretVersionStage', removePending],
    [
      'AWSPENDING went to another version',
      'PutSecretValue',
      { SecretId: 'a', SecretString: 'x', VersionStages: ['AWSPENDING'] },
    ],
    ['a new value came', 'UpdateSecret', { SecretId: 'a', SecretString: 'x' }],
    ['rotation was turned off', 'CancelRotateSecret', { SecretId: 'a' }],
    ['the secret was deleted', 'DeleteSecret', { SecretId: 'a' }],
  ])('is not repeated: %s', async ([, operation, input]) => {
    const { rotate, steps, service, call, events, happened } = await withSecret();
    steps.setSecret = fail;
    await rotate('a', { ClientRequestToken: TOKEN });
    await service.idle();
    await call(operation, input);

    await service.retryRotation('a');

    expect(happened().at(-1)).toBe('RotationAbandoned');
    expect(events.map(({ Step }) => Step)).toEqual(['createSecret', 'setSecret']);
  });

  test('stops between two steps', async () => {
    const { rotate, steps, service, call, events, labels } = await withSecret({ automaticRetries: 2 });
    steps.setSecret = () =>
      call('PutSecretValue', { SecretId: 'a', ClientRequestToken: id('C'), SecretString: 'by hand' });

    await rotate('a', { ClientRequestToken: TOKEN });
    await service.idle();

    expect(events.map(({ Step }) => Step)).toEqual(['createSecret', 'setSecret']);
    expect(await labels('a')).toEqual({ [id('A')]: ['AWSPREVIOUS'], [TOKEN]: [], [id('C')]: ['AWSCURRENT'] });
  });
});

test('a reset stops the rotation that is being driven, and nothing of it is heard again', async () => {
  const { rotate, steps, service, events } = await withSecret();
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
  steps.setSecret = () => {
    enter();
    return gate;
  };
  await rotate('a');
  await entered;

  service.reset();
  open();
  await gate;
  await new Promise(setImmediate);

  expect(events.map(({ Step }) => Step)).toEqual(['createSecret', 'setSecret']);
  expect(service.history).toEqual([]);
});
