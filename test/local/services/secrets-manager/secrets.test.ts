import { describe, expect, test } from 'vitest';
import { FUNCTION_ARN, id, sandbox } from './sandbox.ts';

const NOT_FOUND = "ResourceNotFoundException: Secrets Manager can't find the specified secret.";
const DELETED =
  "InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion.";
const DAY = 86_400;

describe('secret ids', () => {
  test('a secret answers to its name, its ARN and its ARN without suffix', async () => {
    const { call } = sandbox();
    const { ARN } = await call('CreateSecret', { Name: 'prod/app' });

    const found = [];
    for (const SecretId of ['prod/app', ARN, ARN.slice(0, -7)])
      found.push((await call('DescribeSecret', { SecretId })).ARN);

    expect(found).toEqual([ARN, ARN, ARN]);
  });

  test('a short ARN that looks like a full one finds nothing', async () => {
    const { call, refusal } = sandbox();
    const { ARN } = await call('CreateSecret', { Name: 'app-secret' });

    expect(await refusal('DescribeSecret', { SecretId: ARN.slice(0, -7) })).toBe(NOT_FOUND);
  });

  test('part of a name, or of a suffix, finds nothing', async () => {
    const { call, refusal } = sandbox();
    const { ARN } = await call('CreateSecret', { Name: 'prod/app' });

    for (const SecretId of ['prod', ARN.slice(0, -1), ARN.slice(0, -8)]) {
      expect(await refusal('DescribeSecret', { SecretId })).toBe(NOT_FOUND);
    }
  });

  test.for([
    'GetSecretValue',
    'PutSecretValue',
    'UpdateSecret',
    'DescribeSecret',
    'ListSecretVersionIds',
    'RotateSecret',
    'DeleteSecret',
    'RestoreSecret',
    'CancelRotateSecret',
    'GetResourcePolicy',
  ])('%s refuses a name of other characters before it looks', async (operation) => {
    const { refusal } = sandbox();
    const text =
      'ValidationException: Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!';

    for (const SecretId of ['see-fish*', 'a b', 'a:b', 'ä']) {
      expect(await refusal(operation, { SecretId, SecretString: 'x' })).toBe(text);
    }
  });

  test('a secret created again under its name has another ARN', async () => {
    const { call } = sandbox();
    const first = await call('CreateSecret', { Name: 'a' });
    await call('DeleteSecret', { SecretId: 'a', ForceDeleteWithoutRecovery: true });

    const second = await call('CreateSecret', { Name: 'a' });

    expect(second.ARN).not.toBe(first.ARN);
  });
});

describe('DescribeSecret', () => {
  test('says nothing of what a new secret does not have', async () => {
    const { call, clock } = sandbox();
    const { ARN } = await call('CreateSecret', { Name: 'a' });

    const now = clock.now / 1000;
    expect(await call('DescribeSecret', { SecretId: 'a' })).toEqual({
      ARN,
      Name: 'a',
      LastChangedDate: now,
      CreatedDate: now,
    });
  });

  test('shows labelled versions only', async () => {
    const { call } = sandbox();
    await call('CreateSecret', { Name: 'a', ClientRequestToken: id('A'), SecretString: '1' });
    for (const letter of 'BC')
      await call('PutSecretValue', { SecretId: 'a', ClientRequestToken: id(letter), SecretString: letter });

    expect((await call('DescribeSecret', { SecretId: 'a' })).VersionIdsToStages).toEqual({
      [id('B')]: ['AWSPREVIOUS'],
      [id('C')]: ['AWSCURRENT'],
    });
  });

  test('tags are absent until the first, and an empty list after the last', async () => {
    const { call, clock } = sandbox();
    await call('CreateSecret', { Name: 'a' });
    const tags = async () => (await call('DescribeSecret', { SecretId: 'a' })).Tags;
    const untouched = await tags();
    clock.now += 1000;

    const answer = await call('TagResource', {
      SecretId: 'a',
      Tags: [
        { Key: 'k', Value: '1' },
        { Key: 'K', Value: '2' },
      ],
    });
    await call('TagResource', { SecretId: 'a', Tags: [{ Key: 'k', Value: '3' }] });
    const tagged = await tags();
    await call('UntagResource', { SecretId: 'a', TagKeys: ['k', 'K', 'other'] });

    expect(answer).toBeUndefined();
    expect(untouched).toBeUndefined();
    expect(tagged).toEqual([
      { Key: 'k', Value: '3' },
      { Key: 'K', Value: '2' },
    ]);
    expect(await call('DescribeSecret', { SecretId: 'a' })).toMatchObject({
      Tags: [],
      LastChangedDate: clock.now / 1000,
    });
  });
});

