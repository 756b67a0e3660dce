import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Scheduler } from '@aws-sdk/client-scheduler';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { SNS } from '@aws-sdk/client-sns';
import { SSM } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../local/sandbox.ts';
import { awsAt, findAwsCli } from '../support/aws-cli.ts';
import { findBoto3, runPython } from '../support/boto3.ts';
import { credentials, readJson, signature } from './aws-request.ts';
import { definition } from './services/scheduler/scheduler.ts';

const cli = await findAwsCli();
const python = await findBoto3();
const rotator = fileURLToPath(new URL('services/lambda/functions.fixture.mjs', import.meta.url));

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.close());

async function invoke(name: string, region: string) {
  const response = await fetch(`${sandbox.url}/2015-03-31/functions/${name}/invocations`, {
    method: 'POST',
    headers: { authorization: signature('lambda', region) },
  });
  return readJson(response);
}

const at = (region: string) => ({ endpoint: sandbox.url, region, credentials, maxAttempts: 1 });

describe('the region of a signature decides', () => {
  it('what the SDK of a region creates is there alone, under its ARN', async () => {
    const [ireland, virginia] = [new SecretsManager(at('eu-west-1')), new SecretsManager(at('us-east-1'))];

    const { ARN } = await ireland.createSecret({ Name: 'app', SecretString: 'ireland' });

    expect(ARN).toMatch(/^arn:aws:secretsmanager:eu-west-1:123456789012:secret:app-\w{6}$/);
    expect((await ireland.listSecrets({})).SecretList).toMatchObject([{ ARN }]);
    expect((await virginia.listSecrets({})).SecretList).toEqual([]);
    for (const SecretId of ['app', ARN]) {
      await expect(virginia.getSecretValue({ SecretId })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    }
  });

  it('parameters, and their ARNs', async () => {
    const [ireland, virginia] = [new SSM(at('eu-west-1')), new SSM(at('us-east-1'))];
    await virginia.putParameter({ Name: '/app/key', Type: 'String', Value: 'virginia' });

    await ireland.putParameter({ Name: '/app/key', Type: 'String', Value: 'ireland' });
    const [read, other] = await Promise.all([ireland, virginia].map((ssm) => ssm.getParameter({ Name: '/app/key' })));
    await ireland.deleteParameter({ Name: '/app/key' });

    expect(read?.Parameter).toMatchObject({
      Value: 'ireland',
      ARN: 'arn:aws:ssm:eu-west-1:123456789012:parameter/app/key',
    });
    expect(other?.Parameter).toMatchObject({ Value: 'virginia' });
    expect((await ireland.describeParameters({})).Parameters).toEqual([]);
    expect((await virginia.describeParameters({})).Parameters).toHaveLength(1);
    await expect(ireland.getParameter({ Name: other?.Parameter?.ARN })).rejects.toMatchObject({
      name: 'ParameterNotFound',
    });
    expect(sandbox.ssm.events.map(({ region, resources }) => [region, resources])).toContainEqual([
      'eu-west-1',
      [read?.Parameter?.ARN],
    ]);
  });

  it('schedules, and the functions that they invoke', async () => {
    const invoked: unknown[] = [];
    sandbox.functions.register('rotate', {
      handler: (_: object, { invokedFunctionArn }: { invokedFunctionArn: string }) =>
        void invoked.push(invokedFunctionArn),
    });
    const [ireland, virginia] = [new Scheduler(at('eu-west-1')), new Scheduler(at('us-east-1'))];
    const Arn = 'arn:aws:lambda:eu-west-1:123456789012:function:rotate';
    const schedule = definition('nightly', 'rate(1 day)') as Parameters<Scheduler['createSchedule']>[0];

    const { ScheduleArn } = await ireland.createSchedule({
      ...schedule,
      Target: { RoleArn: '', ...schedule.Target, Arn },
    });
    const body = JSON.stringify({ name: 'nightly', region: 'eu-west-1' });
    const run = await fetch(`${sandbox.url}/_sandbox/scheduler/run`, { method: 'POST', body });

    expect(await readJson<unknown[]>(run)).toMatchObject([{ scheduleArn: ScheduleArn, outcomes: [{ ok: true }] }]);
    expect(ScheduleArn).toBe('arn:aws:scheduler:eu-west-1:123456789012:schedule/default/nightly');
    expect(invoked).toEqual([Arn]);
    expect((await virginia.listSchedules({})).Schedules).toEqual([]);
    await expect(sandbox.scheduler.run('nightly')).rejects.toThrow('does not exist');
  });

  it('topics, and the links in their messages', async () => {
    const [ireland, virginia] = [new SNS(at('eu-west-1')), new SNS(at('us-east-1'))];
    const invoked: object[] = [];
    sandbox.functions.register('hear', { handler: (event: object) => void invoked.push(event) });
    const { TopicArn } = await ireland.createTopic({ Name: 'alerts' });
    const Endpoint = 'arn:aws:lambda:eu-west-1:123456789012:function:hear';
    const { SubscriptionArn = '' } = await ireland.subscribe({ TopicArn, Protocol: 'lambda', Endpoint });

    await ireland.publish({ TopicArn, Message: 'text' });
    await sandbox.idle();
    await fetch(`${sandbox.url}/?${new URLSearchParams({ Action: 'Unsubscribe', SubscriptionArn })}`);

    expect(TopicArn).toBe('arn:aws:sns:eu-west-1:123456789012:alerts');
    expect(invoked).toHaveLength(1);
    expect((await ireland.listSubscriptions({})).Subscriptions).toEqual([]);
    expect((await virginia.listTopics({})).Topics).toEqual([]);
    await expect(virginia.publish({ TopicArn, Message: 'text' })).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });

  it('a function that was registered without a region is in every one, in a process for each', async () => {
    sandbox.functions.register('env', {
      file: rotator,
      export: 'showEnvironment',
      env: async (region) => ({ TOPIC: `topic in ${region}` }),
    });
    const regions = ['eu-west-1', 'us-east-1', 'eu-west-1'];

    const seen: Record<string, unknown>[] = [];
    for (const region of regions) seen.push(await invoke('env', region));

    expect(seen.map(({ AWS_REGION }) => AWS_REGION)).toEqual(regions);
    expect(seen.map(({ TOPIC }) => TOPIC)).toEqual(regions.map((region) => `topic in ${region}`));
    expect(sandbox.functions.invocations('env').filter(({ initMs }) => initMs !== undefined)).toHaveLength(2);
  });

  it('a function of one region is in no other, and one of another account nowhere', async () => {
    const arn = sandbox.functions.register('far', { handler: () => 'far' }, 'eu-west-1');
    const secrets = new SecretsManager(at('us-east-1'));
    await secrets.createSecret({ Name: 'app', SecretString: 'v' });
    const rotate = (RotationLambdaARN: string) => secrets.rotateSecret({ SecretId: 'app', RotationLambdaARN });

    expect(arn).toBe('arn:aws:lambda:eu-west-1:123456789012:function:far');
    expect(await invoke('far', 'eu-west-1')).toBe('far');
    expect(await invoke('far', 'us-east-1')).toMatchObject({
      Message: 'Function not found: arn:aws:lambda:us-east-1:123456789012:function:far',
    });
    await expect(rotate(arn)).rejects.toMatchObject({ message: expect.stringMatching(/^Invalid rotation Lambda ARN/) });
    sandbox.functions.register('near', { handler: () => 'near' });
    const foreign = 'arn:aws:lambda:us-east-1:210987654321:function:near';
    await expect(rotate(foreign)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(await sandbox.functions.invoke(foreign, {})).toMatchObject({ ok: false });
    expect(await secrets.describeSecret({ SecretId: 'app' })).not.toHaveProperty('RotationLambdaARN');
  });

  it('which rotation is repeated: an ARN names it, and a name is one of us-east-1', async () => {
    sandbox.functions.register('broken', { handler: () => Promise.reject(new Error('broken')) });
    const rotate = async (region: string) => {
      const secrets = new SecretsManager(at(region));
      await secrets.createSecret({ Name: 'app', SecretString: 'v' });
      const RotationLambdaARN = `arn:aws:lambda:${region}:123456789012:function:broken`;
      return (await secrets.rotateSecret({ SecretId: 'app', RotationLambdaARN })).ARN ?? '';
    };
    const [ireland, virginia] = [await rotate('eu-west-1'), await rotate('us-east-1')];
    await sandbox.idle();
    const before = sandbox.secretsManager.history.length;

    for (const SecretId of [ireland, 'app']) {
      const body = JSON.stringify({ SecretId });
      await fetch(`${sandbox.url}/_sandbox/rotations/retry`, { method: 'POST', body });
    }

    const repeated = sandbox.secretsManager.history.slice(before).filter(({ event }) => event === 'RotationStarted');
    expect(repeated.map(({ secretId }) => secretId)).toEqual([ireland, virginia]);
  });

  it('also that of a presigned address', async () => {
    const { ARN } = await new SecretsManager(at('eu-west-1')).createSecret({ Name: 'app', SecretString: 'v' });

    const credential = 'AKIATEST/20260101/eu-west-1/secretsmanager/aws4_request';
    const read = await fetch(`${sandbox.url}/?${new URLSearchParams({ 'X-Amz-Credential': credential })}`, {
      method: 'POST',
      headers: { 'x-amz-target': 'secretsmanager.DescribeSecret' },
      body: JSON.stringify({ SecretId: 'app' }),
    });

    expect(await readJson(read)).toMatchObject({ ARN });
  });
});

it.skipIf(!cli)('the AWS CLI rotates a secret with --region', async () => {
  sandbox.functions.register('rotate', { file: rotator, export: 'rotate' });
  const folder = mkdtempSync(join(tmpdir(), 'rekey-regions-'));
  const aws = awsAt(sandbox.url, folder, cli ?? { program: '', version: '', refused: 0 });
  const ireland = ['--region', 'eu-west-1', 'secretsmanager'];
  const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:rotate';

  await aws(...ireland, 'create-secret', '--name', 'app', '--secret-string', 'first');
  const replicas = ['--add-replica-regions', 'Region=eu-west-2'];
  await aws(...ireland, 'replicate-secret-to-regions', '--secret-id', 'app', ...replicas);
  const rules = ['--rotation-rules', 'AutomaticallyAfterDays=30'];
  const rotated = await aws(...ireland, 'rotate-secret', '--secret-id', 'app', '--rotation-lambda-arn', arn, ...rules);
  await sandbox.idle();
  const read = await aws('--region', 'eu-west-2', 'secretsmanager', 'get-secret-value', '--secret-id', 'app');
  rmSync(folder, { recursive: true });

  expect(rotated.output.ARN).toContain(':eu-west-1:');
  expect(read.output).toMatchObject({
    ARN: rotated.output.ARN.replace('eu-west-1', 'eu-west-2'),
    VersionId: rotated.output.VersionId,
    SecretString: `value of ${rotated.output.VersionId}`,
    VersionStages: ['AWSCURRENT'],
  });
});

it.skipIf(!python)('boto3 finds in each region what is there', async () => {
  sandbox.rds.tell({ instances: [{ DBInstanceIdentifier: 'db' }] });

  const script = fileURLToPath(new URL('regions.fixture.py', import.meta.url));
  const { stdout, stderr } = await runPython(sandbox.url, script, python);

  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({
    arn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:app-',
    values: ['ireland', 'virginia', 'virginia'],
    primary: 'us-east-1',
    parameter: 'arn:aws:ssm:eu-west-1:123456789012:parameter/app/key',
    elsewhere: [],
    topic: 'arn:aws:sns:eu-west-1:123456789012:alerts',
    topics: [],
    instance: 'arn:aws:rds:eu-west-1:123456789012:db:db',
  });
});
