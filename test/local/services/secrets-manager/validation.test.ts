import { describe, expect, test } from 'vitest';
import { id, sandbox } from './sandbox.ts';

const CASES: [operation: string, input: Record<string, unknown>, problem: string][] = [
  ['GetSecretValue', {}, "Value null at 'secretId' failed to satisfy constraint: Member must not be null"],
  [
    'GetSecretValue',
    { SecretId: null },
    "Value null at 'secretId' failed to satisfy constraint: Member must not be null",
  ],
  [
    'GetSecretValue',
    { SecretId: '' },
    "Value '' at 'secretId' failed to satisfy constraint: Member must have length greater than or equal to 1",
  ],
  [
    'GetSecretValue',
    { SecretId: 'a', VersionId: 'v1' },
    "Value 'v1' at 'versionId' failed to satisfy constraint: Member must have length greater than or equal to 32",
  ],
  [
    'CreateSecret',
    { Name: 'a', ClientRequestToken: 'short' },
    "Value 'short' at 'clientRequestToken' failed to satisfy constraint: Member must have length greater than or equal to 32",
  ],
  [
    'CreateSecret',
    { Name: 'a', Tags: [{ Value: 'v' }] },
    "Value null at 'tags.1.member.key' failed to satisfy constraint: Member must not be null",
  ],
  [
    'ListSecrets',
    { MaxResults: 101 },
    "Value '101' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100",
  ],
  [
    'ListSecrets',
    { SortOrder: 'up' },
    "Value 'up' at 'sortOrder' failed to satisfy constraint: Member must satisfy enum value set: [asc, desc]",
  ],
  [
    'ListSecrets',
    { SortBy: 'size' },
    "Value 'size' at 'sortBy' failed to satisfy constraint: Member must satisfy enum value set: [created-date, last-accessed-date, last-changed-date, name]",
  ],
  [
    'ListSecrets',
    { Filters: [{ Key: 'invalid', Values: ['a'] }] },
    "Value 'invalid' at 'filters.1.member.key' failed to satisfy constraint: Member must satisfy enum value set: [all, name, tag-key, description, tag-value]",
  ],
  [
    'PutSecretValue',
    { SecretId: 'a', VersionStages: [] },
    "Value '[]' at 'versionStages' failed to satisfy constraint: Member must have length greater than or equal to 1",
  ],
  [
    'BatchGetSecretValue',
    { Filters: [{ Key: 'name', Values: [...'abcdefghijk'] }] },
    "Value '[a, b, c, d, e, f, g, h, i, j, k]' at 'filters.1.member.values' failed to satisfy constraint: Member must have length less than or equal to 10",
  ],
  [
    'RotateSecret',
    { SecretId: 'a', RotationRules: { AutomaticallyAfterDays: 1001 } },
    "Value '1001' at 'rotationRules.automaticallyAfterDays' failed to satisfy constraint: Member must have value less than or equal to 1000",
  ],
  [
    'RotateSecret',
    { SecretId: 'a', RotationRules: { Duration: 'two' } },
    "Value 'two' at 'rotationRules.duration' failed to satisfy constraint: Member must satisfy regular expression pattern: [0-9]+h",
  ],
  [
    'GetRandomPassword',
    { PasswordLength: 4097 },
    "Value '4097' at 'passwordLength' failed to satisfy constraint: Member must have value less than or equal to 4096",
  ],
];

describe('input', () => {
  test.for(CASES)('%s refuses %j', async ([operation, input, problem]) => {
    const { refusal } = sandbox();

    expect(await refusal(operation, input)).toBe(`ValidationException: 1 validation error detected: ${problem}`);
  });

  test('all problems are told at once', async () => {
    const { refusal } = sandbox();

    expect(await refusal('UpdateSecretVersionStage', {})).toBe(
      "ValidationException: 2 validation errors detected: Value null at 'secretId' failed to satisfy constraint: Member must not be null; Value null at 'versionStage' failed to satisfy constraint: Member must not be null",
    );
  });

  test('a value of the wrong type is no text to look at', async () => {
    const { refusal } = sandbox();

    for (const input of [{ SecretId: 5 }, { SecretId: ['a'] }]) {
      expect(await refusal('GetSecretValue', input)).toMatch(/^SerializationException: /);
    }
    expect(await refusal('PutSecretValue', { SecretId: 'a', SecretBinary: 'no base64!' })).toMatch(
      /^SerializationException: /,
    );
  });

  test('no message shows a secret value', async () => {
    const { refusal } = sandbox();
    const value = 'hunter2'.repeat(10_000);

    expect(await refusal('PutSecretValue', { SecretId: 'a', SecretString: value })).not.toContain('hunter2');
  });

  test('unknown members are ignored', async () => {
    const { call } = sandbox();

    expect(await call('CreateSecret', { Name: 'a', ClientRequestToken: id('A'), Colour: 'blue' })).toHaveProperty(
      'ARN',
    );
  });
});
