import { describe, expect, test } from 'vitest';
import { id, sandbox } from './sandbox.ts';

const _NOT_FOUND = "ResourceNotFoundException: Secrets Manager can't find the specified secret";
const _DELETED =
  "InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion.";
const NO_TOKEN = 'You must provide a ClientRequestToken value. We recommend a UUID-type value.';
const TOO_LONG = 'failed to satisfy constraint: Member must have length less than or equal to 65536';

describe('CreateSecret', () => {
  test('answers with the version only when a value was given', async () => {
    const { call } = sandbox();

    const withValue = await call('CreateSecret', { Name: 'a', ClientRequestToken: id('A'), SecretString: 'x' });
    const without = await call('CreateSecret', { Name: 'b' });

    expect(withValue).toEqual({
      ARN: expect.stringMatching(/:secret:a-[A-Za-z0-9]{6}$/),
      Name: 'a',
      VersionId: id('A'),
    });
    expect(without).toEqual({ ARN: expect.any(String), Name: 'b' });
  });

  test('demands a token', async () => {
    const { refusal } = sandbox();

    expect(await refusal('CreateSecret', { Name: 'a', ClientRequestToken: null })).toBe(
      `InvalidRequestException: ${NO_TOKEN}`,
    );
  });

  test('refuses a name that is taken', async () => {
    const { call, refusal } = sandbox();
    await call('CreateSecret', { Name: 'a', SecretString: 'x' });

    expect(await refusal('CreateSecret', { Name: 'a', SecretString: 'x' })).toBe(
      'ResourceExistsException: The operation failed because the secret a already exists.',
    );
  });

  test('may be repeated with the same token and value, not with another value', async () => {
    const { call, refusal } = sandbox();
    const input = { Name: 'a', ClientRequestToken: id('A'), SecretString: 'x' };
    const first = await call('CreateSecret', input);

    const second = await call('CreateSecret', input);
    const other = await refusal('CreateSecret', { ...input, SecretString: 'y' });

    expect(second).toEqual(first);
    expect(other).toBe(
      `ResourceExistsException: You can't use ClientRequestToken ${id('A')} because that value is already in use for a version of secret ${first.ARN}.`,
    );
  });

  test('refuses the name of a secret that waits for its deletion', async () => {
    const { call, refusal } = sandbox();
    await call('CreateSecret', { Name: 'a' });
    await call('DeleteSecret', { SecretId: 'a' });

    expect(await refusal('CreateSecret', { Name: 'a' })).toBe(
      "InvalidRequestException: You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  });

  test.for([
    [
      'two values',
      { SecretString: 'x', SecretBinary: 'eA==' },
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    ],
    ['a replica in its own region', { AddReplicaRegions: [{ Region: 'us-east-1' }] }, 'Invalid replica region.'],
    ['a replica nowhere', { AddReplicaRegions: [{ Region: 'nowhere-7' }] }, 'Invalid replica region.'],
  ] as const)('refuses %s', async ([, input, message]) => {
    const { refusal } = sandbox();

    expect(await refusal('CreateSecret', { Name: 'a', ...input })).toBe(`InvalidParameterException: ${message}`);
  });

  test('refuses a key of another region', async () => {
    const { refusal } = sandbox();
    const KmsKeyId = 'arn:aws:kms:eu-west-1:123456789012:key/1';

    expect(await refusal('CreateSecret', { Name: 'a', KmsKeyId })).toMatch(
      'The operation failed because of an invalid KMS key: ',
    );
  });

  test.for([
    ['string', { SecretString: 'x'.repeat(65_536) }, { SecretString: 'x'.repeat(65_537) }, 'secretString'],
    [
      'string of wide characters',
      { SecretString: 'ж'.repeat(32_768) },
      { SecretString: 'ж'.repeat(32_769) },
      'secretString',
    ],
    ['binary', { SecretBinary: bytes(65_536) }, { SecretBinary: bytes(65_537) }, 'secretBinary'],
  ] as const)('takes 65,536 bytes of %s and not one more', async ([, fits, tooLong, member]) => {
    const { call, refusal } = sandbox();

    await call('CreateSecret', { Name: 'a', ...fits });
    const refused = await refusal('CreateSecret', { Name: 'b', ...tooLong });

    expect(await call('GetSecretValue', { SecretId: 'a' })).toMatchObject(fits);
    expect(refused).toBe(`ValidationException: 1 validation error detected: Value at '${member}' ${TOO_LONG}`);
  });
});

function bytes(length: number): string {
  return Buffer.alloc(length, 7).toString('base64');
}
