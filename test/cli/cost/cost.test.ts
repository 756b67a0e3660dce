import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { printed, reported, startAccount } from './account.ts';
import { denyingProxy } from './denying-proxy.ts';

let account: Awaited<ReturnType<typeof startAccount>>;
let url = '';

beforeAll(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  account = await startAccount();
  url = account.sandbox.url;
});
beforeEach(() => account.sandbox.reset());
afterAll(async () => {
  await account.sandbox.close();
  vi.unstubAllEnvs();
});

const verdicts = async (...options: readonly string[]) => {
  const { secrets } = await reported(url, ...options);
  return Object.fromEntries(secrets.map(({ name, verdict, reasons }) => [name, reasons[0]?.code ?? verdict]));
};
const policyFor = (principal: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: principal }, Action: '*', Resource: '*' }],
  });

async function fill() {
  const { secret, parameter, rotating, call } = account;
  await secret('still');
  await secret('copied', { AddReplicaRegions: [{ Region: 'eu-west-1' }, { Region: 'eu-west-2' }] });
  await secret('gone');
  await call('DeleteSecret', { SecretId: 'gone' });
  await secret('shared');
  await call('PutResourcePolicy', { SecretId: 'shared', ResourcePolicy: policyFor('arn:aws:iam::000000000000:root') });
  await secret('guarded');
  await call('PutResourcePolicy', { SecretId: 'guarded', ResourcePolicy: policyFor('arn:aws:iam::123456789012:root') });
  await rotating('ours', 'rekey-prod-postgres-single-user', { AutomaticallyAfterDays: 30 });
  await rotating('windowed', 'rekey-prod-postgres-single-user', {
    ScheduleExpression: 'rate(10 days)',
    Duration: '3h',
  });
  await rotating('theirs', 'template', { AutomaticallyAfterDays: 30 });
  await parameter('/small');
  await parameter('/large', { Tier: 'Advanced' });
}

describe('rekey cost', () => {
  it('tells which secrets could be parameters, and why the others cannot', async () => {
    await fill();

    expect(await verdicts()).toEqual({
      still: 'move',
      ours: 'could-move',
      copied: 'replicated',
      gone: 'deleted',
      shared: 'cross-account',
      guarded: 'resource-policy',
      windowed: 'rotation-window',
      theirs: 'rotated-by-others',
    });
  });

  it('adds up secrets, replicas and parameters', async () => {
    await fill();

    const { totals } = await reported(url);

    expect(totals).toEqual({
      secrets: 8,
      parameters: 2,
      now: 3.65,
      move: 1,
      couldMove: 1,
      afterMove: 3.25,
      afterAllMoves: 2.85,
    });
  });

  it('asks for lists, descriptions and policies only', async () => {
    await fill();

    await printed(url, '--all');

    expect(account.operations()).toEqual([
      'DescribeParameters',
      'DescribeSecret',
      'GetFunctionConfiguration',
      'GetResourcePolicy',
      'GetRolePolicy',
      'ListSecrets',
    ]);
    // The sandbox has no IAM: what only a role tells is not known there, and the rest is.
    const answered = account.sandbox.requests.filter(({ operation }) => operation !== 'GetRolePolicy');
    expect(answered.every(({ status }) => status === 200)).toBe(true);
  });

  it('reads values only when asked to, and only of secrets that could move', async () => {
    await fill();

    await printed(url, '--read-sizes');

    const reads = account.sandbox.requests.filter(({ operation }) => operation === 'GetSecretValue');
    expect(
      account.operations().filter((operation) => !/^(List|Describe|Get\w*(Policy|Configuration)$)/.test(operation)),
    ).toEqual(['GetSecretValue']);
    expect(reads).toHaveLength(2);
  });

  it('measures values, and says which parameter holds them', async () => {
    await account.secret('4096 bytes', { Name: 'standard', SecretString: 'x'.repeat(4096) });
    await account.secret('4098 bytes', { Name: 'advanced', SecretString: 'é'.repeat(2049) });
    await account.secret('8192 bytes', { Name: 'widest', SecretString: 'x'.repeat(8192) });
    await account.secret('8193 bytes', { Name: 'wider', SecretString: 'x'.repeat(8193) });
    await account.secret('bytes', { Name: 'bytes', SecretString: undefined, SecretBinary: 'AAAA' });
    await account.secret('none', { Name: 'none', SecretString: undefined });

    const { secrets } = await reported(url, '--read-sizes');

    expect(Object.fromEntries(secrets.map(({ name, size, saving }) => [name, [size, saving]]))).toEqual({
      standard: ['standard', 0.4],
      none: ['empty', 0.4],
      advanced: ['advanced', 0.35],
      widest: ['advanced', 0.35],
      wider: ['too-large', 0],
      bytes: ['binary', 0],
    });
  });

  it('keeps no value: nothing that it prints holds one', async () => {
    await account.secret('app', { SecretString: 'Xyzzy-plugh-42' });

    const all = [await printed(url, '--read-sizes'), await printed(url, '--read-sizes', '--json')].join('\n');

    expect(all).toContain('app');
    expect(all).not.toContain('Xyzzy');
  });

  it('reads page after page', async () => {
    for (let index = 0; index < 2001; index++) {
      await account.secret(`app/${index}`);
      // Nobody is asked for the policies of these, which would take most of the time.
      if (index % 10 !== 0) await account.call('DeleteSecret', { SecretId: `app/${index}` });
    }
    for (let index = 0; index < 101; index++) await account.parameter(`/app/${index}`);

    const { totals, secrets } = await reported(url);

    expect(totals).toMatchObject({ secrets: 2001, parameters: 101, now: 80.4, move: 201, afterMove: 0 });
    expect(new Set(secrets.map(({ name }) => name)).size).toBe(2001);
  });

  it('prints a total for an account that has nothing', async () => {
    expect(await printed(url)).toMatch(/\ntotal \$0\.00 now; nothing to save\n$/);
  });

  it('says whose prices it takes in a region that the data does not have', async () => {
    const text = await printed(url, '--region', 'ap-southeast-4');

    expect(text).toContain('prices.json has no prices of ap-southeast-4: those of us-east-1 are used.');
  });
});

