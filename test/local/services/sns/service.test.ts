import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  DeleteTopicCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListTopicsCommand,
  PublishCommand,
  type PublishCommandInput,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../../../local/sandbox.ts';
import { credentials } from '../../aws-request.ts';

let sandbox: Sandbox;
let sns: SNSClient;
let receiver: Server;
let endpoint: string;
let TopicArn: string | undefined;
const received: { headers: IncomingHttpHeaders; body: string }[] = [];

beforeAll(async () => {
  sandbox = await startSandbox();
  sns = new SNSClient({ endpoint: sandbox.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  receiver = createServer(async (request, response) => {
    const body = (await request.toArray()).join('');
    received.push({ headers: request.headers, body });
    response.end();
  });
  await new Promise<void>((resolve) => {
    receiver.listen(0, '127.0.0.1', resolve);
  });
  endpoint = `http://localhost:${(receiver.address() as AddressInfo).port}/hook`;
});
afterAll(async () => {
  sns.destroy();
  await sandbox.close();
  await new Promise((resolve) => receiver.close(resolve));
});
beforeEach(async () => {
  await sandbox.reset();
  received.length = 0;
  ({ TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'alerts' })));
});

const publish = (input: Partial<PublishCommandInput>) =>
  sns.send(new PublishCommand({ TopicArn, Message: 'text', ...input }));

async function subscribe(Attributes: Record<string, string> = {}) {
  const subscribed = await sns.send(
    new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: endpoint, Attributes, ReturnSubscriptionArn: true }),
  );
  await sandbox.sns.idle();
  const { Token } = JSON.parse(received.at(-1)?.body ?? '{}');
  await sns.send(new ConfirmSubscriptionCommand({ TopicArn, Token }));
  received.length = 0;
  return subscribed.SubscriptionArn;
}

describe('topics', () => {
  it('are created once by name, listed and deleted', async () => {
    const again = await sns.send(new CreateTopicCommand({ Name: 'alerts' }));
    const listed = await sns.send(new ListTopicsCommand({}));
    await sns.send(new DeleteTopicCommand({ TopicArn }));
    await sns.send(new DeleteTopicCommand({ TopicArn }));
    const left = await sns.send(new ListTopicsCommand({}));

    expect(again.TopicArn).toBe('arn:aws:sns:us-east-1:123456789012:alerts');
    expect([listed.Topics, left.Topics ?? []]).toEqual([[{ TopicArn }], []]);
  });

  it('show the attributes that were set beside the default ones', async () => {
    await sns.send(
      new SetTopicAttributesCommand({ TopicArn, AttributeName: 'DisplayName', AttributeValue: 'A & <B>' }),
    );

    const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));

    expect(Attributes).toMatchObject({
      TopicArn,
      DisplayName: 'A & <B>',
      Owner: '123456789012',
      SubscriptionsConfirmed: '0',
    });
    expect(JSON.parse(Attributes?.Policy ?? '').Statement[0].Resource).toBe(TopicArn);
  });

  it.each([
    [{ Name: 'with space' }, 'Invalid parameter: Topic Name'],
    [{ Name: 'x.fifo' }, 'Invalid parameter: Topic Name'],
    [{ Name: 'x', Attributes: { FifoTopic: 'true' } }, 'Invalid parameter: Topic Name'],
    [
      { Name: 'x', Attributes: { ContentBasedDeduplication: 'true' } },
      'Invalid parameter: ContentBasedDeduplication Reason: it can only be set for FIFO topics',
    ],
    [
      { Name: 'alerts', Tags: [{ Key: 'new', Value: 'tag' }] },
      'Invalid parameter: Tags Reason: Topic already exists with different tags',
    ],
  ])('are refused with %j', async (input, message) => {
    const created = sns.send(new CreateTopicCommand(input));

    await expect(created).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message,
      $metadata: { httpStatusCode: 400 },
    });
  });
});

