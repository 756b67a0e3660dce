/** The state machine of a stack, and what its role may do. test/cli/fleet-machine.test.ts executes it. */
import { expect, it } from 'vitest';
import { choose } from '../../tools/stack/choose.ts';
import { alone } from './alone.ts';
import { templateOf, theBlocks } from './stack.ts';
import { type Resource, type Statement, statementsOf } from './template.ts';

const blocks = await theBlocks();
const template = templateOf(choose(blocks, 'mysql-single-user,sendgrid,watch,parameter-generated-value'));
const resource = (id: string) => template.Resources[id] as unknown as Resource;
const arn = (service: string, name: string) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${name}`,
});

it('is in a stack only where it is asked for', () => {
  expect(template.Parameters.Fleet).toMatchObject({ Default: 'off', AllowedValues: ['on', 'off'] });
  expect(template.Conditions.MakesFleet).toEqual({ 'Fn::Equals': [{ Ref: 'Fleet' }, 'on'] });
  expect([resource('FleetRole').Condition, resource('FleetMachine').Condition]).toEqual(['MakesFleet', 'MakesFleet']);
  expect(templateOf(choose(blocks, 'mysql-single-user'), { fleet: 'on' }).Parameters.Fleet).toMatchObject({
    Default: 'on',
  });
});

it('is not in a stack that rotates no secret', () => {
  const { Parameters, Resources } = templateOf(choose(blocks, 'watch,parameter-generated-value'));

  expect(Object.keys({ ...Parameters, ...Resources }).filter((id) => id.includes('Fleet'))).toEqual([]);
});

it('may rotate and describe secrets of the functions of its stack that rotate secrets, and read no value', () => {
  const functions = ['mysql-single-user', 'sendgrid'].map((key) => arn('lambda', `function:rekey-dev-${key}`));

  expect(statementsOf(resource('FleetRole'))).toEqual<Statement[]>([
    {
      Sid: 'RotateSecretsOfTheseFunctions',
      Effect: 'Allow',
      Action: ['secretsmanager:DescribeSecret', 'secretsmanager:RotateSecret'],
      Resource: arn('secretsmanager', 'secret:*'),
      Condition: { StringEquals: { 'secretsmanager:resource/AllowRotationLambdaArn': functions } },
    },
    { Sid: 'HaveThemInvoked', Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: functions },
    {
      Sid: 'StartItems',
      Effect: 'Allow',
      Action: 'states:StartExecution',
      Resource: arn('states', 'stateMachine:rekey-dev-fleet'),
    },
    {
      Sid: 'FollowItems',
      Effect: 'Allow',
      Action: ['states:DescribeExecution', 'states:StopExecution'],
      Resource: [arn('states', 'execution:rekey-dev-fleet:*'), arn('states', 'execution:rekey-dev-fleet/*')],
    },
  ]);
});

it('calls what its role allows, and nothing else', () => {
  const { DefinitionString } = resource('FleetMachine').Properties as { DefinitionString: { 'Fn::Sub': string } };
  const definition = DefinitionString['Fn::Sub'];

  const called = [...definition.matchAll(/aws-sdk:(\w+):(\w)(\w+)/g)].map(
    ([, service, first = '', rest]) => `${service}:${first.toUpperCase()}${rest}`,
  );
  const [secrets] = statementsOf(resource('FleetRole'));
  expect(new Set(called)).toEqual(new Set(secrets?.Action));
  // What CloudFormation fills in, and no other place in the text that it would take for one.
  expect(new Set(definition.match(/\$\{[^}]*\}/g))).toEqual(new Set([`\${AWS::Partition}`]));
});

it('names the functions that it is for, by which rekey rotate finds it', () => {
  const { DefinitionString } = resource('FleetMachine').Properties as { DefinitionString: { 'Fn::Sub': string } };

  expect(JSON.parse(DefinitionString['Fn::Sub']).Comment).toBe(
    'rekey rotate --in-cloud, for rekey-dev-mysql-single-user, rekey-dev-sendgrid',
  );
});

it('is taken on by Step Functions of this account only', () => {
  expect(resource('FleetRole').Properties.AssumeRolePolicyDocument).toMatchObject({
    Statement: [
      {
        Principal: { Service: 'states.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      },
    ],
  });
});

it('goes by the name of its function in a template of one', () => {
  const { FleetMachine, FleetRole } = alone(blocks, 'mysql-single-user').Resources;

  expect(FleetMachine).toMatchObject({ Properties: { StateMachineName: { 'Fn::Sub': `\${FunctionName}-fleet` } } });
  expect(JSON.stringify(FleetRole)).toContain(`:stateMachine:\${FunctionName}-fleet"`);
  expect(JSON.stringify(FleetRole)).not.toContain('rekey-dev');
});
