import { randomUUID } from 'node:crypto';
import type { Account, RotationFunctions } from '../../aws/service.ts';
import { type Message, textFor } from './message.ts';
import { post } from './post.ts';
import type { Subscription } from './subscription.ts';

/** What subscribers are sent. */
export function deliveries(account: Account, functions: RotationFunctions, sandboxUrl: () => string) {
  const underWay = new Set<Promise<unknown>>();
  const send = (sent: Promise<unknown>) => {
    underWay.add(sent);
    void sent.finally(() => underWay.delete(sent));
  };
  const link = (action: string, parameters: Record<string, string>) =>
    `${sandboxUrl()}/?${new URLSearchParams({ Action: action, ...parameters })}`;
  // The service signs with a key whose certificate it publishes. There is none here, so a subscriber that verifies must be told not to.
  const signature = { SignatureVersion: '1', Signature: 'c2FuZGJveA==' };
  const certificate = () => `${sandboxUrl()}/_sandbox/none.pem`;
  const headers = (type: string, { topicArn }: Subscription, messageId: string) => ({
    'x-amz-sns-message-type': type,
    'x-amz-sns-message-id': messageId,
    'x-amz-sns-topic-arn': topicArn,
  });

  return {
    /** Only who answers http is asked: there is no mail. */
    askToConfirm: (subscription: Subscription): void => {
      const { topicArn, token, endpoint } = subscription;
      const type = 'SubscriptionConfirmation';
      const body = {
        Type: type,
        MessageId: randomUUID(),
        Token: token,
        TopicArn: topicArn,
        Message: `You have chosen to subscribe to the topic ${topicArn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`,
        SubscribeURL: link('ConfirmSubscription', { TopicArn: topicArn, Token: token }),
        Timestamp: new Date(account.now()).toISOString(),
        ...signature,
        SigningCertURL: certificate(),
      };
      send(post(endpoint, headers(type, subscription, body.MessageId), JSON.stringify(body, null, 2)));
    },

    /** A notification as it is posted, and as a function gets it: https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
    notify: (subscription: Subscription, message: Message): void => {
      const { arn, protocol, endpoint, attributes } = subscription;
      const said = textFor(message, protocol);
      const unsubscribe = link('Unsubscribe', { SubscriptionArn: arn });
      const common = {
        Type: 'Notification',
        MessageId: message.messageId,
        TopicArn: message.topicArn,
        ...(message.subject !== undefined && { Subject: message.subject }),
        Message: said,
        Timestamp: message.publishedAt,
        ...signature,
      };
      if (protocol === 'lambda') {
        const urls = { SigningCertUrl: certificate(), UnsubscribeUrl: unsubscribe };
        const Sns = { Subject: null, ...common, ...urls, MessageAttributes: message.attributes };
        const record = { EventSource: 'aws:sns', EventVersion: '1.0', EventSubscriptionArn: arn, Sns };
        send(functions.invoke(endpoint, { Records: [record] }));
      } else if (/^https?$/.test(protocol)) {
        const urls = { SigningCertURL: certificate(), UnsubscribeURL: unsubscribe };
        const MessageAttributes = message.attributes;
        const body = { ...common, ...urls, ...(Object.keys(MessageAttributes).length > 0 && { MessageAttributes }) };
        const raw = attributes.RawMessageDelivery === 'true';
        const all = {
          ...headers('Notification', subscription, message.messageId),
          'x-amz-sns-subscription-arn': arn,
          ...(raw && { 'x-amz-sns-rawdelivery': 'true' }),
        };
        send(post(endpoint, all, raw ? said : JSON.stringify(body, null, 2)));
      }
    },

    /** Resolves when no delivery is under way. */
    idle: async () => {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}