describe('publishing', () => {
  it('keeps the message with subject and attributes', async () => {
    const { MessageId } = await publish({
      Subject: 'Hello',
      Message: 'line 1\r\nline 2 ✓',
      MessageAttributes: { code: { DataType: 'String', StringValue: 'X' } },
    });

    expect(sandbox.sns.messages).toEqual([
      {
        messageId: MessageId,
        topicArn: TopicArn,
        subject: 'Hello',
        message: 'line 1\r\nline 2 ✓',
        attributes: { code: { Type: 'String', Value: 'X' } },
        publishedAt: expect.any(String),
      },
    ]);
  });

  it.each<[string, Partial<PublishCommandInput>, string]>([
    ['an empty message', { Message: '' }, 'Invalid parameter: Empty message'],
    ['an empty subject', { Subject: '' }, 'Invalid parameter: Subject'],
    ['a subject with a line break', { Subject: 'a\nb' }, 'Invalid parameter: Subject'],
    ['a subject over 100 characters', { Subject: 'a'.repeat(101) }, 'Invalid parameter: Subject'],
    ['a message over the limit', { Message: 'a'.repeat(262_145) }, 'Invalid parameter: Message too long'],
    [
      'a message that passes the limit with its attributes',
      { Message: 'a'.repeat(262_140), MessageAttributes: { name: { DataType: 'String', StringValue: 'v' } } },
      'Invalid parameter: Message too long',
    ],
    [
      'a structure without default',
      { MessageStructure: 'json', Message: '{"http":"x"}' },
      'Invalid parameter: Message Structure - No default entry in JSON message body',
    ],
    [
      'a structure that is not JSON',
      { MessageStructure: 'json', Message: 'x' },
      'Invalid parameter: Message Structure - JSON message body failed to parse',
    ],
    [
      'a malformed ARN',
      { TopicArn: 'a:b' },
      'Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 2',
    ],
    ["a queue's ARN", { TopicArn: 'arn:aws:sqs:us-east-1:123456789012:alerts' }, 'Invalid parameter: TopicArn'],
    [
      'a topic of another region',
      { TopicArn: 'arn:aws:sns:eu-west-1:123456789012:alerts' },
      'Invalid parameter: TopicArn',
    ],
    ['a group with a space in it', { MessageGroupId: 'a b' }, 'Invalid parameter: MessageGroupId'],
    [
      'a deduplication id',
      { MessageDeduplicationId: 'x' },
      'Invalid parameter: MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type',
    ],
  ])('refuses %s', async (_, input, message) => {
    await expect(publish(input)).rejects.toMatchObject({ name: 'InvalidParameterException', message });

    expect(sandbox.sns.messages).toEqual([]);
  });

  it('does not know a topic that was never created', async () => {
    const published = publish({ TopicArn: 'arn:aws:sns:us-east-1:123456789012:other' });

    await expect(published).rejects.toMatchObject({
      name: 'NotFoundException',
      message: 'Topic does not exist',
      $metadata: { httpStatusCode: 404 },
    });
  });
});

