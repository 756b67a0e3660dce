/** Topics that keep an order: https://docs.aws.amazon.com/sns/latest/dg/sns-fifo-topics.html */
import {
  CreateTopicCommand,
  GetTopicAttributesCommand,
  PublishCommand,
  type PublishCommandInput,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox } from '../../../../local/sandbox.ts';
import { credentials } from '../../aws-request.ts';

const sandbox = await startSandbox();
const sns = new SNSClient({ endpoint: sandbox.url, region: 'us-east-1', credentials, maxAttempts: 1 });
afterAll(async () => {
  sns.destroy();
  await sandbox.close();
});
beforeEach(() => sandbox.reset());
let TopicArn: string | undefined;

const publish = (input: Partial<PublishCommandInput>) =>
  sns.send(new PublishCommand({ TopicArn, Message: 'text', ...input }));

describe('a FIFO topic', () => {
  const create = async (Attributes: Record<string, string> = {}) => {
    const created = await sns.send(
      new CreateTopicCommand({ Name: 'alerts.fifo', Attributes: { FifoTopic: 'true', ...Attributes } }),
    );
    TopicArn = created.TopicArn;
  };
  const both = { MessageGroupId: 'app', MessageDeduplicationId: 'one' };

  it.each<[string, Partial<PublishCommandInput>, string]>([
    ['without a group', {}, 'The MessageGroupId parameter is required for FIFO topics'],
    [
      'without a deduplication id',
      { MessageGroupId: 'app' },
      'The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    ],
    ['with a group that is too long', { ...both, MessageGroupId: 'a'.repeat(129) }, 'MessageGroupId'],
    ['with an id that is none', { ...both, MessageDeduplicationId: 'é' }, 'MessageDeduplicationId'],
  ])('refuses a message %s', async (_, input, message) => {
    await create();

    const published = publish(input);

    await expect(published).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: `Invalid parameter: ${message}`,
    });
    expect(sandbox.sns.messages).toEqual([]);
  });

  it.each([
    ['of one id', {}, both, both],
    ['of one content', { ContentBasedDeduplication: 'true' }, { MessageGroupId: 'a' }, { MessageGroupId: 'b' }],
  ])('takes two messages %s for one, and numbers what it takes', async (_, attributes, first, second) => {
    await create(attributes);

    const answers = [await publish(first), await publish(second)];
    const other = await publish({
      ...first,
      Message: 'other',
      ...('MessageDeduplicationId' in first && { MessageDeduplicationId: 'two' }),
    });

    expect(answers[1]).toMatchObject({ MessageId: answers[0]?.MessageId, SequenceNumber: answers[0]?.SequenceNumber });
    expect(BigInt(other.SequenceNumber ?? 0)).toBeGreaterThan(BigInt(answers[0]?.SequenceNumber ?? 0));
    expect(sandbox.sns.messages).toHaveLength(2);
  });

  it('says whether it deduplicates by content, and delivers to queues alone', async () => {
    await create();

    const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
    const subscribed = sns.send(
      new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: 'http://localhost:1/hook' }),
    );

    expect(Attributes).toMatchObject({ FifoTopic: 'true', ContentBasedDeduplication: 'false' });
    await expect(subscribed).rejects.toMatchObject({ message: 'Invalid parameter: Invalid protocol type: http' });
  });

  it('alone has its attributes', async () => {
    const plain = await sns.send(new CreateTopicCommand({ Name: 'alerts' }));

    const set = sns.send(
      new SetTopicAttributesCommand({
        TopicArn: plain.TopicArn,
        AttributeName: 'ContentBasedDeduplication',
        AttributeValue: 'true',
      }),
    );

    await expect(set).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });
});
