import { AwsError } from '../../aws/aws-error.ts';
import { type Account, arnOf } from '../../aws/service.ts';
import { mergeTags, type Tag, type TagErrors } from '../../aws/tags.ts';

export interface Topic {
  readonly arn: string;
  readonly name: string;
  readonly isFifo: boolean;
  readonly attributes: Map<string, string>;
  tags: readonly Tag[];
}

export const invalid = (reason: string) => new AwsError('InvalidParameter', `Invalid parameter: ${reason}`);

export function topics(account: Account) {
  const known = new Map<string, Topic>();
  const found = (arn: string | undefined, as: 'Topic' | 'Resource'): Topic => {
    const topic = known.get(checkedArn(arn, account, `${as}Arn`));
    if (topic) return topic;
    throw new AwsError(as === 'Topic' ? 'NotFound' : 'ResourceNotFound', `${as} does not exist`, 404);
  };
  return {
    create: (name: string, given: Readonly<Record<string, string>>, added: readonly Tag[]): Topic => {
      const attributes = new Map(Object.entries(given));
      const isFifo = attributes.get('FifoTopic') === 'true';
      checkName(name, isFifo);
      for (const attribute of attributes.keys()) requireKind(attribute, isFifo);
      const arn = arnOf(account, 'sns', name);
      const tags = withTags([], added);
      const existing = known.get(arn);
      if (existing) {
        checkSame(existing, attributes, tags);
        return existing;
      }
      const topic = { arn, name, isFifo, attributes, tags };
      known.set(arn, topic);
      return topic;
    },
    /** Throws NotFound, and InvalidParameter for what is not an ARN. */
    get: (arn: string | undefined) => found(arn, 'Topic'),
    /** By the name that tags have for it. */
    tagged: (arn: string) => found(arn, 'Resource'),
    delete: (arn: string | undefined): void => {
      known.delete(checkedArn(arn, account));
    },
    all: () => [...known.values()],
  };
}

function checkName(name: string, isFifo: boolean): void {
  const plain = isFifo ? /^[A-Za-z0-9_-]{1,251}\.fifo$/ : /^[A-Za-z0-9_-]{1,256}$/;
  if (!plain.test(name)) throw invalid('Topic Name');
}

/** Those of the topic, and what is added or changed. Throws InvalidParameter and TagLimitExceeded. */
export function withTags(tags: readonly Tag[], added: readonly Tag[]): Tag[] {
  if (new Set(added.map(({ Key }) => Key)).size < added.length) throw invalid('Duplicated keys are not allowed.');
  return mergeTags(tags, added, tagErrors);
}

export const tagErrors: TagErrors = {
  tooManyTags: () => new AwsError('TagLimitExceeded', 'Could not complete request: tag quota of per resource exceeded'),
  systemTag: () => invalid('Tags Reason: aws: prefixed tag key names are not allowed for external use.'),
};

/** Throws InvalidParameter for what only ordered topics have. */
export function requireKind(attribute: string, isFifo: boolean): void {
  if (isFifo || !['ContentBasedDeduplication', 'FifoThroughputScope'].includes(attribute)) return;
  throw invalid(`${attribute} Reason: it can only be set for FIFO topics`);
}

/** Throws InvalidParameter, which names the parameter. */
export function checkedArn(arn: string | undefined, { region }: Account, parameter = 'TopicArn'): string {
  if (arn === undefined) throw invalid(`${parameter} Reason: no value for required parameter`);
  const elements = arn.split(':');
  if (elements.length < 6) {
    throw invalid(`${parameter} Reason: An ARN must have at least 6 elements, not ${elements.length}`);
  }
  // Another service's, or a topic elsewhere: an endpoint knows those of its own region alone.
  if (elements[2] !== 'sns' || elements[3] !== region) throw invalid(parameter);
  return arn;
}

/** Creating again is fine with the same things or fewer. */
function checkSame(topic: Topic, attributes: Map<string, string>, tags: readonly Tag[]): void {
  const isThere = ({ Key, Value }: Tag) => topic.tags.some((tag) => tag.Key === Key && tag.Value === Value);
  if (!tags.every(isThere)) {
    throw invalid('Tags Reason: Topic already exists with different tags');
  }
  if ([...attributes].some(([key, value]) => topic.attributes.get(key) !== value)) {
    throw invalid('Attributes Reason: Topic already exists with different attributes');
  }
}

/** What SetTopicAttributes may change. */
export const settable = [
  'DeliveryPolicy',
  'DisplayName',
  'KmsMasterKeyId',
  'Policy',
  'SignatureVersion',
  'TracingConfig',
  'FifoThroughputScope',
  'ContentBasedDeduplication',
];

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
