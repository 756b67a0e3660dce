/** Publishes a message. Loaded only when there is a topic. */
import { createHash } from 'node:crypto';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { ConfigurationError } from '../rotation/errors.ts';
import { clientOf } from './clients.ts';
import { nameOf, serviceError } from './service-error.ts';

/** Short, because it also happens in the last two seconds before the time limit. Milliseconds. */
const PUBLISH_MS = 1500;

export interface Message {
  readonly topicArn: string;
  /** The name of the secret: a FIFO topic keeps the order of what is said of one. */
  readonly group: string;
  readonly subject: string;
  readonly body: string;
  /** For subscribers of a protocol (`email`, `https`) who get something else than the body. */
  readonly bodies?: Readonly<Record<string, string>>;
  /** For filter policies. */
  readonly attributes: Readonly<Record<string, string | number>>;
}

/** Throws ConfigurationError when the topic is none, or not here. */
export async function publish(message: Message): Promise<void> {
  const MessageAttributes = Object.fromEntries(
    Object.entries(message.attributes).map(([name, value]) => [
      name,
      { DataType: typeof value === 'number' ? 'Number' : 'String', StringValue: String(value) },
    ]),
  );
  const command = new PublishCommand({
    TopicArn: message.topicArn,
    Subject: message.subject,
    Message: message.bodies ? JSON.stringify({ default: message.body, ...message.bodies }) : message.body,
    ...(message.bodies && { MessageStructure: 'json' }),
    MessageAttributes,
    ...(message.topicArn.endsWith('.fifo') && inOrder(message)),
  });
  try {
    await clientOf(SNSClient, { maxAttempts: 2 }).send(command, { abortSignal: AbortSignal.timeout(PUBLISH_MS) });
  } catch (error) {
    throw NO_TOPIC.includes(nameOf(error)) ? noTopic(error) : serviceError(error, `Publish to ${message.topicArn}`);
  }
}

/** The client's own second try is the same message; whatever else is said has another time in it. */
function inOrder({ group, body }: Message) {
  return {
    // Letters, digits and punctuation, at most 128: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
    MessageGroupId: group.replace(/[^\x21-\x7e]/g, '-').slice(-128),
    MessageDeduplicationId: createHash('sha256').update(body).digest('hex'),
  };
}

/** A name, a queue's ARN and one of another region are an InvalidParameter. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors */
const NO_TOPIC = ['InvalidParameterException', 'InvalidParameterValueException', 'NotFoundException'];

function noTopic(error: unknown): ConfigurationError {
  return new ConfigurationError(`SNS does not publish to what NOTIFICATION_TOPIC_ARN names (${nameOf(error)})`, {
    hint: 'give the ARN of an SNS topic that is in the region of the function: arn:aws:sns:<region>:<account>:<name>; not its name alone, nor the ARN of a queue',
    cause: error,
  });
}
