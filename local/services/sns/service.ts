import { randomUUID } from 'node:crypto';
import { callOf, invalidAction, type Operations } from '../../aws/operation.ts';
import type { Account, Service } from '../../aws/service.ts';
import { ordered } from './fifo.ts';
import { type Message, parseMessage } from './message.ts';
import { type Subscription, subscriptions } from './subscriptions.ts';
import { invalid, requireKind, topicAttributes, topics } from './topics.ts';

export interface SnsService extends Service {
  /** Everything that was published, oldest first. */
  readonly messages: readonly Message[];
  /** Resolves when every delivery that is under way has been answered. */
  idle(): Promise<void>;
}

export function sns(account: Account, sandboxUrl: () => string): SnsService {
  const known = topics(account);
  const subscribed = subscriptions(account, sandboxUrl);
  const messages: Message[] = [];
  const order = ordered(account);

  const operations: Operations<undefined> = {
    CreateTopic: (input) => ({ TopicArn: known.create(input).arn }),
    DeleteTopic: (input) => {
      known.delete(input.TopicArn);
      subscribed.removeTopic(String(input.TopicArn));
      return undefined;
    },
    ListTopics: () => ({ Topics: { member: known.all().map(({ arn }) => ({ TopicArn: arn })) } }),
    GetTopicAttributes: (input) => {
      const topic = known.get(input.TopicArn);
      const all = subscribed.of(topic.arn);
      const confirmed = all.filter(({ isConfirmed }) => isConfirmed).length;
      const attributes = topicAttributes(topic, account, { confirmed, pending: all.length - confirmed });
      return { Attributes: { entry: Object.entries(attributes).map(([key, value]) => ({ key, value })) } };
    },
    SetTopicAttributes: (input) => {
      const topic = known.get(input.TopicArn);
      if (!settable.includes(String(input.AttributeName))) throw invalid('AttributeName');
      requireKind(String(input.AttributeName), topic.isFifo);
      topic.attributes.set(String(input.AttributeName), String(input.AttributeValue ?? ''));
      return undefined;
    },
    Subscribe: (input) => {
      const topic = known.get(input.TopicArn);
      // https://docs.aws.amazon.com/sns/latest/dg/fifo-message-delivery.html: queues only, and the sandbox has none.
      if (topic.isFifo) throw invalid(`Invalid protocol type: ${input.Protocol}`);
      const { arn, isConfirmed } = subscribed.subscribe(topic.arn, input);
      const shown = isConfirmed || input.ReturnSubscriptionArn === 'true';
      return { SubscriptionArn: shown ? arn : 'pending confirmation' };
    },
    ConfirmSubscription: (input) => {
      const { arn } = subscribed.confirm(known.get(input.TopicArn).arn, input.Token);
      return { SubscriptionArn: arn };
    },
    Unsubscribe: (input) => {
      subscribed.unsubscribe(input.SubscriptionArn);
      return undefined;
    },
    ListSubscriptionsByTopic: (input) => {
      const all = subscribed.of(known.get(input.TopicArn).arn);
      return { Subscriptions: { member: all.map((one) => show(one, account)) } };
    },
    Publish: (input) => {
      const target = input.TopicArn ?? input.TargetArn;
      if (target === undefined) throw invalid('TopicArn or TargetArn Reason: no value for required parameter');
      const topic = known.get(target);
      const publishedAt = new Date(account.now()).toISOString();
      const message = parseMessage(input, { messageId: randomUUID(), topicArn: topic.arn, publishedAt });
      const answer = order.accept(topic, input, message.messageId);
      if (answer.isRepetition) return answer.said;
      messages.push(message);
      subscribed.deliver(message);
      return answer.said;
    },
  };

  return {
    name: 'sns',
    messages,
    idle: subscribed.idle,
    call: callOf(operations, undefined, invalidAction('2010-03-31')),
    reset: () => {
      known.clear();
      subscribed.clear();
      order.clear();
      messages.length = 0;
    },
  };
}

const settable = [
  'DeliveryPolicy',
  'DisplayName',
  'KmsMasterKeyId',
  'Policy',
  'SignatureVersion',
  'TracingConfig',
  'FifoThroughputScope',
  'ContentBasedDeduplication',
];

function show({ arn, topicArn, protocol, endpoint, isConfirmed }: Subscription, account: Account) {
  return {
    SubscriptionArn: isConfirmed ? arn : 'PendingConfirmation',
    Owner: account.accountId,
    Protocol: protocol,
    Endpoint: endpoint,
    TopicArn: topicArn,
  };
}
