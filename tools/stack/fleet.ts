/** The state machine with which `rekey rotate --in-cloud` rotates many secrets, and what it may do. Made only where it is asked for. */
import { ownArn, type Part, type Parts, type Statement, sub } from './template.ts';

interface Pace {
  /** Between two looks at a rotation. */
  readonly pauseSeconds: number;
  /** So often it looks. */
  readonly looks: number;
}

/** Five minutes: a rotation is four calls of a function, and each has half a minute. */
const PACE: Pace = { pauseSeconds: 5, looks: 60 };

/** By its name `rekey rotate` finds it, and by the comment of its definition which functions it is for. */
export const fleetName = (prefix: string) => `${prefix}-fleet`;

const jsonata = (expression: string) => `{% ${expression} %}`;

/** A repeat helps nobody here: another rotation of the secret is unfinished, the secret is gone, or its schedule cannot be. */
const FINAL = ['InvalidRequestException', 'InvalidParameterException', 'ResourceNotFoundException'];

/**
 * Whatever else happened may pass: throttling has no name of its own here. What the service's model does not know is
 * SecretsManager.SecretsManagerException: https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 */
const RETRY = [
  { ErrorEquals: FINAL.map((name) => `SecretsManager.${name}`), MaxAttempts: 0 },
  {
    ErrorEquals: ['States.TaskFailed'],
    IntervalSeconds: 2,
    BackoffRate: 2,
    MaxDelaySeconds: 30,
    MaxAttempts: 6,
    JitterStrategy: 'FULL',
  },
];

const task = (operation: string, more: Parts) => ({
  Type: 'Task',
  Resource: `arn:\${AWS::Partition}:states:::aws-sdk:secretsmanager:${operation}`,
  Retry: RETRY,
  ...more,
});

/** One secret: an execution of its own, which fails when the secret was not seen to be rotated. It reads no value. */
const rotation = ({ pauseSeconds, looks }: Pace) => ({
  ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
  StartAt: 'LookBefore',
  States: {
    // Somebody may have rotated it since it was chosen, by another execution too: then it is done.
    LookBefore: task('describeSecret', {
      Arguments: { SecretId: jsonata('$states.input.name') },
      Assign: {
        name: jsonata('$states.input.name'),
        token: jsonata('$states.input.token'),
        isDone: jsonata(
          '$exists($states.result.LastRotatedDate) and $toMillis($states.result.LastRotatedDate) > $states.input.since',
        ),
        looks: 0,
      },
      Output: {},
      Next: 'IsDue',
    }),
    IsDue: {
      Type: 'Choice',
      Choices: [{ Condition: jsonata('$isDone'), Next: 'Rotated' }],
      Default: 'Rotate',
    },
    // With the same token a second call begins nothing.
    Rotate: task('rotateSecret', {
      Arguments: {
        SecretId: jsonata('$name'),
        ClientRequestToken: jsonata('$token'),
        RotateImmediately: true,
      },
      Output: {},
      Next: 'Pause',
    }),
    Pause: { Type: 'Wait', Seconds: pauseSeconds, Next: 'Look' },
    Look: task('describeSecret', {
      Arguments: { SecretId: jsonata('$name') },
      Assign: {
        looks: jsonata('$looks + 1'),
        isCurrent: jsonata("'AWSCURRENT' in $lookup($states.result.VersionIdsToStages, $token)"),
        isPending: jsonata("'AWSPENDING' in $lookup($states.result.VersionIdsToStages, $token)"),
      },
      Output: {},
      Next: 'IsRotated',
    }),
    IsRotated: {
      Type: 'Choice',
      Choices: [
        { Condition: jsonata('$isCurrent'), Next: 'Rotated' },
        { Condition: jsonata(`$looks >= ${looks}`), Next: 'NotRotated' },
      ],
      Default: 'Pause',
    },
    // What all of them give has to fit into 256 KiB together.
    Rotated: { Type: 'Succeed', Output: {} },
    NotRotated: {
      Type: 'Fail',
      Error: 'Rekey.NotRotated',
      Cause: jsonata(
        `'AWSCURRENT is not on version ' & $token & ' after ${pauseSeconds * looks} seconds, AWSPENDING is' & ($isPending ? '' : ' not')`,
      ),
    },
  },
});