describe('what a secret is besides', () => {
  test('tags that belong to AWS are refused, and change nothing', async () => {
    const { call, refusal } = sandbox();
    const { ARN } = await call('CreateSecret', { Name: 'a', Tags: [{ Key: 'k', Value: '1' }] });
    const text = "InvalidParameterException: You can't modify system tags. Tag key: 'aws:cloudformation:stack-name'.";
    const Tags = [
      { Key: 'k', Value: '2' },
      { Key: 'aws:cloudformation:stack-name', Value: 's' },
    ];

    expect(await refusal('CreateSecret', { Name: 'b', Tags })).toBe(text);
    expect(await refusal('TagResource', { SecretId: 'a', Tags })).toBe(text);
    expect(await refusal('UntagResource', { SecretId: 'a', TagKeys: ['k', 'aws:cloudformation:stack-name'] })).toBe(
      text,
    );
    expect((await call('ListSecrets')).SecretList).toMatchObject([{ ARN, Tags: [{ Key: 'k', Value: '1' }] }]);
  });

  test('the type of a managed external secret is kept, shown and changed', async () => {
    const { call } = sandbox();
    await call('CreateSecret', { Name: 'plain' });
    await call('CreateSecret', { Name: 'typed', Type: 'SalesforceClientSecret' });

    await call('UpdateSecret', { SecretId: 'typed', Description: 'd' });
    const described = await call('DescribeSecret', { SecretId: 'typed' });
    await call('UpdateSecret', { SecretId: 'typed', Type: 'GitLabToken' });

    expect(described).toMatchObject({ Type: 'SalesforceClientSecret' });
    const [plain, typed] = (await call('ListSecrets')).SecretList;
    expect(plain).not.toHaveProperty('Type');
    expect(typed).toMatchObject({ Type: 'GitLabToken' });
  });
});

describe('ListSecretVersionIds', () => {
  test('leaves out deprecated versions unless asked, and names the key', async () => {
    const { call, clock } = sandbox();
    await call('CreateSecret', { Name: 'a', ClientRequestToken: id('A'), SecretString: '1', KmsKeyId: 'alias/mine' });
    for (const letter of 'BC')
      await call('PutSecretValue', { SecretId: 'a', ClientRequestToken: id(letter), SecretString: letter });

    const labelled = await call('ListSecretVersionIds', { SecretId: 'a' });
    const all = await call('ListSecretVersionIds', { SecretId: 'a', IncludeDeprecated: true });

    expect(labelled.Versions.map((version: { VersionId: string }) => version.VersionId)).toEqual([id('B'), id('C')]);
    expect(all.Versions[0]).toEqual({
      VersionId: id('A'),
      CreatedDate: clock.now / 1000,
      KmsKeyIds: ['arn:aws:kms:us-east-1:123456789012:alias/mine'],
    });
  });

  test('has a name for the default key', async () => {
    const { call } = sandbox();
    await call('CreateSecret', { Name: 'a', SecretString: '1' });

    expect((await call('ListSecretVersionIds', { SecretId: 'a' })).Versions[0].KmsKeyIds).toEqual([
      'DefaultEncryptionKey',
    ]);
  });
});

describe('ListSecrets', () => {
  test('lists by creation, newest last, under its own name for the labels', async () => {
    const { call, clock } = sandbox();
    for (const Name of ['b', 'a', 'c']) {
      await call('CreateSecret', { Name, ClientRequestToken: id('A'), SecretString: 'x' });
      clock.now += 1000;
    }
    await call('DeleteSecret', { SecretId: 'c' });
    const names = async (input = {}) =>
      (await call('ListSecrets', input)).SecretList.map((one: { Name: string }) => one.Name);

    const first = (await call('ListSecrets')).SecretList[0];
    expect(first.SecretVersionsToStages).toEqual({ [id('A')]: ['AWSCURRENT'] });
    expect(first).not.toHaveProperty('VersionIdsToStages');
    expect(await names()).toEqual(['b', 'a']);
    expect(await names({ IncludePlannedDeletion: true })).toEqual(['b', 'a', 'c']);
    expect(await names({ SortBy: 'name', SortOrder: 'desc' })).toEqual(['b', 'a']);
  });

  test('goes page by page, and refuses a token that is none', async () => {
    const { call, refusal } = sandbox();
    for (const Name of ['a', 'b', 'c']) await call('CreateSecret', { Name });

    const first = await call('ListSecrets', { MaxResults: 2 });
    const second = await call('ListSecrets', { MaxResults: 2, NextToken: first.NextToken });

    expect([first.SecretList.length, second.SecretList.length]).toEqual([2, 1]);
    expect(second).not.toHaveProperty('NextToken');
    expect(await refusal('ListSecrets', { NextToken: 'x' })).toMatch(/^InvalidNextTokenException: /);
  });
});

