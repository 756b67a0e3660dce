import { describe, expect, test } from 'vitest';
import { id, sandbox } from './sandbox.ts';

const NOT_FOUND = "ResourceNotFoundException: Secrets Manager can't find the specified secret";
const DELETED =
  "InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion.";
const _NO_TOKEN = 'You must provide a ClientRequestToken value. We recommend a UUID-type value.';
const _TOO_LONG = 'failed to satisfy constraint: Member must have length less than or equal to 65536';

describe('GetSecretValue', () => {
  test('gives current unless asked otherwise, with the date of the version', async () => {
    const { call, clock } = sandbox({ at: '2025-03-10T12:00:00.125Z' });
    const { ARN } = await call('CreateSecret', { Name: 'a', ClientRequestToken: id('A'), SecretString: 'one' });
    clock.now += 60_000;
    await call('PutSecretValue', { SecretId: 'a', ClientRequestToken: id('B'), SecretBinary: 'AAEC' });

    const current = await call('GetSecretValue', { SecretId: 'a' });
    const previous = await call('GetSecretValue', { SecretId: 'a', VersionStage: 'AWSPREVIOUS' });

    const shared = { ARN, Name: 'a' };
    expect(current).toEqual({
      ...shared,
      VersionId: id('B'),
      SecretBinary: 'AAEC',
      VersionStages: ['AWSCURRENT'],
      CreatedDate: 1741608060.125,
    });
    expect(previous).toEqual({
      ...shared,
      VersionId: id('A'),
      SecretString: 'one',
      VersionStages: ['AWSPREVIOUS'],
      CreatedDate: 1741608000.125,
    });
  });

  test('reads a version without labels by its id, and says nothing of labels', async () => {
    const { call } = sandbox();
    await call('CreateSecret', { Name: 'a', ClientRequestToken: id('A'), SecretString: 'one' });
    for (const SecretString of ['two', 'three']) await call('PutSecretValue', { SecretId: 'a', SecretString });

    const answer = await call('GetSecretValue', { SecretId: 'a', VersionId: id('A') });

    expect(answer).toMatchObject({ SecretString: 'one' });
    expect(answer).not.toHaveProperty('VersionStages');
  });

  test('tells apart what it does not find', async () => {
    const { call, refusal } = sandbox();
    await call('CreateSecret', { Name: 'a', ClientRequestToken: id('A'), SecretString: 'one' });
    await call('CreateSecret', { Name: 'empty' });

    expect(await refusal('GetSecretValue', { SecretId: 'nobody' })).toBe(`${NOT_FOUND}.`);
    expect(await refusal('GetSecretValue', { SecretId: 'empty' })).toBe(
      `${NOT_FOUND} value for staging label: AWSCURRENT`,
    );
    expect(await refusal('GetSecretValue', { SecretId: 'a', VersionStage: 'BLUE' })).toBe(
      `${NOT_FOUND} value for staging label: BLUE`,
    );
    expect(await refusal('GetSecretValue', { SecretId: 'a', VersionId: id('B') })).toBe(
      `${NOT_FOUND} value for VersionId: ${id('B')}`,
    );
    expect(await refusal('GetSecretValue', { SecretId: 'a', VersionId: id('A'), VersionStage: 'AWSPENDING' })).toBe(
      'InvalidRequestException: You provided a VersionStage that is not associated to the provided VersionId.',
    );
  });

  test('notes the day of the read, not the moment', async () => {
    const { call } = sandbox({ at: '2025-03-10T12:34:56Z' });
    await call('CreateSecret', { Name: 'a', SecretString: 'one' });
    const before = await call('DescribeSecret', { SecretId: 'a' });

    await call('GetSecretValue', { SecretId: 'a' });

    const midnight = Date.parse('2025-03-10T00:00:00Z') / 1000;
    const versions = await call('ListSecretVersionIds', { SecretId: 'a' });
    expect(before).not.toHaveProperty('LastAccessedDate');
    expect(await call('DescribeSecret', { SecretId: 'a' })).toEqual({ ...before, LastAccessedDate: midnight });
    expect(versions.Versions[0].LastAccessedDate).toBe(midnight);
  });
});

