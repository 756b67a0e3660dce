import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  GetSubscriptionAttributesCommand,
  ListSubscriptionsCommand,
  PublishCommand,
  SetSubscriptionAttributesCommand,
  SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox } from '../../../../local/sandbox.ts';
import { credentials } from '../../aws-request.ts';

const sandbox = await startSandbox();
const sns = new SNSClient({ endpoint: sandbox.url, region: 'us-east-1', credentials, maxAttempts: 1 });
const events: unknown[] = [];
const listener = sandbox.functions.register('listener', { handler: async (event: object) => void events.push(event) });
const TopicArn = 'arn:aws:sns:us-east-1:123456789012:alerts';
afterAll(async () => {
  sns.destroy();
  await sandbox.close();
});
beforeEach(async () => {
  await sandbox.reset();
  events.length = 0;
  await sns.send(new CreateTopicCommand({ Name: 'alerts' }));
});

const subscribe = async (Protocol: string, Endpoint: string, Attributes = {}, ReturnSubscriptionArn = false) => {
  const command = new SubscribeCommand({ TopicArn, Protocol, Endpoint, Attributes, ReturnSubscriptionArn });
  return (await sns.send(command)).SubscriptionArn ?? '';
};
const attributesOf = async (SubscriptionArn: string) =>
  (await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }))).Attributes;
const set = (SubscriptionArn: string, AttributeName: string, AttributeValue: string) =>
  sns.send(new SetSubscriptionAttributesCommand({ SubscriptionArn, AttributeName, AttributeValue }));
const anArn = expect.stringMatching(/^arn:aws:sns:us-east-1:123456789012:alerts:[0-9a-f-]{36}$/);

describe('a function', () => {
  it('is subscribed at once, and gets the event of SNS', async () => {
    const arn = await subscribe('lambda', listener);
    const MessageAttributes = { code: { DataType: 'String', StringValue: 'X' } };

    const { MessageId } = await sns.send(new PublishCommand({ TopicArn, Message: 'text', MessageAttributes }));
    await sandbox.idle();

    expect(events).toEqual([
      {
        Records: [
          {
            EventSource: 'aws:sns',
            EventVersion: '1.0',
            EventSubscriptionArn: arn,
            Sns: {
              Type: 'Notification',
              MessageId,
              TopicArn,
              Subject: null,
              Message: 'text',
              Timestamp: expect.any(String),
              SignatureVersion: '1',
              Signature: expect.any(String),
              SigningCertUrl: expect.any(String),
              UnsubscribeUrl: expect.stringContaining('Action=Unsubscribe'),
              MessageAttributes: { code: { Type: 'String', Value: 'X' } },
            },
          },
        ],
      },
    ]);
  });

  it('gets the text that is meant for it', async () => {
    await subscribe('lambda', listener);

    const texts = JSON.stringify({ default: 'for all', lambda: 'for functions' });
    await sns.send(new PublishCommand({ TopicArn, Message: texts, MessageStructure: 'json' }));
    await sandbox.idle();

    expect(events).toMatchObject([{ Records: [{ Sns: { Message: 'for functions' } }] }]);
  });

  it('with a filter gets nothing for an array that is none', async () => {
    await subscribe('lambda', listener, { FilterPolicy: '{"a":["b"]}' });
    const MessageAttributes = { a: { DataType: 'String.Array', StringValue: 'b' } };

    await sns.send(new PublishCommand({ TopicArn, Message: 'text', MessageAttributes }));
    await sandbox.idle();

    expect(events).toEqual([]);
  });

  it.each([
    ['of another account', listener.replace('123456789012', '999999999999')],
    ['that is not here', `${listener}2`],
  ])('%s gets nothing', async (_, endpoint) => {
    await subscribe('lambda', endpoint);

    await sns.send(new PublishCommand({ TopicArn, Message: 'text' }));
    await sandbox.idle();

    expect(events).toEqual([]);
  });
});

describe('who is subscribed', () => {
  it('by mail is pending, by telephone is not, as the service has it', async () => {
    const byMail = await subscribe('email', 'a@example.com');
    const byMailWithArn = await subscribe('email-json', 'a@example.com', {}, true);
    const bySms = await subscribe('sms', '+12/34-567.890');

    const { Subscriptions } = await sns.send(new ListSubscriptionsCommand({}));

    expect([byMail, byMailWithArn, bySms]).toEqual(['pending confirmation', anArn, anArn]);
    expect(Subscriptions?.map(({ SubscriptionArn }) => SubscriptionArn)).toEqual([
      'PendingConfirmation',
      'PendingConfirmation',
      bySms,
    ]);
    expect(await attributesOf(byMailWithArn)).toMatchObject({
      PendingConfirmation: 'true',
      ConfirmationWasAuthenticated: 'false',
    });
  });

  it('is listed a hundred at a time', async () => {
    for (let index = 0; index < 101; index += 1) await subscribe('email', `user${index}@example.com`);

    const first = await sns.send(new ListSubscriptionsCommand({}));
    const second = await sns.send(new ListSubscriptionsCommand({ NextToken: first.NextToken }));

    expect(first.Subscriptions).toHaveLength(100);
    expect(second).toMatchObject({ Subscriptions: [{ Endpoint: 'user100@example.com' }] });
    expect(second.NextToken).toBeUndefined();
  });

  it('over one protocol is not who is over another', async () => {
    const first = await subscribe('email', 'a@example.com', {}, true);
    const again = await subscribe('email', 'a@example.com', {}, true);
    const other = await subscribe('email-json', 'a@example.com', {}, true);

    expect([again === first, other === first]).toEqual([true, false]);
  });

  it.each([
    ['email', 'foo@bar.com;foo@bar.com', 'Invalid parameter: Email address'],
    ['sms', '+15551234567.', 'Invalid SMS endpoint: +15551234567.'],
    ['sms', '/+15551234567', 'Invalid SMS endpoint: /+15551234567'],
    ['lambda', 'listener', 'Invalid parameter: Lambda endpoint ARN'],
    ['sqs', 'arn:x', 'Invalid parameter: Protocol Reason: the sandbox has nothing to deliver to over sqs'],
  ])('by %s at %s is refused', async (protocol, endpoint, message) => {
    await expect(subscribe(protocol, endpoint)).rejects.toMatchObject({ name: 'InvalidParameterException', message });

    expect((await sns.send(new ListSubscriptionsCommand({}))).Subscriptions ?? []).toEqual([]);
  });
});

