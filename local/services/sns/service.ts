import { randomUUID } from 'node:crypto';
import { type Kept, kept } from '../../aws/kept.ts';
import { callOf, invalidAction, type Operations, operation } from '../../aws/operation.ts';
import { page } from '../../aws/page.ts';
import { type Account, inRegion, type RotationFunctions, type Service } from '../../aws/service.ts';
import { options, structure } from '../../aws/shapes.ts';
import { withoutTags } from '../../aws/tags.ts';
import { checkEntries, checkTogether } from './batch.ts';
import { deduplicationId, ordered } from './fifo.ts';
import * as member from './members.ts';
import { type Message, parseMessage } from './message.ts';
import { attributesOf, listed, type Subscription } from './subscription.ts';
import { subscriptions } from './subscriptions.ts';
import { invalid, requireKind, settable, type Topic, tagErrors, topicAttributes, topics, withTags } from './topics.ts';

export interface SnsService extends Service {
  /** The latest of what was published, oldest first. */
  readonly messages: readonly Message[];
  /** Resolves when every delivery that is under way has been answered. */
  idle(): Promise<void>;
}

const { any } = member;
const topicOf = options({ TopicArn: any });
const subscriptionOf = options({ SubscriptionArn: any });

export function sns(account: Account, functions: RotationFunctions, sandboxUrl: () => string): SnsService {
  const messages = kept<Message>(2_000);
  const regions = new Map<string, ReturnType<typeof regional>>();
  return {
    name: 'sns',
    messages: messages.list,
    idle: async () => {
      for (const region of regions.values()) await region.idle();
    },
    call: (operation, input, context) => {
      const { region } = context;
      const there = regions.get(region) ?? regional(inRegion(account, region), functions, sandboxUrl, messages);
      regions.set(region, there);
      return there.call(operation, input, context);
    },
    reset: () => {
      regions.clear();
      messages.clear();
    },
  };
}

