/** The one way of news to people. */
import { notificationFormat, notificationTopic } from './config.ts';
import { type Facts, notification } from './notification.ts';

/** Publishes to the topic; false where there is none. Its client is loaded when there is something to tell. Throws what SNS says. */
export async function publishNews(facts: Facts): Promise<boolean> {
  const topicArn = notificationTopic();
  if (topicArn === undefined) return false;
  const { publish } = await import('../aws/sns.ts');
  await publish({ topicArn, ...notification(facts, notificationFormat()) });
  return true;
}
