/** Whose logs are asked, with a stand-in for AWS: the sandbox has one account, and no function of another. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';

const secret = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/app-AbCdEf';
const event = {
  id: '5f132b22',
  time: '2026-03-01T02:00:00Z',
  source: 'aws.secretsmanager',
  'detail-type': 'AWS Service Event via CloudTrail',
  detail: { eventName: 'RotationFailed', additionalEventData: { SecretId: secret } },
};

/** What is asked about a secret whose function is in this account. */
async function askedFor(account: string): Promise<string[]> {
  const asked: string[] = [];
  const RotationLambdaARN = `arn:aws:lambda:us-east-1:${account}:function:rekey-prod-iam`;
  const list = { SecretList: [{ ARN: secret, Name: 'prod/app', RotationEnabled: true, RotationLambdaARN }] };
  const service = createServer((request, response) => {
    const [, operation = ''] = String(request.headers['x-amz-target']).split('.');
    asked.push(operation);
    request.resume();
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(operation === 'ListSecrets' ? list : { events: [] }));
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    vi.unstubAllEnvs();
    service.closeAllConnections();
    service.close();
  });
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(service.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('NOTIFICATION_TOPIC_ARN', '');
  vi.resetModules();
  const { rotationEventHandler: fresh } = await import('../../../shared/lambda/rotation-events.ts');
  await fresh()(event, { functionName: 'rekey-prod-rotation-events' } as Parameters<ReturnType<typeof fresh>>[1]);
  return asked;
}

it('a function of this account is judged by what it has logged', async () => {
  expect(await askedFor('123456789012')).toEqual(['ListSecrets', 'FilterLogEvents', 'FilterLogEvents']);
});

it('of a function of another account nothing is said: its log is there, and none here means nothing', async () => {
  expect(await askedFor('210987654321')).toEqual(['ListSecrets']);
});