describe('attributes of a subscription', () => {
  it('are shown, set and taken away', async () => {
    const arn = await subscribe('lambda', listener, { FilterPolicy: '{"a":["b"]}' });

    const before = await attributesOf(arn);
    await set(arn, 'FilterPolicy', '');
    await set(arn, 'RedrivePolicy', '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dead"}');
    const after = await attributesOf(arn);
    await sns.send(new PublishCommand({ TopicArn, Message: 'text' }));
    await sandbox.idle();

    expect(before).toEqual({
      SubscriptionArn: arn,
      TopicArn,
      Owner: '123456789012',
      Protocol: 'lambda',
      Endpoint: listener,
      SubscriptionPrincipal: expect.stringContaining('arn:aws:iam::123456789012:'),
      PendingConfirmation: 'false',
      ConfirmationWasAuthenticated: 'true',
      RawMessageDelivery: 'false',
      FilterPolicy: '{"a":["b"]}',
      FilterPolicyScope: 'MessageAttributes',
    });
    expect(after).not.toHaveProperty('FilterPolicy');
    expect(after).toHaveProperty('RedrivePolicy');
    expect(events).toHaveLength(1);
  });

  it.each([
    ['FakeAttribute', 'x', 'AttributeName'],
    ['RawMessageDelivery', '', 'RawMessageDelivery: Invalid value []. Must be true or false.'],
    ['RawMessageDelivery', 'true', 'Delivery protocol [lambda] does not support raw message delivery.'],
    [
      'FilterPolicyScope',
      'x',
      'FilterPolicyScope: Invalid value [x]. Please use either MessageBody or MessageAttributes',
    ],
    ['FilterPolicy', '{invalid}', 'FilterPolicy: failed to parse JSON.'],
    ['FilterPolicy', 'null', 'FilterPolicy: failed to parse JSON.'],
    [
      'FilterPolicy',
      '{"a":{"b":["c"]}}',
      'FilterPolicy: Match value must be String, number, true, false, or null in an array',
    ],
    ['FilterPolicy', '{"a":1}', 'FilterPolicy: Match value must be String, number, true, false, or null in an array'],
  ])('%s set to "%s" are refused, also when they come with the subscription', async (name, value, message) => {
    const arn = await subscribe('lambda', listener);
    const before = await attributesOf(arn);

    await expect(set(arn, name, value)).rejects.toMatchObject({ message: `Invalid parameter: ${message}` });
    await expect(subscribe('lambda', `${listener}2`, { [name]: value })).rejects.toMatchObject({
      message: `Invalid parameter: Attributes Reason: ${message}`,
    });

    expect(await attributesOf(arn)).toEqual(before);
    expect((await sns.send(new ListSubscriptionsCommand({}))).Subscriptions).toHaveLength(1);
  });

  it.each([
    ['randomstring', 'SubscriptionArn Reason: An ARN must have at least 6 elements, not 1'],
    ['arn:aws:sns:us-east-1:random', 'SubscriptionArn Reason: An ARN must have at least 6 elements, not 5'],
    [TopicArn, 'SubscriptionId'],
    [undefined, 'SubscriptionArn Reason: no value for required parameter'],
  ])('and an end are refused for %s', async (SubscriptionArn, reason) => {
    const refusal = { name: 'InvalidParameterException', message: `Invalid parameter: ${reason}` };

    await expect(sns.send(new UnsubscribeCommand({ SubscriptionArn }))).rejects.toMatchObject(refusal);
    await expect(sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }))).rejects.toMatchObject(refusal);
  });

  it('are not there without a subscription', async () => {
    const missing = { name: 'NotFoundException', message: 'Subscription does not exist' };

    await expect(attributesOf(`${TopicArn}:nope`)).rejects.toMatchObject(missing);
    await expect(set(`${TopicArn}:nope`, 'RawMessageDelivery', 'false')).rejects.toMatchObject(missing);
  });
});

it.each([
  [TopicArn, 'randomtoken', 'Invalid token'],
  [TopicArn, '51b2ff3e', 'Invalid parameter: Token'],
  [`${TopicArn}i`, '51b2ff3e', 'Invalid parameter: Token'],
  ['arn:aws:sns:eu-west-1:123456789012:alerts', '51b2ff3e', 'Invalid parameter: Topic'],
])('a confirmation for %s with %s is refused', async (TopicArn, Token, message) => {
  const confirmed = sns.send(new ConfirmSubscriptionCommand({ TopicArn, Token }));

  await expect(confirmed).rejects.toMatchObject({ name: 'InvalidParameterException', message });
});