describe('rekey cost, when something fails', () => {
  it.each([
    ['ListSecrets', 'secretsmanager:ListSecrets'],
    ['DescribeSecret', 'secretsmanager:DescribeSecret'],
    ['GetResourcePolicy', 'secretsmanager:GetResourcePolicy'],
    ['DescribeParameters', 'ssm:DescribeParameters'],
    ['GetSecretValue', 'secretsmanager:GetSecretValue'],
  ])('names the action that is missing: %s', async (operation, action) => {
    await fill();
    await using proxy = await denyingProxy(url, { [operation]: {} });

    const failed = printed(proxy.url, '--read-sizes');

    await expect(failed).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      hint:
        `allow ${action} to the identity that runs rekey (aws sts get-caller-identity names it): ` +
        `{"Effect":"Allow","Action":"${action}","Resource":"*"}`,
    });
  });

  it('asks for the right to decrypt when that is what is missing', async () => {
    await account.secret('app');
    await using proxy = await denyingProxy(url, { GetSecretValue: { code: 'DecryptionFailure' } });

    await expect(printed(proxy.url, '--read-sizes')).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      hint: expect.stringContaining('allow kms:Decrypt '),
    });
  });

  it('goes on where one secret alone hides its policy, and keeps that one', async () => {
    await account.secret('open');
    await account.secret('hidden');
    await using proxy = await denyingProxy(url, { GetResourcePolicy: { about: ':hidden-' } });

    const { secrets } = await reported(proxy.url);

    expect(secrets.map(({ name, verdict, reasons }) => [name, verdict, reasons[0]?.code])).toEqual([
      ['open', 'move', undefined],
      ['hidden', 'keep', 'policy-unread'],
    ]);
  });

  it('leaves out a secret that went away meanwhile', async () => {
    await account.secret('staying');
    await account.secret('leaving');
    await using proxy = await denyingProxy(url, {
      GetResourcePolicy: { about: ':leaving-', code: 'ResourceNotFoundException' },
    });

    const { secrets } = await reported(proxy.url);

    expect(secrets.map(({ name }) => name)).toEqual(['staying']);
  });

  it('counts a secret as deleted that was marked so meanwhile', async () => {
    await account.secret('leaving');
    await using proxy = await denyingProxy(url, { GetResourcePolicy: { code: 'InvalidRequestException' } });

    const { secrets, totals } = await reported(proxy.url);

    expect([secrets[0]?.verdict, totals.now]).toEqual(['deleted', 0]);
  });

  it('waits for a service that takes no more calls for a moment', async () => {
    await account.secret('app');
    account.sandbox.faults.add({ operation: 'GetResourcePolicy', action: 'throttle', times: 2 });

    const { totals } = await reported(url);

    expect(totals.secrets).toBe(1);
    expect(account.sandbox.faults.pending()).toEqual([]);
  });

  it('says that nobody is there', async () => {
    await expect(printed('http://127.0.0.1:1')).rejects.toMatchObject({
      code: 'UNREACHABLE_TCP',
      fact: 'ListSecrets got no answer (ECONNREFUSED)',
      hint: expect.stringContaining('--endpoint-url'),
    });
  });
});
