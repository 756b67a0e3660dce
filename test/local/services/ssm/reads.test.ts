import { describe, expect, test } from 'vitest';
import { parameterStore } from './parameter-store.ts';

const ARN = 'arn:aws:ssm:us-east-1:123456789012:parameter';

describe('GetParameter', () => {
  test('takes a version, a label and an ARN', async () => {
    const { put, overwrite, call } = parameterStore();
    await put('/a/b');
    await overwrite('/a/b', 'two');
    await call('LabelParameterVersion', { Name: '/a/b', ParameterVersion: 1, Labels: ['current'] });
    const read = async (Name: string) => {
      const { Parameter } = await call('GetParameter', { Name });
      return [Parameter.Name, Parameter.Value, Parameter.Version, Parameter.Selector];
    };

    expect(await read('/a/b')).toEqual(['/a/b', 'two', 2, undefined]);
    expect(await read('/a/b:1')).toEqual(['/a/b', 'one', 1, ':1']);
    expect(await read('/a/b:current')).toEqual(['/a/b', 'one', 1, ':current']);
    expect(await read(`${ARN}/a/b`)).toEqual(['/a/b', 'two', 2, undefined]);
    expect(await read(`${ARN}/a/b:1`)).toEqual(['/a/b', 'one', 1, ':1']);
  });

  test('echoes the spelling that was asked for', async () => {
    const { put, call } = parameterStore();
    await put('flat');

    const { Parameter } = await call('GetParameter', { Name: '/flat' });

    expect(Parameter).toMatchObject({ Name: '/flat', ARN: `${ARN}/flat` });
  });

  test('what is not there has a code and no text', async () => {
    const { put, refusal } = parameterStore();
    await put('/a/b');

    expect(await refusal('GetParameter', { Name: '/a/c' })).toBe('ParameterNotFound: ');
    expect(await refusal('GetParameter', { Name: '/a/b:7' })).toBe(
      'ParameterVersionNotFound: Systems Manager could not find version 7 of /a/b. Verify the version and try again.',
    );
    expect(await refusal('GetParameter', { Name: '/a/b:nope' })).toMatch(/^ParameterVersionNotFound: /);
    expect(await refusal('GetParameter', { Name: '/a//b' })).toContain('sub-paths divided by slash symbol');
  });

  test('shows no value of a SecureString without decryption', async () => {
    const { put, call } = parameterStore();
    await put('a', { Type: 'SecureString', Value: 'hunter2' });

    const answers = [
      await call('GetParameter', { Name: 'a' }),
      await call('GetParameters', { Names: ['a'], WithDecryption: false }),
      await call('GetParameterHistory', { Name: 'a' }),
      await call('GetParametersByPath', { Path: '/' }),
    ];

    expect(answers[0].Parameter.Value).toMatch(/^AQICAH[A-Za-z0-9+/=]{100,}$/);
    expect(JSON.stringify(answers)).not.toContain('hunter2');
    expect(JSON.stringify(answers)).not.toContain(Buffer.from('hunter2').toString('base64').slice(0, 8));
  });

  test('a key that nobody may use stops encryption and decryption, and nothing else', async () => {
    const { put, refusal, service, call } = parameterStore();
    await put('a', { Type: 'SecureString', KeyId: 'alias/mine' });
    await put('b', { Type: 'SecureString' });

    service.denyKey('alias/mine');

    expect(await refusal('GetParameter', { Name: 'a', WithDecryption: true })).toMatch(/^AccessDeniedException: /);
    expect(await refusal('PutParameter', { Name: 'a', Value: 'x', Overwrite: true })).toMatch(/^AccessDeniedExc/);
    expect((await call('DescribeParameters')).Parameters).toHaveLength(2);
    expect((await call('GetParameter', { Name: 'b', WithDecryption: true })).Parameter.Value).toBe('one');
  });
});

describe('GetParameters', () => {
  test('sorts what it finds from what it does not', async () => {
    const { put, call } = parameterStore();
    await put('/a/b');
    await put('c');

    const answer = await call('GetParameters', { Names: ['/a/b', 'nope', 'c:1', 'c:9', '/a/b:label'] });

    expect(answer.Parameters.map((one: { Name: string }) => one.Name)).toEqual(['/a/b', 'c']);
    expect(answer.InvalidParameters).toEqual(['nope', 'c:9', '/a/b:label']);
  });

  test('both lists are always there', async () => {
    const { put, call } = parameterStore();
    await put('a');

    expect(await call('GetParameters', { Names: ['a'] })).toMatchObject({ InvalidParameters: [] });
    expect(await call('GetParameters', { Names: ['b'] })).toEqual({ Parameters: [], InvalidParameters: ['b'] });
  });

  test('takes ten names and no more', async () => {
    const { refusal } = parameterStore();

    const refused = await refusal('GetParameters', { Names: 'abcdefghijk'.split('') });

    expect(refused).toMatch(/^ValidationException: .*less than or equal to 10/);
  });
});

