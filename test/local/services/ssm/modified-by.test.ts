import { SSM } from '@aws-sdk/client-ssm';
import { expect, it } from 'vitest';
import { startSandbox } from '../../../../local/sandbox.ts';
import { credentials } from '../../aws-request.ts';

// LastModifiedUser as AWS's examples show it; Lambda names the session of a role after the function that has it.
it('tells which function has written a parameter last', async () => {
  const sandbox = await startSandbox();
  const place = { endpoint: sandbox.url, region: 'us-east-1' };
  const ssm = new SSM({ ...place, credentials });
  const name = '/app/token';
  const key = { accessKeyId: sandbox.functions.accessKeyId('rekey-prod-writer'), secretAccessKey: 'any' };
  const asFunction = new SSM({ ...place, credentials: key });
  sandbox.functions.register('rekey-prod-writer', { handler: async () => undefined });
  const user = async () => (await ssm.describeParameters({})).Parameters?.[0]?.LastModifiedUser;

  await ssm.putParameter({ Name: name, Value: 'one', Type: 'SecureString' });
  const first = await user();
  await asFunction.putParameter({ Name: name, Value: 'two', Overwrite: true });

  expect([first, await user()]).toEqual([
    'arn:aws:iam::123456789012:user/sandbox',
    'arn:aws:sts::123456789012:assumed-role/sandbox/rekey-prod-writer',
  ]);
  ssm.destroy();
  asFunction.destroy();
  await sandbox.close();
});
