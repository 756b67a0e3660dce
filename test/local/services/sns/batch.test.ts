import {
  CreateTopicCommand,
  PublishBatchCommand,
  type PublishBatchRequestEntry,
  PublishCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { startSandbox } from '../../../../local/sandbox.ts';
import { credentials } from '../../aws-request.ts';

const sandbox = await startSandbox();
const sns = new SNSClient({ endpoint: sandbox.url, region: 'us-east-1', credentials, maxAttempts: 1 });
const plain = 'arn:aws:sns:us-east-1:123456789012:alerts';
afterAll(async () => {
  sns.destroy();
  await sandbox.close();
});
beforeEach(async () => {
  await sandbox.reset();
  await sns.send(new CreateTopicCommand({ Name: 'alerts' }));
  await sns.send(new CreateTopicCommand({ Name: 'alerts.fifo', Attributes: { FifoTopic: 'true' } }));
});

const publish = (TopicArn: string, PublishBatchRequestEntries: PublishBatchRequestEntry[]) =>
  sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }));
const entry = (Id: string, more: Partial<PublishBatchRequestEntry> = {}) => ({ Id, Message: `text ${Id}`, ...more });

it('publishes the messages of a batch', async () => {
  const { Successful, Failed } = await publish(plain, [entry('a', { Subject: 'S' }), entry('b')]);

  expect([Successful, Failed ?? []]).toEqual([
    [
      { Id: 'a', MessageId: sandbox.sns.messages[0]?.messageId },
      { Id: 'b', MessageId: sandbox.sns.messages[1]?.messageId },
    ],
    [],
  ]);
  expect(sandbox.sns.messages).toMatchObject([{ subject: 'S', message: 'text a' }, { message: 'text b' }]);
});

it('numbers those of a FIFO topic, and takes repetitions for one', async () => {
  const same = { MessageGroupId: 'app', MessageDeduplicationId: 'one' };

  const { Successful = [] } = await publish(`${plain}.fifo`, [entry('a', same), entry('b', same)]);

  expect(Successful[0]?.SequenceNumber).toMatch(/^\d{20}$/);
  expect(Successful[1]).toEqual({ ...Successful[0], Id: 'b' });
  expect(sandbox.sns.messages).toHaveLength(1);
});

const many = Array.from({ length: 11 }, (_, index) => entry(String(index)));
const attribute = { DataType: 'String', StringValue: 'v' };
it.each<[string, PublishBatchRequestEntry[], string, string]>([
  ['no entries', [], 'EmptyBatchRequestException', "The batch request doesn't contain any entries."],
  [
    'eleven entries',
    many,
    'TooManyEntriesInBatchRequestException',
    'The batch request contains more entries than permissible.',
  ],
  [
    'one id twice',
    [entry('a'), entry('a')],
    'BatchEntryIdsNotDistinctException',
    'Two or more batch entries in the request have the same Id.',
  ],
  [
    'an id with a dot',
    [entry('message.id')],
    'InvalidBatchEntryIdException',
    'The Id of a batch entry in the batch request contains an impermissible character: message.id',
  ],
  [
    'an id of 81 letters',
    [entry('a'.repeat(81))],
    'InvalidBatchEntryIdException',
    `The Id of a batch entry in the batch request is too long: ${'a'.repeat(81)}`,
  ],
  [
    'more than the limit together',
    ['a', 'b'].map((id) => entry(id, { Message: id.repeat(131_072), MessageAttributes: { name: attribute } })),
    'BatchRequestTooLongException',
    'The length of all the messages put together is more than the limit.',
  ],
  [
    'an empty message',
    [entry('a'), entry('b', { Message: '' })],
    'InvalidParameterException',
    'Invalid parameter: Empty message',
  ],
])('refuses a batch with %s, and publishes none of it', async (_, entries, name, message) => {
  await expect(publish(plain, entries)).rejects.toMatchObject({ name, message });

  expect(sandbox.sns.messages).toEqual([]);
});

it('refuses a batch for a FIFO topic in which one has no group', async () => {
  const published = publish(`${plain}.fifo`, [
    entry('a', { MessageGroupId: 'app', MessageDeduplicationId: 'one' }),
    entry('b'),
  ]);

  await expect(published).rejects.toMatchObject({
    message: 'Invalid parameter: The MessageGroupId parameter is required for FIFO topics',
  });
  expect(sandbox.sns.messages).toEqual([]);
});

it.each([
  [
    'of no type',
    { DataType: 'InvalidType', StringValue: 'x' },
    /set of supported type prefixes is Binary, Number, and String\.$/,
  ],
  [
    'in the wrong field',
    { DataType: 'Number', BinaryValue: new Uint8Array([1]) },
    /with type 'Number' must use field 'String'\.$/,
  ],
  [
    'of bytes in the wrong field',
    { DataType: 'Binary', StringValue: 'x' },
    /with type 'Binary' must use field 'Binary'\.$/,
  ],
  ['without a value', { DataType: 'String', StringValue: '' }, /^The message attribute 'a' must contain non-empty/],
])('refuses an attribute %s, alone and in a batch', async (_, a, message) => {
  const refusal = { name: 'InvalidParameterValueException', message: expect.stringMatching(message) };

  const alone = sns.send(new PublishCommand({ TopicArn: plain, Message: 'text', MessageAttributes: { a } }));
  const together = publish(plain, [entry('b'), entry('c', { MessageAttributes: { a } })]);

  await expect(alone).rejects.toMatchObject(refusal);
  await expect(together).rejects.toMatchObject(refusal);
  expect(sandbox.sns.messages).toEqual([]);
});