describe('subscribers', () => {
  it('are asked to confirm, and get nothing before they have', async () => {
    const { SubscriptionArn } = await sns.send(
      new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: endpoint }),
    );
    await sandbox.sns.idle();
    await publish({});
    await sandbox.sns.idle();

    expect(SubscriptionArn).toBe('pending confirmation');
    expect(received).toHaveLength(1);
    expect(received[0]?.headers).toMatchObject({
      'x-amz-sns-message-type': 'SubscriptionConfirmation',
      'x-amz-sns-topic-arn': TopicArn,
      'content-type': 'text/plain; charset=UTF-8',
    });
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({ Type: 'SubscriptionConfirmation', TopicArn });
  });

  it('confirm by visiting the link, without credentials', async () => {
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: endpoint }));
    await sandbox.sns.idle();

    const visited = await fetch(JSON.parse(received[0]?.body ?? '').SubscribeURL);

    expect(visited.status).toBe(200);
    const { Subscriptions } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
    expect(Subscriptions).toMatchObject([
      { Protocol: 'http', Endpoint: endpoint, SubscriptionArn: expect.stringContaining(`${TopicArn}:`) },
    ]);
  });

  it('get what is published', async () => {
    const arn = await subscribe();

    await publish({
      Subject: 'S',
      Message: 'M',
      MessageAttributes: { code: { DataType: 'String', StringValue: 'X' } },
    });
    await sandbox.sns.idle();

    expect(received[0]?.headers['x-amz-sns-subscription-arn']).toBe(arn);
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({
      Type: 'Notification',
      TopicArn,
      Subject: 'S',
      Message: 'M',
      MessageAttributes: { code: { Type: 'String', Value: 'X' } },
    });
  });

  it('get the bare message when they ask for raw delivery', async () => {
    await subscribe({ RawMessageDelivery: 'true' });

    await publish({ Message: 'bare' });
    await sandbox.sns.idle();

    expect(received[0]?.body).toBe('bare');
    expect(received[0]?.headers['x-amz-sns-rawdelivery']).toBe('true');
  });

  it.each([
    [{ event: ['failed'] }, ['failed']],
    [{ event: [{ 'anything-but': ['failed'] }] }, ['succeeded']],
    [{ event: [{ prefix: 'succ' }] }, ['succeeded']],
    [{ other: [{ exists: false }] }, ['failed', 'succeeded']],
    [{ event: ['failed'], count: [{ numeric: ['>', 5] }] }, []],
    [{ count: [{ numeric: ['>=', 1, '<', 5] }] }, ['failed', 'succeeded']],
  ])('with filter %j get %j', async (policy, expected) => {
    await subscribe({ FilterPolicy: JSON.stringify(policy) });

    for (const event of ['failed', 'succeeded']) {
      await publish({
        Message: event,
        MessageAttributes: {
          event: { DataType: 'String', StringValue: event },
          count: { DataType: 'Number', StringValue: '3' },
        },
      });
      await sandbox.sns.idle();
    }

    expect(received.map(({ body }) => JSON.parse(body).Message)).toEqual(expected);
  });

  it.each([
    [{ event: ['failed'] }, ['failed']],
    [{ is: { at: [{ numeric: ['>', 1] }] } }, ['succeeded']],
    [{ is: { why: [null] } }, ['failed']],
    [{ is: { why: [{ exists: false }] } }, ['none', 'succeeded']],
    [{ of: { name: ['b'] }, tags: [{ prefix: 'ur' }] }, ['failed']],
    [{ of: { name: ['b'], kind: ['x'] } }, []],
    [{ toString: [{ exists: true }] }, []],
  ])('with filter %j of the body get %j', async (policy, expected) => {
    await subscribe({ FilterPolicyScope: 'MessageBody', FilterPolicy: JSON.stringify(policy) });
    const bodies = [
      {
        event: 'failed',
        is: { at: 1, why: null },
        of: [{ name: 'a', kind: 'x' }, { name: 'b' }],
        tags: ['old', 'urgent'],
      },
      { event: 'succeeded', is: { at: 2 } },
      { event: 'none' },
      'failed',
      ['failed'],
    ];

    for (const body of [...bodies.map((body) => JSON.stringify(body)), 'failed']) await publish({ Message: body });
    await sandbox.sns.idle();

    // Deliveries overtake each other.
    expect(received.map(({ body }) => JSON.parse(JSON.parse(body).Message).event).sort()).toEqual(expected);
  });

  it('with a filter of the body are held against the text that they would be sent', async () => {
    await subscribe({ FilterPolicyScope: 'MessageBody', FilterPolicy: '{"for":["web"]}' });
    const texts = { default: '{"for":"others"}', http: '{"for":"web"}' };

    await publish({ Message: JSON.stringify(texts), MessageStructure: 'json' });
    await publish({ Message: JSON.stringify({ ...texts, http: '{}' }), MessageStructure: 'json' });
    await sandbox.sns.idle();

    expect(received.map(({ body }) => JSON.parse(body).Message)).toEqual([texts.http]);
  });

  it('get nothing after they have unsubscribed', async () => {
    const SubscriptionArn = await subscribe();

    await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    await publish({});
    await sandbox.sns.idle();

    expect(received).toEqual([]);
  });

  it.each([
    ['carrier-pigeon', 'x', 'Invalid parameter: Amazon SNS does not support this protocol string: carrier-pigeon'],
    [
      'http',
      'http://example.com/hook',
      'Invalid parameter: Endpoint Reason: the sandbox delivers to this machine only: localhost or 127.0.0.1',
    ],
    [
      'http',
      'http://127.0.0.1.example.com/',
      'Invalid parameter: Endpoint Reason: the sandbox delivers to this machine only: localhost or 127.0.0.1',
    ],
    ['https', 'http://localhost/', 'Invalid parameter: Endpoint must match the specified protocol'],
  ])('over %s to %s are refused', async (Protocol, Endpoint, message) => {
    const subscribed = sns.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint }));

    await expect(subscribed).rejects.toMatchObject({ name: 'InvalidParameterException', message });
  });
});
