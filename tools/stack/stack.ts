/** Everything of the stack that Serverless does not make from the functions' blocks by itself. */

import { alarmsOf } from './alarms.ts';
import { dashboardOf } from './dashboard.ts';
import { fleetMachine, fleetStatements } from './fleet.ts';
import { checked, mirrorsNamed, type Values, withOwn } from './own-values.ts';
import { adminsOf, asks, conditions, parameters, settings } from './parameters.ts';
import { type RightName, statementsOf } from './rights.ts';
import { arnOf, ifElse, ownArn, type Part, type Parts, ref, sub, type Template, withoutUnused } from './template.ts';

/** A block under `functions` in serverless.yml. One without `may` gets nothing from here. */
export interface Block {
  readonly name: string;
  readonly description: string;
  readonly handler: string;
  readonly may?: readonly RightName[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** The logical ids that Serverless gives. */
export interface Naming {
  toStartCase(key: string): string;
  getLambdaLogicalId(key: string): string;
  getLogGroupLogicalId(key: string): string;
}

export interface Deployment {
  readonly blocks: Readonly<Record<string, Block>>;
  /** What serverless.yml calls all functions that there may be. */
  readonly known: readonly string[];
  /** rekey-dev */
  readonly prefix: string;
  /** What was given for the parameters, by the names for `--param`. */
  readonly values: Values;
}

/** The resources of a function begin so, and so does its output: PostgresSingleUser. */
export const roleIdOf = (key: string, naming: Naming) => `${naming.toStartCase(key)}Role`;

/** The template for these functions, without the functions themselves, their logs, and what brings them events. */
export function stackOf({ blocks, known, prefix, values }: Deployment, naming: Naming): Template {
  const rotating = Object.entries(blocks).filter(([, { may }]) => may !== undefined);
  const vendors = [...new Set(rotating.filter(([, { may }]) => may?.includes('readAdmins')).map(vendorIn(naming)))];
  const asked = asks(vendors);
  const given = mirrorsNamed(
    checked(values, asked, { vendors: vendors.map(adminsOf), functions: known }),
    rotating.map(([key]) => key),
  );
  const own = (part: Part, key: string) => withOwn(part, key, given, asked);
  const alarms = alarmsOf(prefix, {
    logGroups: Object.fromEntries(rotating.map(([key]) => [naming.toStartCase(key), naming.getLogGroupLogicalId(key)])),
    looks: rotating.some(([, { may }]) => may?.includes('lookOver')),
  });
  return withoutUnused({
    Parameters: parameters(asked, given),
    Conditions: conditions(asked),
    Resources: Object.assign(
      topic(prefix),
      alarms,
      dashboardOf(prefix, {
        logGroups: rotating.map(([key]) => naming.getLogGroupLogicalId(key)),
        alarms: Object.keys(alarms).filter((id) => id.endsWith('Alarm')),
      }),
      ...rotating.map(([key, block]) => own(resourcesOf(key, block, naming), key)),
      fleet(prefix, rotating),
      ...examples(blocks, naming),
    ),
    Outputs: {
      RotationTopicArn: {
        Description: 'Tells of every rotation that succeeded or failed, and of alarms',
        Value: ref('RotationTopic'),
      },
      TopicKeyArn: {
        Description: 'What else publishes to the topic needs its key too',
        Condition: 'HasTopicKey',
        Value: TOPIC_KEY,
      },
      ...Object.fromEntries(
        rotating.map(([key, { description }]) => [
          `${naming.toStartCase(key)}Arn`,
          { Description: description, Value: arnOf(naming.getLambdaLogicalId(key)) },
        ]),
      ),
    },
    extensions: Object.fromEntries(
      rotating.map(([key, block]) => [
        naming.getLambdaLogicalId(key),
        own(extension(key, block, { prefix, known }, naming), key),
      ]),
    ),
  });
}

/** Its bundle, as ids have it: Datadog of dist/datadog/index.apiKey. */
const vendorIn =
  (naming: Naming) =>
  ([, { handler }]: [string, Block]): string =>
    naming.toStartCase(handler.split('/')[1] ?? '');

/** What only CloudFormation can fill in stands here and not in the function itself: `serverless invoke local` would ask AWS for it. */
const extension = (
  key: string,
  { environment, may }: Block,
  { prefix, known }: Pick<Deployment, 'prefix' | 'known'>,
  naming: Naming,
) => ({
  Properties: {
    VpcConfig: ifElse('InVpc', { SubnetIds: ref('SubnetIds'), SecurityGroupIds: ref('SecurityGroupIds') }),
    Environment: {
      Variables: {
        NOTIFICATION_TOPIC_ARN: ref('RotationTopic'),
        METRICS: ifElse('WritesMetrics', prefix),
        ...settings(),
        ...environment,
        ...(may?.some((right) => LOOKS.includes(right)) && {
          STACK_FUNCTIONS: known.join(','),
          OTHER_STACKS: ifElse('SetsOtherStacks', ref('OtherStacks')),
        }),
        ...(may?.includes('revokeLater') && { SCHEDULER_ROLE_ARN: arnOf(schedulerOf(key, naming)) }),
      },
    },
  },
});

/** Who may do so looks at the secrets of the other functions. */
const LOOKS: readonly RightName[] = ['lookOver', 'readRotationLogs'];

const schedulerOf = (key: string, naming: Naming) => `${naming.toStartCase(key)}Scheduler`;

function resourcesOf(key: string, block: Block, naming: Naming): Record<string, Part> {
  const { name, may = [] } = block;
  const lambda = naming.getLambdaLogicalId(key);
  const named = {
    name,
    logGroup: naming.getLogGroupLogicalId(key),
    scheduler: schedulerOf(key, naming),
    admins: adminsOf(vendorIn(naming)([key, block])),
  };
  return {
    [roleIdOf(key, naming)]: role('lambda.amazonaws.com', 'rotation', statementsOf(may, named)),
    ...(may.includes('revokeLater') && { [named.scheduler]: caller(name) }),
    // The account, not one secret, so that a function serves many:
    // https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html
    ...(may.includes('rotate') && {
      [`${naming.toStartCase(key)}Permission`]: permission(lambda, ref('AWS::AccountId')),
      [`${naming.toStartCase(key)}PermissionOfAnotherAccount`]: {
        Condition: 'HasSecretAccount',
        ...permission(lambda, ref('SecretAccountId')),
      },
    }),
  };
}

const permission = (lambda: string, SourceAccount: Part) => ({
  Type: 'AWS::Lambda::Permission',
  Properties: {
    FunctionName: arnOf(lambda),
    Action: 'lambda:InvokeFunction',
    Principal: 'secretsmanager.amazonaws.com',
    SourceAccount,
  },
});

/** With it EventBridge Scheduler calls this function back, and no other. Spelled from its name, since the function waits for the role. */
const caller = (name: string) =>
  role(
    'scheduler.amazonaws.com',
    'call-back',
    [
      {
        Sid: 'CallRotationFunction',
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Resource: ownArn('lambda', `function:${name}`),
      },
    ],
    ofThisAccount(),
  );

const role = (service: string, policy: string, statements: readonly Part[], condition?: Parts) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: service },
          Action: 'sts:AssumeRole',
          ...(condition && { Condition: condition }),
        },
      ],
    },
    Policies: [{ PolicyName: policy, PolicyDocument: { Version: '2012-10-17', Statement: statements } }],
  },
});

