import { randomBytes, randomUUID } from 'node:crypto';
import { AwsError } from '../../aws/aws-error.ts';
import { type Account, arnOf, type RotationFunctions } from '../../aws/service.ts';
import { deliveries } from './deliveries.ts';
import { accepts } from './filter-policy.ts';
import { type Message, textFor } from './message.ts';
import { checkAttribute, checkEndpoint, needsConfirmation } from './protocols.ts';
import type { Subscription } from './subscription.ts';
import { checkedArn, invalid } from './topics.ts';

export function subscriptions(account: Account, functions: RotationFunctions, sandboxUrl: () => string) {
  const known = new Map<string, Subscription>();
  const outbox = deliveries(account, functions, sandboxUrl);
  const existing = (arn: string | undefined) => {
    const found = known.get(checkedSubscription(arn, account));
    if (!found) throw new AwsError('NotFound', 'Subscription does not exist', 404);
    return found;
  };

  return {
    /** The same endpoint again, with the same attributes or fewer, is the same subscription. */
    subscribe: (topicArn: string, protocol: string, endpoint: string, attributes: Record<string, string>) => {
      checkEndpoint(protocol, endpoint);
      for (const [name, value] of Object.entries(attributes)) {
        checkAttribute(name, value, protocol, attributes.FilterPolicyScope, 'Attributes Reason: ');
      }
      const same = [...known.values()].find(
        (one) => one.topicArn === topicArn && one.protocol === protocol && one.endpoint === endpoint,
      );
      if (same && Object.entries(attributes).some(([name, value]) => same.attributes[name] !== value)) {
        throw invalid('Attributes Reason: Subscription already exists with different attributes');
      }
      if (same) return same;
      const isConfirmed = !needsConfirmation(protocol);
      const subscription: Subscription = {
        ...{ arn: `${topicArn}:${randomUUID()}`, topicArn, protocol, endpoint, attributes },
        ...{ token: randomBytes(64).toString('hex'), isConfirmed, isAuthenticated: isConfirmed },
      };
      known.set(subscription.arn, subscription);
      if (/^https?$/.test(protocol)) outbox.askToConfirm(subscription);
      return subscription;
    },
    /** `isAuthenticated`: whoever confirms has credentials. */
    confirm: (topicArn: string, token: string, isAuthenticated: boolean) => {
      if (!topicArn.startsWith(arnOf(account, 'sns', ''))) throw invalid('Topic');
      const found = [...known.values()].find((one) => one.topicArn === topicArn && one.token === token);
      if (!found && !/^[0-9a-f]+$/.test(token)) throw new AwsError('InvalidParameter', 'Invalid token');
      if (!found) throw invalid('Token');
      if (!found.isConfirmed) Object.assign(found, { isConfirmed: true, isAuthenticated });
      return found;
    },
    /** To end what is not there is no error. */
    unsubscribe: (arn: string | undefined) => {
      known.delete(checkedSubscription(arn, account));
    },
    /** Throws NotFound. */
    get: existing,
    setAttribute: (arn: string | undefined, name: string, value: string) => {
      const { attributes, protocol } = existing(arn);
      checkAttribute(name, value, protocol, attributes.FilterPolicyScope);
      if (value === '') delete attributes[name];
      else attributes[name] = value;
    },
    all: () => [...known.values()],
    of: (topicArn: string) => [...known.values()].filter((one) => one.topicArn === topicArn),
    /** Hands the message to every confirmed subscriber whose filter lets it pass. Nobody reads what goes by mail or telephone. */
    deliver: (message: Message) => {
      for (const subscription of known.values()) {
        if (subscription.topicArn !== message.topicArn || !subscription.isConfirmed) continue;
        const text = textFor(message, subscription.protocol);
        if (accepts(subscription.attributes, text, message.attributes)) {
          outbox.notify(subscription, message);
        }
      }
    },
    removeTopic: (topicArn: string) => {
      for (const [arn, subscription] of known) if (subscription.topicArn === topicArn) known.delete(arn);
    },
    idle: outbox.idle,
  };
}

/** Throws InvalidParameter for what names no subscription: `pending confirmation` and its like, and a topic. */
function checkedSubscription(arn: string | undefined, account: Account): string {
  const checked = checkedArn(arn, account, 'SubscriptionArn');
  if (checked.split(':').length === 6) throw invalid('SubscriptionId');
  return checked;
}
