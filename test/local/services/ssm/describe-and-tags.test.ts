import { describe, expect, test } from 'vitest';
import { parameterStore } from './parameter-store.ts';

async function withParameters() {
  const store = parameterStore();
  await store.put('/app/db/password', { Type: 'SecureString', KeyId: 'alias/mine', Tier: 'Advanced' });
  await store.put('/app/token', { Type: 'SecureString', Tags: [{ Key: 'team', Value: 'red' }] });
  await store.put('/app/url', { Tags: [{ Key: 'team', Value: 'blue' }] });
  await store.put('flat', { Type: 'StringList', Value: 'a,b' });
  const find = async (...ParameterFilters: object[]): Promise<string[]> =>
    (await store.call('DescribeParameters', { ParameterFilters })).Parameters.map((one: { Name: string }) => one.Name);
  return { ...store, find };
}

describe('DescribeParameters', () => {
  test.each([
    ['one name', { Key: 'Name', Values: ['/app/url'] }, ['/app/url']],
    ['either spelling of a flat name', { Key: 'Name', Values: ['/flat'] }, ['flat']],
    ['names that begin so', { Key: 'Name', Option: 'BeginsWith', Values: ['/app/t', 'fl'] }, ['/app/token', 'flat']],
    ['names that contain it', { Key: 'Name', Option: 'Contains', Values: ['pass'] }, ['/app/db/password']],
    ['a type', { Key: 'Type', Values: ['String', 'StringList'] }, ['/app/url', 'flat']],
    ['a key', { Key: 'KeyId', Values: ['alias/aws/ssm'] }, ['/app/token']],
    ['a tier', { Key: 'Tier', Values: ['Advanced'] }, ['/app/db/password']],
    ['one level of a path', { Key: 'Path', Option: 'OneLevel', Values: ['/app'] }, ['/app/token', '/app/url']],
    [
      'all levels of a path',
      { Key: 'Path', Option: 'Recursive', Values: ['/app'] },
      ['/app/db/password', '/app/token', '/app/url'],
    ],
    ['a tag', { Key: 'tag:team' }, ['/app/token', '/app/url']],
    ['the value of a tag', { Key: 'tag:team', Values: ['blue'] }, ['/app/url']],
    ['a tag that nothing has', { Key: 'tag:none', Values: ['blue'] }, []],
  ])('finds %s', async (_what, filter, names) => {
    const { find } = await withParameters();

    expect(await find(filter)).toEqual(names);
  });

  test('several filters must all match', async () => {
    const { find } = await withParameters();

    const found = await find({ Key: 'Type', Values: ['SecureString'] }, { Key: 'tag:team', Values: ['red', 'blue'] });

    expect(found).toEqual(['/app/token']);
  });

  test('takes the older kind of filters, too', async () => {
    const { call } = await withParameters();

    const { Parameters } = await call('DescribeParameters', { Filters: [{ Key: 'Type', Values: ['StringList'] }] });

    expect(Parameters).toMatchObject([{ Name: 'flat' }]);
  });

  test('goes by pages', async () => {
    const { call } = await withParameters();

    const first = await call('DescribeParameters', { MaxResults: 3 });
    const second = await call('DescribeParameters', { MaxResults: 3, NextToken: first.NextToken });

    expect([first.Parameters.length, second.Parameters.length, second.NextToken]).toEqual([3, 1, undefined]);
  });

  test('shows no value', async () => {
    const { call } = await withParameters();

    const { Parameters } = await call('DescribeParameters');

    expect(Parameters.filter((one: object) => 'Value' in one)).toEqual([]);
  });

  test.each([
    [{ Key: 'Label', Values: ['x'] }, /^InvalidFilterKey: The following filter key is not valid: Label\. /],
    [{ Key: 'Name' }, /^InvalidFilterValue: /],
    [
      { Key: 'Name', Option: 'Like', Values: ['x'] },
      /^InvalidFilterOption: The following filter option is not valid: Like\./,
    ],
    [{ Key: 'Path', Option: 'Equals', Values: ['/x'] }, /^InvalidFilterOption: .*\[Recursive, OneLevel\]\.$/],
    [{ Key: 'Type', Values: ['Secret'] }, /^InvalidFilterOption: .*\[String, StringList, SecureString\]\.$/],
    [{ Key: 'Nonsense', Values: ['x'] }, /^ValidationException: .*'parameterFilters\.1\.member\.key'/],
  ])('refuses %j', async (filter, refused) => {
    const { refusal } = await withParameters();

    expect(await refusal('DescribeParameters', { ParameterFilters: [filter] })).toMatch(refused);
  });

  test('refuses one filter twice', async () => {
    const { refusal } = await withParameters();
    const filter = { Key: 'Name', Values: ['flat'] };

    expect(await refusal('DescribeParameters', { ParameterFilters: [filter, filter] })).toMatch(/^InvalidFilterKey: /);
  });
});