/** For the functions that rotate secrets. */
function fleet(prefix: string, blocks: readonly (readonly [string, Block])[]): Record<string, Part> {
  const functions = blocks.filter(([, { may }]) => may?.includes('rotate')).map(([, { name }]) => name);
  if (functions.length === 0) return {};
  const statements = fleetStatements(prefix, functions) as unknown as readonly Part[];
  return {
    FleetRole: { Condition: 'MakesFleet', ...role('states.amazonaws.com', 'fleet', statements, ofThisAccount()) },
    FleetMachine: { Condition: 'MakesFleet', ...fleetMachine(prefix, functions, arnOf('FleetRole')) },
  };
}

const ofThisAccount = () => ({ StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId') } });

const TOPIC_KEY = ifElse('MakesTopicKey', arnOf('TopicKey'), ref('TopicKeyArn'));

const topic = (prefix: string) => ({
  // Its own key, because CloudWatch alarms cannot publish to a topic that AWS's alias/aws/sns encrypts: that key's policy cannot be
  // changed. https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
  TopicKey: {
    Type: 'AWS::KMS::Key',
    Condition: 'MakesTopicKey',
    Properties: {
      Description: `Encrypts the rotation messages of ${prefix}`,
      EnableKeyRotation: true,
      KeyPolicy: {
        Version: '2012-10-17',
        Statement: [
          // In a key policy '*' is this key.
          {
            Sid: 'AccountDecides',
            Effect: 'Allow',
            Principal: { AWS: sub(`arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root`) },
            Action: 'kms:*',
            Resource: '*',
          },
          {
            Sid: 'AlarmsMayPublish',
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
            Resource: '*',
            Condition: ofThisAccount(),
          },
        ],
      },
    },
  },
  RotationTopic: {
    Type: 'AWS::SNS::Topic',
    Properties: {
      DisplayName: 'Secret rotations',
      KmsMasterKeyId: ifElse('HasTopicKey', TOPIC_KEY),
    },
  },
});

/** Made only when a secret or a parameter is given for them, and only with the function that they are about. */
function* examples(blocks: Deployment['blocks'], naming: Naming): Generator<Record<string, Part>> {
  if ('postgres-single-user' in blocks) {
    yield {
      ExampleSchedule: {
        Type: 'AWS::SecretsManager::RotationSchedule',
        Condition: 'HasSchedule',
        DependsOn: 'PostgresSingleUserPermission',
        Properties: {
          SecretId: ref('ScheduledSecretArn'),
          RotationLambdaARN: arnOf(naming.getLambdaLogicalId('postgres-single-user')),
          RotateImmediatelyOnUpdate: false,
          RotationRules: { ScheduleExpression: ref('ScheduleExpression') },
        },
      },
    };
  }
  if ('postgres-single-user-parameter' in blocks) {
    yield {
      ExampleParameterScheduler: {
        ...caller(blocks['postgres-single-user-parameter']?.name ?? ''),
        Condition: 'HasParameterSchedule',
      },
      // The execution id is the token of the rotation.
      ExampleParameterSchedule: {
        Type: 'AWS::Scheduler::Schedule',
        Condition: 'HasParameterSchedule',
        Properties: {
          Description: 'Rotates a parameter',
          ScheduleExpression: ref('ScheduleExpression'),
          FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 60 },
          Target: {
            Arn: arnOf(naming.getLambdaLogicalId('postgres-single-user-parameter')),
            RoleArn: arnOf('ExampleParameterScheduler'),
            Input: sub(`{"Parameter":"\${ScheduledParameter}","Token":"<aws.scheduler.execution-id>"}`),
          },
        },
      },
    };
  }
}