describe('UpdateSecret', () => {
  test('answers with a version only when a value was given', async () => {
    const { call } = sandbox();
    const { ARN } = await call('CreateSecret', { Name: 'a', SecretString: 'one' });

    const described = await call('UpdateSecret', { SecretId: 'a', Description: 'new' });
    const valued = await call('UpdateSecret', { SecretId: 'a', ClientRequestToken: id('B'), SecretString: 'two' });

    expect(described).toEqual({ ARN, Name: 'a' });
    expect(valued).toEqual({ ARN, Name: 'a', VersionId: id('B') });
    expect(await call('GetSecretValue', { SecretId: 'a' })).toMatchObject({ SecretString: 'two' });
  });

  test('succeeds with nothing to change, and moves the date', async () => {
    const { call, clock } = sandbox();
    await call('CreateSecret', { Name: 'a', Description: 'text' });
    clock.now += 5000;

    await call('UpdateSecret', { SecretId: 'a', ClientRequestToken: null });

    expect(await call('DescribeSecret', { SecretId: 'a' })).toMatchObject({
      Description: 'text',
      LastChangedDate: clock.now / 1000,
    });
  });

  test('an empty description takes it away', async () => {
    const { call } = sandbox();
    await call('CreateSecret', { Name: 'a', Description: 'text' });

    await call('UpdateSecret', { SecretId: 'a', Description: '' });

    expect(await call('DescribeSecret', { SecretId: 'a' })).not.toHaveProperty('Description');
  });

  test('treats a used token as a put does', async () => {
    const { call, refusal } = sandbox();
    await call('CreateSecret', { Name: 'a', ClientRequestToken: id('A'), SecretString: 'one' });
    const update = { SecretId: 'a', ClientRequestToken: id('A') };

    expect(await call('UpdateSecret', { ...update, SecretString: 'one' })).toMatchObject({ VersionId: id('A') });
    expect(await refusal('UpdateSecret', { ...update, SecretString: 'two' })).toMatch(/^ResourceExistsException: /);
  });

  test('refuses a secret that is marked for deletion', async () => {
    const { call, refusal } = sandbox();
    await call('CreateSecret', { Name: 'a' });
    await call('DeleteSecret', { SecretId: 'a' });

    expect(await refusal('UpdateSecret', { SecretId: 'a' })).toBe(DELETED);
  });
});

describe('UpdateSecretVersionStage', () => {
  test('names the version that has the label when the caller did not', async () => {
    const { call, refusal } = sandbox();
    await call('CreateSecret', { Name: 'a', ClientRequestToken: id('A'), SecretString: 'one' });
    await call('PutSecretValue', {
      SecretId: 'a',
      ClientRequestToken: id('B'),
      SecretString: 'two',
      VersionStages: ['BLUE'],
    });

    expect(
      await refusal('UpdateSecretVersionStage', {
        SecretId: 'a',
        VersionStage: 'AWSCURRENT',
        MoveToVersionId: id('B'),
      }),
    ).toBe(
      `InvalidParameterException: The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version ${id('A')}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  });

  test('demands a version to move to or from', async () => {
    const { call, refusal } = sandbox();
    await call('CreateSecret', { Name: 'a', SecretString: 'one' });

    expect(await refusal('UpdateSecretVersionStage', { SecretId: 'a', VersionStage: 'BLUE' })).toMatch(
      /^InvalidParameterException: /,
    );
  });
});

describe('BatchGetSecretValue', () => {
  test('answers for each secret, in values or in errors', async () => {
    const { call } = sandbox();
    for (const Name of ['a', 'b']) await call('CreateSecret', { Name, SecretString: `value of ${Name}` });

    const { SecretValues, Errors } = await call('BatchGetSecretValue', { SecretIdList: ['a', 'nobody', 'b'] });

    expect(SecretValues.map((one: { SecretString: string }) => one.SecretString)).toEqual(['value of a', 'value of b']);
    expect(Errors).toEqual([
      {
        SecretId: 'nobody',
        ErrorCode: 'ResourceNotFoundException',
        Message: "Secrets Manager can't find the specified secret.",
      },
    ]);
  });

  test('goes through pages of filtered secrets', async () => {
    const { call } = sandbox();
    for (const Name of ['a1', 'a2', 'b1', 'a3']) await call('CreateSecret', { Name, SecretString: Name });
    const input = { Filters: [{ Key: 'name', Values: ['a'] }], MaxResults: 2 };

    const first = await call('BatchGetSecretValue', input);
    const second = await call('BatchGetSecretValue', { ...input, NextToken: first.NextToken });

    const names = [first, second].map(({ SecretValues }) => SecretValues.map((one: { Name: string }) => one.Name));
    expect(names).toEqual([['a1', 'a2'], ['a3']]);
    expect(second).not.toHaveProperty('NextToken');
  });

  test('wants a list or filters, and a page size only with filters', async () => {
    const { refusal } = sandbox();
    const both = { SecretIdList: ['a'], Filters: [{ Key: 'name', Values: ['a'] }] };
    const text = "InvalidParameterException: Either 'SecretIdList' or 'Filters' must be provided, but not both.";

    expect(await refusal('BatchGetSecretValue', both)).toBe(text);
    expect(await refusal('BatchGetSecretValue')).toBe(text);
    expect(await refusal('BatchGetSecretValue', { SecretIdList: ['a'], MaxResults: 1 })).toMatch(
      "'Filters' not specified.",
    );
  });
});
