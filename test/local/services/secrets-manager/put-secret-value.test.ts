import { describe, expect, test } from 'vitest';
import { id, sandbox } from './sandbox.ts';

const NOT_FOUND = "ResourceNotFoundException: Secrets Manager can't find the specified secret";
const DELETED =
  "InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion.";
const NO_TOKEN = 'You must provide a ClientRequestToken value. We recommend a UUID-type value.';
const _TOO_LONG = 'failed to satisfy constraint: Member must have length less than or equal to 65536';

describe('PutSecretValue', () => {
  test('answers with the labels of the version', async () => {
    const { call } = sandbox();
    const { ARN } = await call('CreateSecret', { Name: 'a', SecretString: 'one' });

    const answer = await call('PutSecretValue', {
      SecretId: 'a',
      ClientRequestToken: id('B'),
      SecretString: 'two',
      VersionStages: ['BLUE'],
    });

    expect(answer).toEqual({ ARN, Name: 'a', VersionId: id('B'), VersionStages: ['BLUE'] });
  });

  test('changes nothing when token and value are the same, and refuses another value', async () => {
    const { call, refusal, labels, clock } = sandbox();
    const { ARN } = await call('CreateSecret', { Name: 'a', ClientRequestToken: id('A'), SecretString: 'one' });
    await call('PutSecretValue', { SecretId: 'a', ClientRequestToken: id('B'), SecretString: 'two' });
    const before = await call('DescribeSecret', { SecretId: 'a' });
    clock.now += 1000;

    await call('PutSecretValue', { SecretId: 'a', ClientRequestToken: id('A'), SecretString: 'one' });
    const refused = await refusal('PutSecretValue', {
      SecretId: 'a',
      ClientRequestToken: id('A'),
      SecretBinary: 'b25l',
    });

    expect(await labels('a')).toEqual({ [id('A')]: ['AWSPREVIOUS'], [id('B')]: ['AWSCURRENT'] });
    expect(await call('DescribeSecret', { SecretId: 'a' })).toEqual(before);
    expect(refused).toBe(
      `ResourceExistsException: You can't use ClientRequestToken ${id('A')} because that value is already in use for a version of secret ${ARN}.`,
    );
  });

  test.for([[{}], [{ SecretString: '' }], [{ SecretBinary: '' }]])(
    'demands a value before it looks for the secret: %j',
    async ([input]) => {
      const { refusal } = sandbox();

      expect(await refusal('PutSecretValue', { SecretId: 'nobody', ...input })).toBe(
        'InvalidRequestException: You must provide either SecretString or SecretBinary.',
      );
    },
  );

  test('demands a token, and a live secret', async () => {
    const { call, refusal } = sandbox();
    await call('CreateSecret', { Name: 'a' });
    const put = { SecretId: 'a', SecretString: 'x' };

    expect(await refusal('PutSecretValue', { ...put, ClientRequestToken: null })).toBe(
      `InvalidRequestException: ${NO_TOKEN}`,
    );
    expect(await refusal('PutSecretValue', { ...put, SecretId: 'nobody' })).toBe(`${NOT_FOUND}.`);
    await call('DeleteSecret', { SecretId: 'a' });
    expect(await refusal('PutSecretValue', put)).toBe(DELETED);
  });

  test('takes twenty labels a secret and no more', async () => {
    const { call, refusal } = sandbox();
    await call('CreateSecret', { Name: 'a', SecretString: 'x' });
    const VersionStages = Array.from({ length: 19 }, (_, index) => `LABEL${index}`);

    await call('PutSecretValue', { SecretId: 'a', SecretString: 'y', VersionStages });
    const put = await refusal('PutSecretValue', { SecretId: 'a', SecretString: 'z', VersionStages: ['ANOTHER'] });
    const { VersionId } = await call('GetSecretValue', { SecretId: 'a' });
    const move = await refusal('UpdateSecretVersionStage', {
      SecretId: 'a',
      VersionStage: 'ANOTHER',
      MoveToVersionId: VersionId,
    });

    expect(put).toMatch(/^LimitExceededException: /);
    expect(move).toMatch(/^LimitExceededException: /);
  });

  test('forgets deprecated versions beyond a hundred once they are a day old', async () => {
    const { call, clock } = sandbox();
    await call('CreateSecret', { Name: 'a', ClientRequestToken: id('A'), SecretString: 'first' });
    const put = async (times: number) => {
      for (let n = 0; n < times; n += 1) await call('PutSecretValue', { SecretId: 'a', SecretString: `${n}` });
    };
    const count = async () =>
      (await call('ListSecretVersionIds', { SecretId: 'a', IncludeDeprecated: true, MaxResults: 100 })).NextToken;
    await put(110);
    const first = await call('GetSecretValue', { SecretId: 'a', VersionId: id('A') });
    clock.now += 86_400_000;

    await put(1);

    expect(first.SecretString).toBe('first');
    await expect(call('GetSecretValue', { SecretId: 'a', VersionId: id('A') })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
    const NextToken = await count();
    const rest = await call('ListSecretVersionIds', { SecretId: 'a', IncludeDeprecated: true, NextToken });
    expect(rest.Versions).toHaveLength(2);
  });
});
