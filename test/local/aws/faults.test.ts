import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createFaults } from '../../../local/aws/faults.ts';
import { type Sandbox, startSandbox } from '../../../local/sandbox.ts';
import { credentials } from '../aws-request.ts';

let sandbox: Sandbox;
let client: SecretsManagerClient;
const region = 'us-east-1';

beforeAll(async () => {
  sandbox = await startSandbox();
  client = new SecretsManagerClient({ endpoint: sandbox.url, region, credentials, maxAttempts: 1 });
});
afterAll(async () => {
  client.destroy();
  await sandbox.close();
});
beforeEach(async () => {
  await sandbox.reset();
  await sandbox.secretsManager.call(
    'CreateSecret',
    { Name: 'app', SecretString: 'first', ClientRequestToken: '11111111-1111-4111-8111-111111111111' },
    { region },
  );
});

const put = () => client.send(new PutSecretValueCommand({ SecretId: 'app', SecretString: 'second' }));
const stored = async () => (await client.send(new GetSecretValueCommand({ SecretId: 'app' }))).SecretString;

it('cuts a call off before it takes effect', async () => {
  sandbox.faults.add({ operation: 'PutSecretValue', action: 'cut' });

  await expect(put()).rejects.toMatchObject({ code: 'ECONNRESET' });

  expect(await stored()).toBe('first');
  expect(sandbox.requests[0]).toMatchObject({ operation: 'PutSecretValue', status: 0 });
});

it('cuts a call off after it took effect', async () => {
  sandbox.faults.add({ operation: 'PutSecretValue', action: 'cut', when: 'after' });

  await expect(put()).rejects.toMatchObject({ code: 'ECONNRESET' });

  expect(await stored()).toBe('second');
});

it.each([
  ['before', 'first'],
  ['after', 'second'],
] as const)('answers 500 %s the call takes effect', async (when, value) => {
  sandbox.faults.add({ operation: 'PutSecretValue', action: 'error', when });

  await expect(put()).rejects.toMatchObject({ name: 'InternalServiceError', $metadata: { httpStatusCode: 500 } });

  expect(await stored()).toBe(value);
});

it('throttles as often as it is told', async () => {
  sandbox.faults.add({ operation: 'GetSecretValue', action: 'throttle', times: 2 });

  const outcomes = [await name(stored()), await name(stored()), await name(stored())];

  expect(outcomes).toEqual(['ThrottlingException', 'ThrottlingException', 'first']);
});

it('hits the nth call only', async () => {
  sandbox.faults.add({ service: 'secretsmanager', nth: 2, action: 'error' });

  const outcomes = [await name(stored()), await name(stored()), await name(stored())];

  expect(outcomes).toEqual(['first', 'InternalServiceError', 'first']);
});

it('delays an answer', async () => {
  sandbox.faults.add({ action: 'delay', delayMs: 120 });

  const value = await stored();

  expect(value).toBe('first');
  expect(sandbox.requests[0]?.durationMs).toBeGreaterThanOrEqual(115);
});

it('never answers a call that hangs', async () => {
  sandbox.faults.add({ action: 'hang' });

  const call = client.send(new GetSecretValueCommand({ SecretId: 'app' }), { abortSignal: AbortSignal.timeout(150) });

  await expect(call).rejects.toMatchObject({ name: 'AbortError' });
});

it('leaves calls of other services and callers alone', async () => {
  sandbox.faults.add({ service: 'sns', action: 'error' }, { caller: 'rotator', action: 'error' });

  const value = await stored();

  expect(value).toBe('first');
  expect(sandbox.faults.pending()).toHaveLength(2);
});

it('speaks XML where the service does', async () => {
  const sns = new SNSClient({ endpoint: sandbox.url, region, credentials, maxAttempts: 1 });
  sandbox.faults.add({ service: 'sns', action: 'throttle' });

  const call = sns.send(new PublishCommand({ TopicArn: 'arn:aws:sns:us-east-1:123456789012:t', Message: 'm' }));

  await expect(call).rejects.toMatchObject({
    name: expect.stringMatching(/^Thrott/),
    $metadata: { httpStatusCode: 400 },
  });
  sns.destroy();
});

it('delivers a step twice only as often as told', () => {
  const faults = createFaults();
  faults.deliverStepTwice('setSecret', 1);

  const asked = [
    faults.deliverTwice('createSecret'),
    faults.deliverTwice('setSecret'),
    faults.deliverTwice('setSecret'),
  ];

  expect(asked).toEqual([false, true, false]);
});

it('forgets everything when cleared', () => {
  const faults = createFaults();
  faults.add({ action: 'cut' });
  faults.deliverStepTwice('setSecret');
  faults.staleReads = 2;

  faults.clear();

  expect([faults.take({ service: 's', operation: 'o' }), faults.deliverTwice('setSecret'), faults.staleReads]).toEqual([
    [],
    false,
    0,
  ]);
});

const name = (work: Promise<string | undefined>) => work.catch((error: Error) => error.name);