/** What a region has of its own; nobody elsewhere sees it. */
function regional(account: Account, functions: RotationFunctions, sandboxUrl: () => string, messages: Kept<Message>) {
  const known = topics(account);
  const subscribed = subscriptions(account, functions, sandboxUrl);
  const order = ordered(account);
  const read = (topic: Topic, input: member.Publication) => {
    const publishedAt = new Date(account.now()).toISOString();
    const message = parseMessage(input, { messageId: randomUUID(), topicArn: topic.arn, publishedAt });
    deduplicationId(topic, input);
    return message;
  };
  const publish = (topic: Topic, input: member.Publication, message = read(topic, input)) => {
    const answer = order.accept(topic, input, message.messageId);
    if (!answer.isRepetition) {
      messages.add(message);
      subscribed.deliver(message);
    }
    return answer.said;
  };
  const show = (found: readonly Subscription[], token: string | undefined) => {
    const { items, NextToken } = page(found, 100, token, () => invalid('NextToken'));
    return { NextToken, Subscriptions: { member: items.map((one) => listed(one, account)) } };
  };

  const operations: Operations<undefined> = {
    CreateTopic: operation(
      structure({ Name: any }, { Attributes: member.attributes, Tags: member.tags }),
      ({ Name, Attributes = {}, Tags = [] }) => ({ TopicArn: known.create(Name, Attributes, Tags).arn }),
    ),
    DeleteTopic: operation(topicOf, ({ TopicArn }) => {
      known.delete(TopicArn);
      subscribed.removeTopic(String(TopicArn));
      return undefined;
    }),
    ListTopics: operation(options({ NextToken: any }), (input) => {
      const { items, NextToken } = page(known.all(), 100, input.NextToken, () => invalid('NextToken'));
      return { NextToken, Topics: { member: items.map(({ arn }) => ({ TopicArn: arn })) } };
    }),
    GetTopicAttributes: operation(topicOf, ({ TopicArn }) => {
      const topic = known.get(TopicArn);
      const all = subscribed.of(topic.arn);
      const confirmed = all.filter(({ isConfirmed }) => isConfirmed).length;
      return { Attributes: toMap(topicAttributes(topic, account, { confirmed, pending: all.length - confirmed })) };
    }),
    SetTopicAttributes: operation(
      options({ TopicArn: any, AttributeName: any, AttributeValue: any }),
      ({ TopicArn, AttributeName = '', AttributeValue = '' }) => {
        const topic = known.get(TopicArn);
        if (!settable.includes(AttributeName)) throw invalid('AttributeName');
        requireKind(AttributeName, topic.isFifo);
        topic.attributes.set(AttributeName, AttributeValue);
        return undefined;
      },
    ),
    TagResource: operation(structure({ ResourceArn: any, Tags: member.tags }), ({ ResourceArn, Tags }) => {
      const topic = known.tagged(ResourceArn);
      topic.tags = withTags(topic.tags, Tags);
      return {};
    }),
    UntagResource: operation(structure({ ResourceArn: any, TagKeys: member.tagKeys }), ({ ResourceArn, TagKeys }) => {
      const topic = known.tagged(ResourceArn);
      topic.tags = withoutTags(topic.tags, TagKeys, tagErrors);
      return {};
    }),
    ListTagsForResource: operation(structure({ ResourceArn: any }), ({ ResourceArn }) => ({
      Tags: { member: known.tagged(ResourceArn).tags },
    })),
    Subscribe: operation(
      options({
        ...{ TopicArn: any, Protocol: any, Endpoint: any, ReturnSubscriptionArn: any },
        Attributes: member.attributes,
      }),
      ({ TopicArn, Protocol = '', Endpoint = '', Attributes = {}, ReturnSubscriptionArn }) => {
        const topic = known.get(TopicArn);
        // https://docs.aws.amazon.com/sns/latest/dg/fifo-message-delivery.html: queues only, and the sandbox has none.
        if (topic.isFifo) throw invalid(`Invalid protocol type: ${Protocol}`);
        const { arn, isConfirmed } = subscribed.subscribe(topic.arn, Protocol, Endpoint, Attributes);
        const shown = isConfirmed || ReturnSubscriptionArn === 'true';
        return { SubscriptionArn: shown ? arn : 'pending confirmation' };
      },
    ),
    ConfirmSubscription: operation(
      options({ TopicArn: any, Token: any }),
      ({ TopicArn = '', Token = '' }, _, { accessKeyId }) => ({
        SubscriptionArn: subscribed.confirm(TopicArn, Token, accessKeyId !== undefined).arn,
      }),
    ),
    Unsubscribe: operation(subscriptionOf, ({ SubscriptionArn }) => {
      subscribed.unsubscribe(SubscriptionArn);
      return undefined;
    }),
    ListSubscriptions: operation(options({ NextToken: any }), ({ NextToken }) => show(subscribed.all(), NextToken)),
    ListSubscriptionsByTopic: operation(options({ TopicArn: any, NextToken: any }), ({ TopicArn, NextToken }) =>
      show(subscribed.of(known.get(TopicArn).arn), NextToken),
    ),
    GetSubscriptionAttributes: operation(subscriptionOf, ({ SubscriptionArn }) => ({
      Attributes: toMap(attributesOf(subscribed.get(SubscriptionArn), account)),
    })),
    SetSubscriptionAttributes: operation(
      options({ SubscriptionArn: any, AttributeName: any, AttributeValue: any }),
      ({ SubscriptionArn, AttributeName = '', AttributeValue = '' }) => {
        subscribed.setAttribute(SubscriptionArn, AttributeName, AttributeValue);
        return undefined;
      },
    ),
    Publish: operation(member.publication, ({ TopicArn, TargetArn, ...input }) => {
      const target = TopicArn ?? TargetArn;
      if (target === undefined) throw invalid('TopicArn or TargetArn Reason: no value for required parameter');
      return publish(known.get(target), input);
    }),
    PublishBatch: operation(
      options({ TopicArn: any, PublishBatchRequestEntries: member.batchEntries }),
      ({ TopicArn, PublishBatchRequestEntries: entries = [] }) => {
        const topic = known.get(TopicArn);
        checkEntries(entries);
        // The service refuses the whole batch for one entry that is wrong.
        const batch = entries.map((entry) => ({ entry, message: read(topic, entry) }));
        checkTogether(batch.map(({ message }) => message));
        const sent = batch.map(({ entry, message }) => ({ Id: entry.Id, ...publish(topic, entry, message) }));
        return { Successful: { member: sent }, Failed: { member: [] } };
      },
    ),
  };

  return { idle: subscribed.idle, call: callOf(operations, undefined, invalidAction('2010-03-31')) };
}

const toMap = (attributes: Record<string, string>) => ({
  entry: Object.entries(attributes).map(([key, value]) => ({ key, value })),
});
