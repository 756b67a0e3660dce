/** What no SDK lets a test send: forms that break the service's model. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox } from '../../../../local/sandbox.ts';
import { signature } from '../../aws-request.ts';

const sandbox = await startSandbox();
const TopicArn = 'arn:aws:sns:us-east-1:123456789012:alerts';
afterAll(() => sandbox.close());
beforeEach(() => sandbox.reset());

async function send(form: Record<string, string>) {
  const answer = await fetch(sandbox.url, {
    method: 'POST',
    headers: { authorization: signature('sns') },
    body: new URLSearchParams({ Version: '2010-03-31', ...form }),
  });
  const text = await answer.text();
  const part = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1]?.replaceAll('&quot;', '"');
  return { status: answer.status, code: part('Code'), message: part('Message'), text };
}
const create = (form: Record<string, string> = {}) => send({ Action: 'CreateTopic', Name: 'alerts', ...form });
const tag = (form: Record<string, string>) => send({ Action: 'TagResource', ResourceArn: TopicArn, ...form });
const tags = async () =>
  Array.from(
    (await send({ Action: 'ListTagsForResource', ResourceArn: TopicArn })).text.matchAll(
      /<Key>(.*?)<\/Key><Value>(.*?)<\/Value>/g,
    ),
    ([, key, value]) => `${key}=${value}`,
  );

it.each([{ Tags: '' }, { Attributes: '' }])('an empty list or map is no list: %j', async (form) => {
  const created = await create(form);

  expect(created).toMatchObject({ status: 200, text: expect.stringContaining(`<TopicArn>${TopicArn}</TopicArn>`) });
});

describe.each<[string, Record<string, string>, string, string]>([
  ['a scalar for a list', { Tags: 'x' }, 'MalformedInput', 'STRING_VALUE cannot be converted to a List'],
  ['a map for a list', { 'Tags.x.y': 'z' }, 'MalformedInput', 'OBJECT_VALUE cannot be converted to a List'],
  ['scalars in a list', { 'Tags.member.1': 'x' }, 'MalformedInput', 'STRING_VALUE cannot be converted to a structure'],
  [
    'a tag without a value',
    { 'Tags.member.1.Key': 'k' },
    'ValidationError',
    "1 validation error detected: Value null at 'tags.1.member.value' failed to satisfy constraint: Member must not be null",
  ],
  ['a scalar for a map', { Attributes: 'x' }, 'MalformedInput', 'STRING_VALUE cannot be converted to a Map'],
  [
    'an attribute without a value',
    { 'Attributes.entry.1.key': 'DisplayName' },
    'ValidationError',
    "1 validation error detected: Value null at 'attributes.DisplayName.member' failed to satisfy constraint: Member must not be null",
  ],
  ['a structure for a text', { 'Name.x': 'y' }, 'MalformedInput', 'OBJECT_VALUE cannot be converted to a String'],
])('%s', (_, form, code, message) => {
  it('is refused, and makes no topic', async () => {
    const { Name, ...rest } = { Name: 'alerts', ...form };
    const created = await send({ Action: 'CreateTopic', ...('Name.x' in form ? {} : { Name }), ...rest });

    expect(created).toMatchObject({ status: 400, code, message });
    expect((await send({ Action: 'ListTopics' })).text).not.toContain('<TopicArn>');
  });
});

it.each([
  ['without a type', { StringValue: 'x' }, 'ValidationError', "Value null at 'messageAttributes.a.member.dataType'"],
  ['without anything', undefined, 'ValidationError', "Value null at 'messageAttributes.a.member'"],
])('a message attribute %s is refused', async (_, value, code, message) => {
  await create();

  const published = await send({
    ...{ Action: 'Publish', TopicArn, Message: 'text', 'MessageAttributes.entry.1.Name': 'a' },
    ...(value && { 'MessageAttributes.entry.1.Value.StringValue': value.StringValue }),
  });

  expect(published).toMatchObject({ status: 400, code, message: expect.stringContaining(message) });
  expect(sandbox.sns.messages).toEqual([]);
});

describe('tags', () => {
  beforeEach(async () => void (await create({ 'Tags.member.1.Key': 'team', 'Tags.member.1.Value': 'a' })));

  it('are added, changed and taken away', async () => {
    await tag({
      ...{ 'Tags.member.1.Key': 'team', 'Tags.member.1.Value': 'b' },
      ...{ 'Tags.member.2.Key': 'stage', 'Tags.member.2.Value': '' },
    });
    const added = await tags();
    await send({ Action: 'UntagResource', ResourceArn: TopicArn, 'TagKeys.member.1': 'team' });

    expect([added, await tags()]).toEqual([['team=b', 'stage='], ['stage=']]);
  });

  it.each<[string, Record<string, string>, string, string]>([
    [
      'twice the same key',
      { 'Tags.member.1.Key': 'k', 'Tags.member.1.Value': '1', 'Tags.member.2.Key': 'k', 'Tags.member.2.Value': '2' },
      'InvalidParameter',
      'Invalid parameter: Duplicated keys are not allowed.',
    ],
    ['an unknown topic', { ResourceArn: `${TopicArn}2`, Tags: '' }, 'ResourceNotFound', 'Resource does not exist'],
    [
      'a malformed ARN',
      { ResourceArn: 'x', Tags: '' },
      'InvalidParameter',
      'Invalid parameter: ResourceArn Reason: An ARN must have at least 6 elements, not 1',
    ],
    [
      'more than fifty',
      Object.fromEntries(
        Array.from({ length: 50 }, (_, index) => [
          [`Tags.member.${index + 1}.Key`, `k${index}`],
          [`Tags.member.${index + 1}.Value`, ''],
        ]).flat(),
      ),
      'TagLimitExceeded',
      'Could not complete request: tag quota of per resource exceeded',
    ],
  ])('are refused with %s', async (_, form, code, message) => {
    expect(await tag(form)).toMatchObject({ code, message });

    expect(await tags()).toEqual(['team=a']);
  });
});

it('a tag that belongs to AWS is refused, and changes nothing', async () => {
  await create({ 'Tags.member.1.Key': 'k', 'Tags.member.1.Value': 'v' });

  const added = await tag({ 'Tags.member.1.Key': 'aws:x', 'Tags.member.1.Value': 'v' });
  const removed = await send({ Action: 'UntagResource', ResourceArn: TopicArn, 'TagKeys.member.1': 'aws:x' });

  const message = 'Invalid parameter: Tags Reason: aws: prefixed tag key names are not allowed for external use.';
  expect(added).toMatchObject({ status: 400, code: 'InvalidParameter', message });
  expect(removed).toMatchObject({ status: 400, code: 'InvalidParameter', message });
  expect(await tags()).toEqual(['k=v']);
});
