/** What is published, to topics that keep an order too, and what is said of a topic that is none. */
import {
  AuthorizationErrorException,
  CreateTopicCommand,
  KMSAccessDeniedException,
  SNSClient,
} from '@aws-sdk/client-sns';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startSandbox } from '../../../local/sandbox.ts';
import { serviceError } from '../../../shared/aws/service-error.ts';
import { publish } from '../../../shared/aws/sns.ts';
import { credentials } from '../../local/aws-request.ts';

const sandbox = await startSandbox();
vi.stubEnv('AWS_ENDPOINT_URL', sandbox.url);
vi.stubEnv('AWS_REGION', 'us-east-1');
vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
const sns = new SNSClient({ endpoint: sandbox.url, region: 'us-east-1', credentials });
afterAll(async () => {
  vi.unstubAllEnvs();
  sns.destroy();
  await sandbox.close();
});
beforeEach(() => sandbox.reset());

const topic = 'arn:aws:sns:us-east-1:123456789012:told';
const message = { group: 'prod/app', subject: 'S', body: '{"outcome":"failed"}', attributes: { outcome: 'failed' } };
const create = (Attributes?: Record<string, string>) =>
  sns.send(new CreateTopicCommand({ Name: Attributes ? 'told.fifo' : 'told', Attributes }));

describe('a FIFO topic', () => {
  it.each([
    ['a name', 'prod/app'],
    ['a name that no group may have', `${'long '.repeat(50)}é`],
  ])('gets every message of a secret with %s once', async (_, group) => {
    await create({ FifoTopic: 'true' });
    const told = { ...message, topicArn: `${topic}.fifo`, group };

    await publish(told);
    await publish(told);
    await publish({ ...told, body: '{"outcome":"succeeded"}' });

    expect(sandbox.sns.messages.map((one) => one.message)).toEqual([message.body, '{"outcome":"succeeded"}']);
  });
});

it('subscribers of a protocol get the form that is for them, and all others the message as it is', async () => {
  await create();

  await publish({ ...message, topicArn: topic, bodies: { email: 'prod/app failed', https: '{"version":"1.0"}' } });

  const [published] = sandbox.sns.messages;
  expect(published?.message).toBe(message.body);
  expect(published?.texts).toEqual({ default: message.body, email: 'prod/app failed', https: '{"version":"1.0"}' });
});

describe('a setting that names no topic here', () => {
  it.each([
    ['a topic that is not there', `${topic}-gone`],
    ['a FIFO topic that is not there', `${topic}.fifo`],
    ['a name', 'told'],
    ['the ARN of a queue', topic.replace('sns', 'sqs')],
    ['a topic of another region', topic.replace('us-east-1', 'eu-west-1')],
  ])('is told as such: %s', async (_, topicArn) => {
    await create();

    const published = publish({ ...message, topicArn });

    await expect(published).rejects.toMatchObject({
      name: 'ConfigurationError',
      code: 'INVALID_CONFIGURATION',
      fact: expect.stringContaining('NOTIFICATION_TOPIC_ARN'),
    });
    expect(sandbox.sns.messages).toEqual([]);
  });
});

it.each([AuthorizationErrorException, KMSAccessDeniedException])(
  'a role that may not publish is told as such: %s',
  (Refusal) => {
    const refusal = new Refusal({ message: 'no', $metadata: { httpStatusCode: 403 } });

    expect(serviceError(refusal, 'Publish')).toMatchObject({ code: 'ACCESS_DENIED' });
  },
);