describe('DeleteSecret and RestoreSecret', () => {
  test('a deleted secret waits out its window, can be described, and comes back', async () => {
    const { call, clock, refusal, rotate, service } = sandbox();
    const { ARN } = await call('CreateSecret', { Name: 'a', SecretString: 'x' });
    await rotate('a');
    await service.idle();
    const now = clock.now / 1000;
    const before = await call('DescribeSecret', { SecretId: 'a' });

    const deleted = await call('DeleteSecret', { SecretId: 'a', RecoveryWindowInDays: 7 });

    const { RotationRules, NextRotationDate, ...rest } = before;
    expect(deleted).toEqual({ ARN, Name: 'a', DeletionDate: now + 7 * DAY });
    expect(await call('DescribeSecret', { SecretId: 'a' })).toEqual({
      ...rest,
      RotationEnabled: false,
      DeletedDate: now,
    });
    expect(await refusal('GetSecretValue', { SecretId: 'a' })).toBe(DELETED);
    expect(await refusal('TagResource', { SecretId: 'a', Tags: [] })).toBe(DELETED);
    expect(await refusal('UntagResource', { SecretId: 'a', TagKeys: [] })).toBe(DELETED);
    expect(await call('RestoreSecret', { SecretId: 'a' })).toEqual({ ARN, Name: 'a' });
    expect(await call('RestoreSecret', { SecretId: 'a' })).toEqual({ ARN, Name: 'a' });
    expect(await call('DescribeSecret', { SecretId: 'a' })).not.toHaveProperty('DeletedDate');
    expect(await call('GetSecretValue', { SecretId: 'a' })).toMatchObject({ VersionStages: ['AWSCURRENT'] });
  });

  test('the window is thirty days unless given; then the secret is gone', async () => {
    const { call, clock, refusal } = sandbox();
    await call('CreateSecret', { Name: 'a' });

    const { DeletionDate } = await call('DeleteSecret', { SecretId: 'a' });

    expect(DeletionDate).toBe(clock.now / 1000 + 30 * DAY);
    clock.now += 30 * DAY * 1000;
    expect(await refusal('RestoreSecret', { SecretId: 'a' })).toBe(NOT_FOUND);
    expect(await call('ListSecrets', { IncludePlannedDeletion: true })).toEqual({ SecretList: [] });
  });

  test('force frees the name at once, also after a plain deletion, and of a secret that never was', async () => {
    const { call, clock, refusal } = sandbox();
    const { ARN } = await call('CreateSecret', { Name: 'a' });
    await call('DeleteSecret', { SecretId: 'a' });
    const force = { ForceDeleteWithoutRecovery: true };

    expect(await call('DeleteSecret', { SecretId: 'a', ...force })).toEqual({
      ARN,
      Name: 'a',
      DeletionDate: clock.now / 1000,
    });
    expect(await call('DeleteSecret', { SecretId: 'b', ...force })).toEqual({
      ARN: expect.stringMatching(/:secret:b-\w{6}$/),
      Name: 'b',
      DeletionDate: clock.now / 1000,
    });
    expect(await refusal('DeleteSecret', { SecretId: 'b' })).toBe(NOT_FOUND);
    expect(await call('CreateSecret', { Name: 'a' })).toHaveProperty('ARN');
  });

  test.for([
    [{ RecoveryWindowInDays: 6 }, 'The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).'],
    [{ RecoveryWindowInDays: 31 }, 'The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).'],
    [
      { RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true },
      "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
    ],
  ] as const)('refuses %j', async ([input, message]) => {
    const { call, refusal } = sandbox();
    await call('CreateSecret', { Name: 'a' });

    expect(await refusal('DeleteSecret', { SecretId: 'a', ...input })).toBe(`InvalidParameterException: ${message}`);
  });
});

describe('the service', () => {
  test('refuses an operation that it does not have', async () => {
    const { refusal } = sandbox();

    expect(await refusal('constructor')).toMatch(/^UnknownOperationException: /);
  });

  test('forgets everything on reset', async () => {
    const { call, rotate, service } = sandbox();
    await call('CreateSecret', { Name: 'a', SecretString: 'x' });
    await rotate('a', { RotationLambdaARN: FUNCTION_ARN });

    service.reset();

    await service.idle();
    expect(await call('ListSecrets')).toEqual({ SecretList: [] });
    expect(service.history).toEqual([]);
  });
});
