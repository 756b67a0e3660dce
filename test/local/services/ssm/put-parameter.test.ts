import { describe, expect, test } from 'vitest';
import { parameterStore } from './parameter-store.ts';

const tooLongForStandard =
  'ValidationException: Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html';

describe('PutParameter', () => {
  test('creates a parameter that GetParameter shows', async () => {
    const { put, call } = parameterStore();

    const answer = await put('/app/url', { Value: 'https://example' });

    expect(answer).toEqual({ Version: 1, Tier: 'Standard' });
    expect(await call('GetParameter', { Name: '/app/url' })).toEqual({
      Parameter: {
        Name: '/app/url',
        Type: 'String',
        Value: 'https://example',
        Version: 1,
        LastModifiedDate: Date.parse('2025-03-10T04:04:59.250Z') / 1000,
        ARN: 'arn:aws:ssm:us-east-1:123456789012:parameter/app/url',
        DataType: 'text',
      },
    });
  });

  test('an overwrite keeps what is not given', async () => {
    const { put, overwrite, describe, clock, value } = parameterStore();
    const kept = {
      Type: 'SecureString',
      KeyId: 'alias/mine',
      Description: 'why',
      AllowedPattern: '[a-z]+',
      Tier: 'Advanced',
      DataType: 'text',
    };
    await put('/app/key', kept);
    clock.now += 5_000;

    const answer = await overwrite('/app/key', 'two');

    expect(answer).toEqual({ Version: 2, Tier: 'Advanced' });
    expect(await value('/app/key')).toBe('two');
    expect(await describe('/app/key')).toEqual({
      ...kept,
      Name: '/app/key',
      ARN: 'arn:aws:ssm:us-east-1:123456789012:parameter/app/key',
      LastModifiedDate: clock.now / 1000,
      LastModifiedUser: 'arn:aws:iam::123456789012:user/sandbox',
      Version: 2,
      Policies: [],
    });
  });

  test('what it refuses', async () => {
    const { put, refusal } = parameterStore();
    await put('/a/secure', { Type: 'SecureString' });
    const refused = (input: Record<string, unknown>) =>
      refusal('PutParameter', { Name: '/a/new', Value: 'v', Type: 'String', ...input });

    expect(await refused({ Type: undefined })).toBe(
      'ValidationException: A parameter type is required when you create a parameter.',
    );
    expect(await refused({ Name: '/a/secure', Type: 'SecureString' })).toBe(
      'ParameterAlreadyExists: The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
    expect(await refused({ Name: '/a/secure', Overwrite: true })).toMatch(/^HierarchyTypeMismatchException: /);
    expect(await refused({ Overwrite: true, Tags: [{ Key: 'a', Value: 'b' }] })).toMatch(
      /^ValidationException: .*tags and overwrite can't be used together/,
    );
    expect(await refused({ KeyId: 'alias/mine' })).toBe(
      'ValidationException: KeyId is required for SecureString type parameter only.',
    );
    const constraint = 'failed to satisfy constraint: Member must';
    expect(await refused({ Type: 'secret' })).toBe(
      `ValidationException: 1 validation error detected: Value 'secret' at 'type' ${constraint} satisfy enum value set: [SecureString, StringList, String]`,
    );
    expect(await refused({ Value: 'v'.repeat(32_769) })).toBe(
      `ValidationException: 1 validation error detected: Value at 'value' ${constraint} have length less than or equal to 32768`,
    );
    expect(await refused({ Value: '{{ssm:other}}' })).toBe(
      'ValidationException: Parameter value can\'t nest another parameter. Do not use "{{}}" in the value.',
    );
    expect(await refused({ DataType: 'Text' })).toBe(
      'ValidationException: The following data type is not supported: Text. (Data type names are all lowercase.)',
    );
    expect(await refused({ AllowedPattern: '\\d+' })).toBe(
      'ParameterPatternMismatchException: Parameter value, cannot be validated against allowedPattern: \\d+',
    );
    expect(await refused({ AllowedPattern: '(' })).toMatch(/^InvalidAllowedPatternException: /);
    expect(await refused({ Value: '' })).toBe(
      "ValidationException: 1 validation error detected: Value at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
  });

  test('no refusal shows the value', async () => {
    const { refusal } = parameterStore();
    const Value = 'hunter2-'.repeat(1100);

    const told = [
      await refusal('PutParameter', { Name: '/a', Value, Type: 'SecureString' }),
      await refusal('PutParameter', { Name: '/a', Value, Type: 'SecureString', AllowedPattern: 'x' }),
      await refusal('PutParameter', { Name: '/a', Value, Type: 'Nonsense' }),
    ];

    expect(told.filter((text) => text.includes('hunter2') || text.includes('was not refused'))).toEqual([]);
  });

  test('a pattern that was given once holds for every later value', async () => {
    const { put, overwrite } = parameterStore();
    await put('a', { Value: '12', AllowedPattern: '\\d+' });

    await expect(overwrite('a', 'x')).rejects.toMatchObject({ code: 'ParameterPatternMismatchException' });
  });

  test('both spellings of a flat name are one parameter', async () => {
    const { put, refusal, value } = parameterStore();
    await put('flat');

    expect(await value('/flat')).toBe('one');
    expect(await refusal('PutParameter', { Name: '/flat', Value: 'v', Type: 'String' })).toMatch(
      /^ParameterAlreadyExists: /,
    );
  });
});

describe('tiers', () => {
  test.each([
    ['Standard', 4096],
    ['Advanced', 8192],
  ])('%s takes %i characters and no more', async (Tier, most) => {
    const { put } = parameterStore();

    await put('a', { Value: 'x'.repeat(most), Tier });

    await expect(put('b', { Value: 'x'.repeat(most + 1), Tier })).rejects.toMatchObject({
      message: expect.stringContaining(`a maximum parameter value of ${most} characters.`),
    });
  });

  test('Standard is the default, and says how to get more', async () => {
    const { refusal } = parameterStore();

    const refused = await refusal('PutParameter', { Name: 'a', Type: 'String', Value: 'x'.repeat(4097) });

    expect(refused).toBe(tooLongForStandard);
  });

  test('Intelligent-Tiering is Standard until Advanced is needed, and never goes back', async () => {
    const { put, overwrite } = parameterStore();
    const Tier = 'Intelligent-Tiering';

    const tiers = [
      (await put('a', { Tier })).Tier,
      (await overwrite('a', 'x'.repeat(4097), { Tier })).Tier,
      (await overwrite('a', 'short', { Tier })).Tier,
    ];

    expect(tiers).toEqual(['Standard', 'Advanced', 'Advanced']);
  });

  test('Advanced cannot be made Standard', async () => {
    const { put, overwrite } = parameterStore();
    await put('a', { Tier: 'Advanced' });

    await expect(overwrite('a', 'two', { Tier: 'Standard' })).rejects.toMatchObject({
      code: 'ValidationException',
      message: expect.stringContaining("You can't downgrade"),
    });
  });
});

describe('names', () => {
  test.each([
    ['awsome', 'ValidationException: Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).'],
    ['/SSM-x', 'ValidationException: Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).'],
    ['/aws/mine', 'AccessDeniedException: No access to reserved parameter name: /aws/mine.'],
    ['/AWS_x/mine', 'AccessDeniedException: No access to reserved parameter name: /AWS_x/mine.'],
    [
      '/SSM/mine',
      'ValidationException: Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_',
    ],
    ['/a/b/', 'ValidationException: Parameter name must not end with slash.'],
    ['a/b', expect.stringContaining('sub-paths divided by slash symbol')],
    ['/a//b', expect.stringContaining('sub-paths divided by slash symbol')],
    ['/a/b c', expect.stringContaining('sub-paths divided by slash symbol')],
    ['/a:1', expect.stringContaining('sub-paths divided by slash symbol')],
    ['arn:aws:ssm:us-east-1:123456789012:parameter/a', expect.stringContaining('sub-paths divided by slash symbol')],
    ['/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16', expect.stringMatching(/^HierarchyLevelLimitExceededException: /)],
    [`/${'a'.repeat(980)}`, expect.stringMatching(/^AccessDeniedException: /)],
  ])('%s is refused', async (Name, refused) => {
    const { refusal } = parameterStore();

    const told = await refusal('PutParameter', { Name, Value: 'v', Type: 'String' });

    expect(told).toEqual(refused);
  });

  test.each(['a', '/a', '/a.b/c-d/e_f', '/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15', '/my/aws'])(
    '%s is fine',
    async (name) => {
      const { put, value } = parameterStore();

      await put(name);

      expect(await value(name)).toBe('one');
    },
  );
});
