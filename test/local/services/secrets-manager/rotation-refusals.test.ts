import { describe, expect, test } from 'vitest';
import { FUNCTION_ARN, fail, id, withSecret } from './sandbox.ts';

const UNFINISHED = "InvalidRequestException: A previous rotation isn't complete. That rotation will be reattempted.";
const TOKEN = id('B');

describe('what RotateSecret refuses', () => {
  const invalidArn =
    'InvalidParameterException: Invalid rotation Lambda ARN. Ensure the ARN matches format arn:aws:lambda:<region>:<account>:function:<functionName>.';

  test.for<[what: string, input: Record<string, unknown>, refusal: string]>([
    [
      'no token',
      { ClientRequestToken: null, RotationLambdaARN: undefined },
      'InvalidParameterException: You must provide a ClientRequestToken value. We recommend a UUID-type value.',
    ],
    [
      'an unknown secret',
      { SecretId: 'nobody' },
      "ResourceNotFoundException: Secrets Manager can't find the specified secret.",
    ],
    [
      'no function',
      { RotationLambdaARN: undefined },
      'InvalidRequestException: No Lambda rotation function ARN is associated with this secret.',
    ],
    ['what is no ARN', { RotationLambdaARN: 'rotate' }, invalidArn],
    ['a function elsewhere', { RotationLambdaARN: FUNCTION_ARN.replace('us-east-1', 'eu-west-1') }, invalidArn],
    [
      'a managed external secret',
      { ExternalSecretRotationRoleArn: 'arn:aws:iam::123456789012:role/partner' },
      'InvalidRequestException: The sandbox rotates no managed external secrets: it has none of the partners.',
    ],
    [
      'what belongs to one',
      { ExternalSecretRotationMetadata: [{ Key: 'adminSecretArn', Value: 'arn' }] },
      'InvalidRequestException: The sandbox rotates no managed external secrets: it has none of the partners.',
    ],
    [
      'bad rules before an unknown function',
      { RotationLambdaARN: `${FUNCTION_ARN}x`, RotationRules: { ScheduleExpression: 'rate(1 hour)' } },
      'InvalidParameterException: Rate in hour should be least 4 and less than 24.',
    ],
    [
      'an unknown function',
      { RotationLambdaARN: `${FUNCTION_ARN}x` },
      'AccessDeniedException: Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.',
    ],
  ])('%s, and nothing is stored', async ([, input, text]) => {
    const { call, refusal } = await withSecret();
    const before = await call('DescribeSecret', { SecretId: 'a' });

    const refused = await refusal('RotateSecret', { SecretId: 'a', RotationLambdaARN: FUNCTION_ARN, ...input });

    expect(refused).toBe(text);
    expect(await call('DescribeSecret', { SecretId: 'a' })).toEqual(before);
  });

  test('a secret whose rotation did not end, also to change its rules or to cancel it first', async () => {
    const { rotate, steps, service, refusal, call } = await withSecret();
    steps.setSecret = fail;
    await rotate('a', { ClientRequestToken: TOKEN });
    await service.idle();

    expect(await refusal('RotateSecret', { SecretId: 'a' })).toBe(UNFINISHED);
    expect(await refusal('RotateSecret', { SecretId: 'a', ClientRequestToken: TOKEN })).toBe(UNFINISHED);
    expect(await refusal('RotateSecret', { SecretId: 'a', RotationRules: { AutomaticallyAfterDays: 9 } })).toBe(
      UNFINISHED,
    );
    expect(await call('CancelRotateSecret', { SecretId: 'a' })).toMatchObject({ Name: 'a', VersionId: TOKEN });
    expect(await refusal('RotateSecret', { SecretId: 'a' })).toBe(UNFINISHED);
    expect((await call('DescribeSecret', { SecretId: 'a' })).RotationRules).toEqual({ AutomaticallyAfterDays: 30 });
  });

  test('a secret that is being rotated, though its new version is current already', async () => {
    const { rotate, steps, service, promote, refusal } = await withSecret();
    let refused = '';
    steps.setSecret = ({ SecretId, ClientRequestToken }) => promote(SecretId, ClientRequestToken);
    steps.testSecret = async () => {
      refused = await refusal('RotateSecret', { SecretId: 'a' });
    };

    await rotate('a');
    await service.idle();

    expect(refused).toBe(UNFINISHED);
  });

  test.for<[way: string, input: Record<string, unknown>]>([
    ['UpdateSecretVersionStage', { VersionStage: 'AWSPENDING', RemoveFromVersionId: TOKEN }],
    ['PutSecretValue', { SecretString: 'by hand' }],
  ])('no longer, once %s took AWSPENDING off', async ([way, input]) => {
    const { rotate, steps, service, call, labels } = await withSecret();
    steps.setSecret = fail;
    await rotate('a', { ClientRequestToken: TOKEN });
    await service.idle();

    delete steps.setSecret;
    await call(way, { SecretId: 'a', ...input });
    await rotate('a', { ClientRequestToken: id('C') });
    await service.idle();

    expect((await labels('a'))[id('C')]).toEqual(['AWSCURRENT']);
    expect(service.history.map(({ event, token }) => [event, token])).toContainEqual(['RotationAbandoned', TOKEN]);
  });
});
