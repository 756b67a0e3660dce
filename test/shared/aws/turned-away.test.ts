/** What a call is told to have failed with that the time limit of the function ended. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import { startSandbox } from '../../../local/sandbox.ts';
import { clientOf, requestsSent } from '../../../shared/aws/clients.ts';
import { serviceError } from '../../../shared/aws/service-error.ts';

const sandbox = await startSandbox({ automaticRetries: 0 });
vi.stubEnv('AWS_ENDPOINT_URL', sandbox.url);
vi.stubEnv('AWS_REGION', 'us-east-1');
vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
afterAll(async () => {
  vi.unstubAllEnvs();
  await sandbox.close();
});
beforeEach(async () => {
  await sandbox.reset();
  await sandbox.secretsManager.call('CreateSecret', value, { region: 'us-east-1' });
});

const value = { Name: 'app', SecretString: 'x', ClientRequestToken: '7ac47c8c-f328-423b-9698-6926dd1f293e' };
const asked = () => sandbox.requests.filter(({ operation }) => operation === 'GetSecretValue').length;

/** Aborted as soon as it has been answered, or heard, so often. */
async function aborted(times: number) {
  const stop = new AbortController();
  const call = clientOf(SecretsManagerClient)
    .send(new GetSecretValueCommand({ SecretId: 'app' }), { abortSignal: stop.signal })
    .catch((error: unknown) => serviceError(error, 'GetSecretValue of app'));
  await expect.poll(asked, { interval: 1 }).toBeGreaterThanOrEqual(times);
  if (sandbox.faults.pending().length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  stop.abort();
  return call;
}

it('the service throttled it, and the SDK was waiting to repeat it', async () => {
  sandbox.faults.add({ operation: 'GetSecretValue', action: 'throttle', times: 1_000 });

  expect(await aborted(1)).toMatchObject({
    code: 'THROTTLED',
    fact: 'GetSecretValue of app is throttled (ThrottlingException)',
  });
});

it('the service throttled it, and does not answer the repeat', async () => {
  sandbox.faults.add({ operation: 'GetSecretValue', action: 'throttle' });
  sandbox.faults.add({ operation: 'GetSecretValue', action: 'hang' });

  expect(await aborted(2)).toMatchObject({ code: 'THROTTLED' });
});

it('the service never answered', async () => {
  sandbox.faults.add({ operation: 'GetSecretValue', action: 'hang' });

  expect(await aborted(1)).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
});

it('of another call, throttling says nothing; and each request is counted', async () => {
  sandbox.faults.add({ operation: 'GetSecretValue', action: 'throttle' });
  const before = requestsSent();
  await clientOf(SecretsManagerClient).send(new GetSecretValueCommand({ SecretId: 'app' }));
  expect(requestsSent() - before).toBe(2);
  sandbox.faults.add({ operation: 'GetSecretValue', action: 'hang' });

  expect(await aborted(3)).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
});
