import { AwsError } from '../../aws/aws-error.ts';
import { type Account, arnOf } from '../../aws/service.ts';

export interface Topic {
  readonly arn: string;
  readonly name: string;
  readonly isFifo: boolean;
  readonly attributes: Map<string, string>;
  readonly tags: Map<string, string>;
}

export interface Topics {
  create(input: Record<string, unknown>): Topic;
  /** Throws NotFound, and InvalidParameter for what is not an ARN. */
  get(arn: unknown): Topic;
  delete(arn: unknown): void;
  all(): readonly Topic[];
  clear(): void;
}

export const invalid = (reason: string) => new AwsError('InvalidParameter', `Invalid parameter: ${reason}`);

export function topics(account: Account): Topics {
  const known = new Map<string, Topic>();
  return {
    create: (input) => {
      const attributes = new Map(Object.entries((input.Attributes ?? {}) as Record<string, string>));
      const isFifo = attributes.get('FifoTopic') === 'true';
      const name = checkedName(input.Name, isFifo);
      for (const attribute of attributes.keys()) requireKind(attribute, isFifo);
      const arn = arnOf(account, 'sns', name);
      const tags = new Map(
        ((input.Tags ?? []) as { Key: string; Value: string }[]).map(({ Key, Value }) => [Key, Value]),
      );
      const existing = known.get(arn);
      if (existing) {
        checkSame(existing, attributes, tags);
        return existing;
      }
      const topic = { arn, name, isFifo, attributes, tags };
      known.set(arn, topic);
      return topic;
    },
    get: (arn) => {
      const topic = known.get(checkedArn(arn, account));
      if (!topic) throw new AwsError('NotFound', 'Topic does not exist', 404);
      return topic;
    },
    delete: (arn) => {
      known.delete(checkedArn(arn, account));
    },
    all: () => [...known.values()],
    clear: () => known.clear(),
  };
}

function checkedName(name: unknown, isFifo: boolean): string {
  const plain = isFifo ? /^[A-Za-z0-9_-]{1,251}\.fifo$/ : /^[A-Za-z0-9_-]{1,256}$/;
  if (typeof name !== 'string' || !plain.test(name)) throw invalid('Topic Name');
  return name;
}

/** Throws InvalidParameter for what only ordered topics have. */
export function requireKind(attribute: string, isFifo: boolean): void {
  if (isFifo || !['ContentBasedDeduplication', 'FifoThroughputScope'].includes(attribute)) return;
  throw invalid(`${attribute} Reason: it can only be set for FIFO topics`);
}

function checkedArn(arn: unknown, { region }: Account): string {
  if (typeof arn !== 'string') throw invalid('TopicArn Reason: no value for required parameter');
  const elements = arn.split(':');
  if (elements.length < 6) {
    throw invalid(`TopicArn Reason: An ARN must have at least 6 elements, not ${elements.length}`);
  }
  // Another service's, or a topic elsewhere: an endpoint knows those of its own region alone.
  if (elements[2] !== 'sns' || elements[3] !== region) throw invalid('TopicArn');
  return arn;
}

/** Creating again is fine with the same things or fewer. */
function checkSame(topic: Topic, attributes: Map<string, string>, tags: Map<string, string>): void {
  if ([...tags].some(([key, value]) => topic.tags.get(key) !== value)) {
    throw invalid('Tags Reason: Topic already exists with different tags');
  }
  if ([...attributes].some(([key, value]) => topic.attributes.get(key) !== value)) {
    throw invalid('Attributes Reason: Topic already exists with different attributes');
  }
}

/** What GetTopicAttributes shows, in the service's order. */
export function topicAttributes(topic: Topic, account: Account, counts: { confirmed: number; pending: number }) {
  const defaults: Record<string, string> = {
    Owner: account.accountId,
    Policy: JSON.stringify(defaultPolicy(topic.arn, account.accountId)),
    TopicArn: topic.arn,
    DisplayName: '',
    SubscriptionsConfirmed: String(counts.confirmed),
    SubscriptionsPending: String(counts.pending),
    SubscriptionsDeleted: '0',
    EffectiveDeliveryPolicy: JSON.stringify(defaultDelivery),
    ...(topic.isFifo && { ContentBasedDeduplication: 'false' }),
  };
  return { ...defaults, ...Object.fromEntries(topic.attributes) };
}

/** https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html */
function defaultPolicy(arn: string, owner: string) {
  const actions = ['GetTopicAttributes', 'SetTopicAttributes', 'AddPermission', 'RemovePermission', 'DeleteTopic'];
  return {
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Effect: 'Allow',
        Sid: '__default_statement_ID',
        Principal: { AWS: '*' },
        Action: [...actions, 'Subscribe', 'ListSubscriptionsByTopic', 'Publish'].map((action) => `SNS:${action}`),
        Resource: arn,
        Condition: { StringEquals: { 'AWS:SourceOwner': owner } },
      },
    ],
  };
}

const defaultDelivery = {
  http: {
    defaultHealthyRetryPolicy: {
      minDelayTarget: 20,
      maxDelayTarget: 20,
      numRetries: 3,
      numMaxDelayRetries: 0,
      numNoDelayRetries: 0,
      numMinDelayRetries: 0,
      backoffFunction: 'linear',
    },
    disableSubscriptionOverrides: false,
    defaultRequestPolicy: { headerContentType: 'text/plain; charset=UTF-8' },
  },
};