/**
 * In the Amazon States Language. Names of states are unique in all of it, so there is one wave, which comes again with the rest.
 * The token of a secret is told from the name of the execution, a UUID, and from the place of the secret in it: it is the same however
 * often Step Functions begins the item, and is a UUID again. `pace` is a test's.
 */
export const fleetDefinition = (functions: readonly string[], pace = PACE) => ({
  // `rekey rotate` reads who is named.
  Comment: `rekey rotate --in-cloud, for ${functions.join(', ')}`,
  QueryLanguage: 'JSONata',
  StartAt: 'Wave',
  States: {
    Wave: {
      Type: 'Map',
      Label: 'wave',
      Items: jsonata('$states.input.names'),
      ItemSelector: {
        name: jsonata('$states.context.Map.Item.Value'),
        since: jsonata('$states.input.since'),
        token: jsonata(
          "$substring($states.context.Execution.Name, 0, 24) & $pad($string($states.input.before + $states.context.Map.Item.Index), -12, '0')",
        ),
      },
      MaxConcurrency: jsonata('$states.input.concurrency'),
      ToleratedFailurePercentage: jsonata('$states.input.keepGoing ? 100 : 0'),
      ItemProcessor: rotation(pace),
      Output: {
        names: jsonata('$states.input.rest'),
        rest: [],
        before: jsonata('$count($states.input.names)'),
        since: jsonata('$states.input.since'),
        concurrency: jsonata('$states.input.concurrency'),
        keepGoing: jsonata('$states.input.keepGoing'),
      },
      Next: 'IsThereMore',
    },
    IsThereMore: {
      Type: 'Choice',
      Choices: [{ Condition: jsonata('$count($states.input.names) > 0'), Next: 'Wave' }],
      Default: 'Done',
    },
    Done: { Type: 'Succeed', Output: {} },
  },
});

export const fleetMachine = (prefix: string, functions: readonly string[], RoleArn: Part) => ({
  Type: 'AWS::StepFunctions::StateMachine',
  Properties: {
    StateMachineName: fleetName(prefix),
    // Distributed maps are for this type only. Its executions stay readable for 90 days, as the logs of the functions do, so it has no log.
    StateMachineType: 'STANDARD',
    DefinitionString: sub(JSON.stringify(fleetDefinition(functions))),
    RoleArn,
  },
});

/** Secrets that name one of these functions, and no value of them. Spelled from its name, since the state machine waits for its role. */
export function fleetStatements(prefix: string, functions: readonly string[]): readonly Statement[] {
  const name = fleetName(prefix);
  const arns = functions.map((one) => ownArn('lambda', `function:${one}`));
  return [
    {
      Sid: 'RotateSecretsOfTheseFunctions',
      Effect: 'Allow',
      Action: ['secretsmanager:DescribeSecret', 'secretsmanager:RotateSecret'],
      Resource: ownArn('secretsmanager', 'secret:*'),
      Condition: { StringEquals: { 'secretsmanager:resource/AllowRotationLambdaArn': arns } },
    },
    // Who begins a rotation has to have this, too: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
    { Sid: 'HaveThemInvoked', Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: arns },
    // Each item of a distributed map is an execution of its own:
    // https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
    {
      Sid: 'StartItems',
      Effect: 'Allow',
      Action: 'states:StartExecution',
      Resource: ownArn('states', `stateMachine:${name}`),
    },
    {
      Sid: 'FollowItems',
      Effect: 'Allow',
      Action: ['states:DescribeExecution', 'states:StopExecution'],
      // As that page has it, and as the ARNs of items are.
      Resource: [ownArn('states', `execution:${name}:*`), ownArn('states', `execution:${name}/*`)],
    },
  ];
}
