import { DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Statement } from '../../local/aws/policy.ts';
import { type Sandbox, startSandbox } from '../../local/sandbox.ts';
import { blocksIn, roleFor } from '../../tools/stack/roles.ts';
import { read } from '../repository/files.ts';

const NAME = 'rotator';
const HERE = { partition: 'aws', region: 'us-east-1', accountId: '123456789012' };
const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:123456789012:${name}`;
const allow = (Action: string, Resource: string, Condition?: Statement['Condition']): Statement => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
});

let role: readonly Statement[] | undefined;
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ roleOf: (name) => (name === NAME ? role : undefined) });
  sandbox.functions.register(NAME, { handler: () => null });
});
afterAll(() => sandbox.close());
beforeEach(() => {
  role = [];
});

const settings = (accessKeyId: string) => ({
  endpoint: sandbox.url,
  region: HERE.region,
  maxAttempts: 1,
  credentials: { accessKeyId, secretAccessKey: 'sandbox' },
});
/** As the function's own clients, or as an operator's. */
const asFunction = () => settings(sandbox.functions.accessKeyId(NAME));
const asOperator = () => settings('operator');
let serial = 0;
async function attached(functionName: string): Promise<string> {
  const client = new SecretsManagerClient(asOperator());
  const { ARN = '' } = await client.send(new CreateSecretCommand({ Name: `app${++serial}`, SecretString: '{}' }));
  sandbox.functions.register(functionName, { handler: () => null });
  await client.send(
    new RotateSecretCommand({
      SecretId: ARN,
      RotationLambdaARN: arn('lambda', `function:${functionName}`),
      RotationRules: { AutomaticallyAfterDays: 30 },
      RotateImmediately: false,
    }),
  );
  await sandbox.idle();
  return ARN;
}
const reads = (SecretId: string) =>
  new SecretsManagerClient(asFunction()).send(new GetSecretValueCommand({ SecretId }));

describe('with roles, a function', () => {
  it('reads a secret that names it, and no other, with the role of the stack', async () => {
    const [block] = blocksIn(read('serverless.yml')).filter(({ key }) => key === 'sendgrid');
    const values = { RotationTopic: arn('sns', 'rotations'), 'Scheduler.Arn': 'arn:aws:iam::123456789012:role/s' };
    role = roleFor(NAME, block?.may ?? [], HERE, values);
    const [own, foreign] = [await attached(NAME), await attached('another')];

    await expect(reads(own)).resolves.toMatchObject({ SecretString: '{}' });
    await expect(reads(foreign)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `User: arn:aws:sts::123456789012:assumed-role/rotator/rotator is not authorized to perform: secretsmanager:GetSecretValue on resource: ${foreign} because no identity-based policy allows the secretsmanager:GetSecretValue action`,
    });
  });

  it('is refused by every service, with that service’s own word, and what it asked for is not done', async () => {
    const put = new PutParameterCommand({ Name: '/app', Value: 'x', Type: 'String' });
    const target = { Arn: arn('lambda', `function:${NAME}`), RoleArn: 'arn:aws:iam::123456789012:role/s' };
    const schedule = {
      Name: 'rekey-a',
      ScheduleExpression: 'rate(1 day)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: target,
    } as const;
    const names = await Promise.all(
      [
        new SSMClient(asFunction()).send(put),
        new SNSClient(asFunction()).send(new PublishCommand({ TopicArn: arn('sns', 'rotations'), Message: 'x' })),
        new RDSClient(asFunction()).send(new DescribeDBInstancesCommand({})),
        new SchedulerClient(asFunction()).send(new CreateScheduleCommand(schedule)),
      ].map((call) => call.then(String, ({ name }) => name)),
    );

    expect(names).toEqual([
      'AccessDeniedException',
      'AuthorizationErrorException',
      'AccessDenied',
      'AccessDeniedException',
    ]);
    const missing = new SSMClient(asOperator()).send(new GetParameterCommand({ Name: '/app' }));
    await expect(missing).rejects.toMatchObject({ name: 'ParameterNotFound' });
  });

  it('makes a schedule only with a role that it may pass', async () => {
    const create = (RoleArn: string) =>
      new SchedulerClient(asFunction()).send(
        new CreateScheduleCommand({
          Name: `rekey-${++serial}`,
          ScheduleExpression: 'rate(1 day)',
          FlexibleTimeWindow: { Mode: 'OFF' },
          Target: { Arn: arn('lambda', `function:${NAME}`), RoleArn },
        }),
      );
    role = [
      allow('scheduler:CreateSchedule', arn('scheduler', 'schedule/default/rekey-*')),
      allow('iam:PassRole', 'arn:aws:iam::123456789012:role/own', {
        StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' },
      }),
    ];

    await expect(create('arn:aws:iam::123456789012:role/own')).resolves.toHaveProperty('ScheduleArn');
    await expect(create('arn:aws:iam::123456789012:role/admin')).rejects.toThrow('perform: iam:PassRole');
  });

  it('without a role may do nothing, and others than functions may do all', async () => {
    const secret = await attached(NAME);
    role = undefined;

    await expect(reads(secret)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    const operator = new SecretsManagerClient(asOperator()).send(new GetSecretValueCommand({ SecretId: secret }));
    await expect(operator).resolves.toMatchObject({ SecretString: '{}' });
  });
});

describe('roles of the stack', () => {
  it('are read from every block of serverless.yml', () => {
    const blocks = blocksIn(read('serverless.yml'));

    expect(blocks.map(({ handler }) => handler)).toEqual(
      [...read('serverless.yml').matchAll(/^ {4}handler: (\S+)$/gm)].map(([, handler]) => handler),
    );
  });

  it('lack what a deployment did not name, and take it where it did', () => {
    const given = { RotationTopic: 'arn:topic' };
    const sids = (values: Record<string, string | string[]>) =>
      roleFor(NAME, ['rotate', 'readSuperusers'], HERE, { ...given, ...values }).map(({ Sid }) => Sid);

    expect(sids({})).not.toContain('ReadSuperuserSecrets');
    expect(sids({ SuperuserSecretArns: ['arn:a'] })).toContain('ReadSuperuserSecrets');
    expect(() => roleFor(NAME, ['revokeLater'], HERE, given)).toThrow('nothing is given for Scheduler.Arn');
  });
});
