import { expect, it } from 'vitest';
import { sts } from '../../../../local/services/sts/service.ts';

const account = { accountId: '123456789012', partition: 'aws', region: 'us-east-1', now: Date.now } as const;

it('a function calls with its role, everybody else as the account', async () => {
  const service = sts(account, (key) => (key === 'AKIAFUNCTION' ? 'rotator' : undefined));
  const ask = (accessKeyId: string) => service.call('GetCallerIdentity', {}, { accessKeyId, region: 'us-east-1' });

  const answers = [await ask('AKIAFUNCTION'), await ask('test')];

  expect(answers.map((answer) => answer?.Arn)).toEqual([
    'arn:aws:sts::123456789012:assumed-role/sandbox/rotator',
    'arn:aws:iam::123456789012:root',
  ]);
});
