/** Publishes a message. Loaded only when there is a topic. */
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { clientOf } from './clients.ts';

/** Short, because it also happens in the last two seconds before the time limit. Milliseconds. */
const PUBLISH_MS = 1500;

export interface Message {
  readonly topicArn: string;
  readonly subject: string;
  readonly body: string;
  /** For filter policies. */
  readonly attributes: Readonly<Record<string, string>>;
}

export async function publish(message: Message): Promise<void> {
  const MessageAttributes = Object.fromEntries(
    Object.entries(message.attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
  );
  const command = new PublishCommand({
    TopicArn: message.topicArn,
    Subject: message.subject,
    Message: message.body,
    MessageAttributes,
  });
  await clientOf(SNSClient, { maxAttempts: 2 }).send(command, { abortSignal: AbortSignal.timeout(PUBLISH_MS) });
}
