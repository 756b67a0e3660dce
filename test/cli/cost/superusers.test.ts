/** Which secrets are superusers is known before anything is asked of one: on the sandbox, whose IAM is a stand-in. */
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { expect, it, onTestFinished } from 'vitest';
import type { Account } from '../../../cli/account.ts';
import { readInventory } from '../../../cli/cost/read-inventory.ts';
import { startAccount } from './account.ts';

it('the value of a superuser secret is not read to measure it', async () => {
  const { sandbox, secret, rotating } = await startAccount();
  const place = {
    endpoint: sandbox.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const [secrets, parameters] = [new SecretsManagerClient(place), new SSMClient(place)];
  onTestFinished(async () => {
    secrets.destroy();
    parameters.destroy();
    await sandbox.close();
  });
  await rotating('app', 'rekey-prod-postgres-alternating-users', { AutomaticallyAfterDays: 30 });
  await secret('other');
  const superuser = String((await secret('superuser'))?.ARN);
  const Statement = [{ Sid: 'ReadSuperuserSecrets', Effect: 'Allow', Action: 'x', Resource: [superuser] }];
  const PolicyDocument = encodeURIComponent(JSON.stringify({ Statement }));
  const account = {
    region: 'us-east-1',
    secrets,
    parameters,
    patience: { signal: new AbortController().signal, deadlineMs: 10_000 },
    functions: { send: async () => ({ Role: 'arn:aws:iam::123456789012:role/r' }) },
    iam: { send: async () => ({ PolicyDocument }) },
  } as unknown as Account;

  const inventory = await readInventory(account, true, () => {});

  const sizes = inventory.secrets.map(({ name, size, isSuperuser }) => [name, size, isSuperuser]);
  expect(Object.fromEntries(sizes.map(([name, ...rest]) => [name, rest]))).toEqual({
    app: ['standard', false],
    other: ['standard', false],
    superuser: ['unread', true],
  });
});
