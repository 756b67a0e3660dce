import { type Account, arnOf } from '../../aws/service.ts';

export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: string;
  readonly endpoint: string;
  readonly token: string;
  readonly attributes: Record<string, string>;
  isConfirmed: boolean;
  /** Was it confirmed by somebody with credentials? */
  isAuthenticated: boolean;
}

/** As a list shows it. */
export function listed({ arn, topicArn, protocol, endpoint, isConfirmed }: Subscription, { accountId }: Account) {
  return {
    SubscriptionArn: isConfirmed ? arn : 'PendingConfirmation',
    Owner: accountId,
    Protocol: protocol,
    Endpoint: endpoint,
    TopicArn: topicArn,
  };
}

/** What GetSubscriptionAttributes shows. */
export function attributesOf(subscription: Subscription, account: Account): Record<string, string> {
  const { arn, attributes, isConfirmed, isAuthenticated } = subscription;
  return {
    ...listed(subscription, account),
    SubscriptionArn: arn,
    SubscriptionPrincipal: arnOf(account, 'iam', 'root', ''),
    PendingConfirmation: String(!isConfirmed),
    ConfirmationWasAuthenticated: String(isAuthenticated),
    RawMessageDelivery: 'false',
    ...(attributes.FilterPolicy && { FilterPolicyScope: 'MessageAttributes' }),
    ...attributes,
  };
}
