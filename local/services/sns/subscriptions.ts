import { randomBytes, randomUUID } from 'node:crypto';
import type { Account } from '../../aws/service.ts';
import { loopbackUrl } from '../../loopback.ts';
import { post } from './delivery.ts';
import { accepts } from './filter-policy.ts';
import type { Message } from './message.ts';
import { invalid } from './topics.ts';

export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: 'http' | 'https';
  readonly endpoint: string;
  readonly token: string;
  readonly attributes: Record<string, string>;
  isConfirmed: boolean;
}

export interface Subscriptions {
  subscribe(topicArn: string, input: Record<string, unknown>): Subscription;
  confirm(topicArn: string, token: unknown): Subscription;
  unsubscribe(arn: unknown): void;
  of(topicArn: string): readonly Subscription[];
  /** Hands the message to every confirmed subscriber whose filter lets it pass. */
  deliver(message: Message): void;
  removeTopic(topicArn: string): void;
  /** Resolves when no post is under way. */
  idle(): Promise<void>;
  clear(): void;
}

export function subscriptions(account: Account, sandboxUrl: () => string): Subscriptions {
  const known = new Map<string, Subscription>();
  const posting = new Set<Promise<boolean>>();
  const send = (type: string, subscription: Subscription, body: Record<string, unknown>) => {
    const headers: Record<string, string> = {
      'x-amz-sns-message-type': type,
      'x-amz-sns-message-id': String(body.MessageId),
      'x-amz-sns-topic-arn': subscription.topicArn,
      ...(type === 'Notification' && { 'x-amz-sns-subscription-arn': subscription.arn }),
    };
    const raw = type === 'Notification' && subscription.attributes.RawMessageDelivery === 'true';
    const text = raw ? String(body.Message) : JSON.stringify(body, null, 2);
    const sent = post(subscription.endpoint, raw ? { ...headers, 'x-amz-sns-rawdelivery': 'true' } : headers, text);
    posting.add(sent);
    void sent.then(() => posting.delete(sent));
  };
  const link = (action: string, parameters: Record<string, string>) =>
    `${sandboxUrl()}/?${new URLSearchParams({ Action: action, ...parameters })}`;
  // The service signs with a key whose certificate it publishes. There is none here, so a subscriber that verifies must be told not to.
  const signature = () => ({
    SignatureVersion: '1',
    Signature: 'c2FuZGJveA==',
    SigningCertURL: `${sandboxUrl()}/_sandbox/none.pem`,
  });

  return {
    subscribe: (topicArn, input) => {
      const { protocol, endpoint } = parseEndpoint(input);
      const attributes = (input.Attributes ?? {}) as Record<string, string>;
      checkPolicy(attributes.FilterPolicy);
      const existing = [...known.values()].find((one) => one.topicArn === topicArn && one.endpoint === endpoint);
      if (existing) {
        if (Object.entries(attributes).some(([key, value]) => existing.attributes[key] !== value)) {
          throw invalid('Attributes Reason: Subscription already exists with different attributes');
        }
        return existing;
      }
      const arn = `${topicArn}:${randomUUID()}`;
      const token = randomBytes(64).toString('hex');
      const subscription = { arn, topicArn, protocol, endpoint, token, attributes, isConfirmed: false };
      known.set(arn, subscription);
      send('SubscriptionConfirmation', subscription, {
        Type: 'SubscriptionConfirmation',
        MessageId: randomUUID(),
        Token: token,
        TopicArn: topicArn,
        Message: `You have chosen to subscribe to the topic ${topicArn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`,
        SubscribeURL: link('ConfirmSubscription', { TopicArn: topicArn, Token: token }),
        Timestamp: new Date(account.now()).toISOString(),
        ...signature(),
      });
      return subscription;
    },
    confirm: (topicArn, token) => {
      const found = [...known.values()].find((one) => one.topicArn === topicArn && one.token === token);
      if (!found) throw invalid('Token');
      found.isConfirmed = true;
      return found;
    },
    unsubscribe: (arn) => {
      known.delete(String(arn));
    },
    of: (topicArn) => [...known.values()].filter((one) => one.topicArn === topicArn),
    deliver: (message) => {
      for (const subscription of known.values()) {
        if (subscription.topicArn !== message.topicArn || !subscription.isConfirmed) continue;
        if (!accepts(subscription.attributes.FilterPolicy, message.attributes)) continue;
        send('Notification', subscription, {
          Type: 'Notification',
          MessageId: message.messageId,
          TopicArn: message.topicArn,
          ...(message.subject !== undefined && { Subject: message.subject }),
          Message: message.message,
          Timestamp: message.publishedAt,
          ...signature(),
          UnsubscribeURL: link('Unsubscribe', { SubscriptionArn: subscription.arn }),
          ...(Object.keys(message.attributes).length > 0 && { MessageAttributes: message.attributes }),
        });
      }
    },
    removeTopic: (topicArn) => {
      for (const [arn, subscription] of known) if (subscription.topicArn === topicArn) known.delete(arn);
    },
    idle: async () => {
      while (posting.size > 0) await Promise.all(posting);
    },
    clear: () => known.clear(),
  };
}

const otherProtocols = ['email', 'email-json', 'sms', 'sqs', 'application', 'lambda', 'firehose'];

function parseEndpoint(input: Record<string, unknown>): { protocol: 'http' | 'https'; endpoint: string } {
  const { Protocol: protocol, Endpoint: endpoint } = input;
  if (protocol !== 'http' && protocol !== 'https') {
    if (otherProtocols.includes(String(protocol)))
      throw invalid(`Protocol Reason: the sandbox delivers to http and https only, not ${protocol}`);
    throw invalid(`Amazon SNS does not support this protocol string: ${protocol}`);
  }
  if (typeof endpoint !== 'string' || !endpoint.startsWith(`${protocol}://`)) {
    throw invalid('Endpoint must match the specified protocol');
  }
  if (!loopbackUrl(endpoint))
    throw invalid('Endpoint Reason: the sandbox delivers to this machine only: localhost or 127.0.0.1');
  return { protocol, endpoint };
}

/** A policy that can't be read would otherwise surface at the first message. */
function checkPolicy(policy: string | undefined): void {
  if (policy === undefined) return;
  try {
    const values: unknown[] = Object.values(JSON.parse(policy));
    if (values.every(Array.isArray)) return;
  } catch {
    throw invalid('FilterPolicy: failed to parse JSON.');
  }
  throw invalid('FilterPolicy: Match value must be String, number, true, false, or null in an array');
}