describe('GetParametersByPath', () => {
  test('stays on one level unless asked, goes by pages, and filters', async () => {
    const { put, call } = parameterStore();
    for (const name of ['/app/a', '/app/b', '/app/db/c', '/apple', 'flat']) await put(name);
    await put('/app/s', { Type: 'SecureString' });
    await call('LabelParameterVersion', { Name: '/app/db/c', Labels: ['current'] });
    await call('PutParameter', { Name: '/app/db/c', Value: 'two', Overwrite: true });
    const list = async (input: Record<string, unknown>) =>
      (await call('GetParametersByPath', input)).Parameters.map((one: { Name: string }) => one.Name);

    expect(await list({ Path: '/app' })).toEqual(['/app/a', '/app/b', '/app/s']);
    expect(await list({ Path: '/app/', Recursive: true })).toEqual(['/app/a', '/app/b', '/app/db/c', '/app/s']);
    expect(await list({ Path: '/' })).toEqual(['/apple', 'flat']);
    expect(await list({ Path: '/app', ParameterFilters: [{ Key: 'Type', Values: ['SecureString'] }] })).toEqual([
      '/app/s',
    ]);
    const labelled = { Path: '/app', Recursive: true, ParameterFilters: [{ Key: 'Label', Values: ['current'] }] };
    expect((await call('GetParametersByPath', labelled)).Parameters).toMatchObject([
      { Name: '/app/db/c', Value: 'one', Version: 1 },
    ]);
    const first = await call('GetParametersByPath', { Path: '/app', MaxResults: 2 });
    expect(await list({ Path: '/app', MaxResults: 2, NextToken: first.NextToken })).toEqual(['/app/s']);
  });

  test('what it refuses', async () => {
    const { refusal } = parameterStore();

    expect(await refusal('GetParametersByPath', { Path: 'app' })).toMatch(/^ValidationException: /);
    expect(await refusal('GetParametersByPath', { Path: '/', MaxResults: 11 })).toMatch(/^ValidationException: /);
    expect(await refusal('GetParametersByPath', { Path: '/', NextToken: 'x' })).toMatch(/^InvalidNextToken: /);
    const named = [{ Key: 'Name', Values: ['a'] }];
    expect(await refusal('GetParametersByPath', { Path: '/', ParameterFilters: named })).toMatch(/^InvalidFilterKey: /);
  });
});

describe('a secret under /aws/reference/secretsmanager/', () => {
  const first = 'aaaaaaaa-0000-4000-8000-000000000000';
  const second = 'bbbbbbbb-0000-4000-8000-000000000000';
  const path = '/aws/reference/secretsmanager/team/app';

  async function withSecret() {
    const store = parameterStore();
    const { ARN: arn } = await store.secrets('CreateSecret', {
      Name: 'team/app',
      ClientRequestToken: first,
      SecretString: 'old',
    });
    await store.secrets('PutSecretValue', { SecretId: 'team/app', ClientRequestToken: second, SecretString: 'new' });
    return { ...store, arn };
  }

  test('is read as a parameter', async () => {
    const { call, arn } = await withSecret();

    const { Parameter } = await call('GetParameter', { Name: path, WithDecryption: true });

    expect(Parameter).toMatchObject({ Name: path, Type: 'SecureString', Version: 0, Value: 'new', ARN: arn });
    expect(JSON.parse(Parameter.SourceResult)).toMatchObject({ ARN: arn, name: 'team/app' });
  });

  test('is read by label and by version', async () => {
    const { value } = await withSecret();

    expect(await value(`${path}:AWSPREVIOUS`)).toBe('old');
    expect(await value(`${path}:${second}`)).toBe('new');
  });

  test('what is refused', async () => {
    const { refusal, call } = await withSecret();

    expect(await refusal('GetParameter', { Name: path })).toBe(
      'ValidationException: WithDecryption flag must be True for retrieving a Secret Manager secret.',
    );
    expect(await refusal('GetParameter', { Name: `${path}x`, WithDecryption: true })).toMatch(
      /^ParameterNotFound: .*Secret \/aws\/reference\/secretsmanager\/team\/appx not found\.$/,
    );
    const many = await call('GetParameters', { Names: [path, `${path}:NOPE`], WithDecryption: true });
    expect(many).toMatchObject({ Parameters: [{ Value: 'new' }], InvalidParameters: [`${path}:NOPE`] });
  });
});

describe('reads that lag behind writes', () => {
  test('see the state before the latest write as often as they were told to', async () => {
    const { put, overwrite, value, faults } = parameterStore();
    await put('a');
    faults.staleReads = 2;
    await overwrite('a', 'two');

    const read = [await value('a'), await value('/a'), await value('a')];

    expect(read).toEqual(['one', 'one', 'two']);
  });

  test('all kinds of reads lag, and share the count', async () => {
    const { put, overwrite, call, faults, labels, describe } = parameterStore();
    await put('a');
    faults.staleReads = 4;
    await overwrite('a', 'two');

    const [many, history, described, path, later] = [
      await call('GetParameters', { Names: ['a'] }),
      await labels('a'),
      await describe('a'),
      await call('GetParametersByPath', { Path: '/' }),
      await labels('a'),
    ];

    expect(many.Parameters[0].Value).toBe('one');
    expect(history).toEqual({ 1: [] });
    expect(described.Version).toBe(1);
    expect(path.Parameters[0].Value).toBe('one');
    expect(later).toEqual({ 1: [], 2: [] });
  });

  test('a new parameter is not there at first, and writes see it', async () => {
    const { put, refusal, call, faults, value } = parameterStore();
    faults.staleReads = 2;

    await put('a');

    expect(await refusal('GetParameter', { Name: 'a' })).toBe('ParameterNotFound: ');
    expect((await call('DescribeParameters')).Parameters).toEqual([]);
    expect(await refusal('PutParameter', { Name: 'a', Value: 'x', Type: 'String' })).toMatch(/^ParameterAlreadyExists/);
    expect(await value('a')).toBe('one');
  });
});