describe('tags', () => {
  test('are added, replaced, listed and removed, by either spelling', async () => {
    const { call } = await withParameters();
    const resource = { ResourceType: 'Parameter', ResourceId: '/flat' };
    const tags = [
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '2' },
    ];

    await call('AddTagsToResource', { ...resource, Tags: tags });
    await call('AddTagsToResource', { ...resource, Tags: [{ Key: 'a', Value: '3' }] });
    await call('RemoveTagsFromResource', { ...resource, TagKeys: ['b', 'none'] });

    const listed = await call('ListTagsForResource', { ...resource, ResourceId: 'flat' });
    expect(listed).toEqual({ TagList: [{ Key: 'a', Value: '3' }] });
  });

  test('stay through a new value', async () => {
    const { overwrite, find } = await withParameters();

    await overwrite('/app/url', 'two');

    expect(await find({ Key: 'tag:team', Values: ['blue'] })).toEqual(['/app/url']);
  });

  test('what is refused', async () => {
    const { refusal } = await withParameters();
    const fifty = Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
    const refused = (input: object) =>
      refusal('AddTagsToResource', { ResourceType: 'Parameter', ResourceId: 'flat', Tags: [], ...input });

    expect(await refused({ ResourceId: 'nope' })).toMatch(/^InvalidResourceId: /);
    expect(await refused({ ResourceType: 'Document' })).toMatch(/^InvalidResourceType: /);
    expect(await refused({ Tags: fifty })).toMatch(/^TooManyTagsError: /);
    const system = 'ValidationException: aws: prefixed tag key names are not allowed for external use.';
    expect(await refused({ Tags: [{ Key: 'AWS:x', Value: '' }] })).toBe(system);
    const untag = { ResourceType: 'Parameter', ResourceId: 'flat', TagKeys: ['aws:x'] };
    expect(await refusal('RemoveTagsFromResource', untag)).toBe(system);
  });
});

describe('deletion', () => {
  test('DeleteParameter deletes, once', async () => {
    const { call, refusal } = await withParameters();

    await call('DeleteParameter', { Name: '/flat' });

    expect(await refusal('GetParameter', { Name: 'flat' })).toBe('ParameterNotFound: ');
    expect(await refusal('DeleteParameter', { Name: 'flat' })).toBe('ParameterNotFound: ');
  });

  test('DeleteParameters says what it deleted and what was not there', async () => {
    const { call } = await withParameters();

    const answer = await call('DeleteParameters', { Names: ['flat', 'nope', '/app/url'] });

    expect(answer).toEqual({ DeletedParameters: ['flat', '/app/url'], InvalidParameters: ['nope'] });
    expect((await call('DescribeParameters')).Parameters).toHaveLength(2);
  });

  test('a name that is used again begins with version 1', async () => {
    const { call, put, overwrite } = await withParameters();
    await overwrite('/app/url', 'two');
    await call('DeleteParameter', { Name: '/app/url' });

    expect(await put('/app/url')).toMatchObject({ Version: 1 });
  });
});
