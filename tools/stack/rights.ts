/** What a function's role may do, by the names that its block in serverless.yml gives under `may`. */
import type { Asked } from './parameters.ts';
import { arnOf, ifElse, ownArn, type Part, type Parts, ref, type Statement, sub } from './template.ts';

export interface Named {
  /** rekey-dev-postgres-single-user */
  readonly name: string;
  /** The logical id of its log group. */
  readonly logGroup: string;
  /** Of the role with which EventBridge Scheduler calls it. */
  readonly scheduler: string;
  /** The parameter with the admin secrets of its vendor. */
  readonly admins: Asked;
}
type Right = (of: Named) => readonly Part[];

const allow = (Sid: string, Action: string | readonly string[], Resource: Part, Condition?: Statement['Condition']) =>
  ({ Sid, Effect: 'Allow', Action, Resource, ...(Condition && { Condition }) }) satisfies Statement;
const deny = (Sid: string, Action: string | readonly string[], Resource: Part, Condition: Statement['Condition']) =>
  ({ ...allow(Sid, Action, Resource, Condition), Effect: 'Deny' }) satisfies Statement;
const equals = (values: Parts) => ({ StringEquals: values });
/** A key, only when this service uses it for the function. */
const through = (service: string) => equals({ 'kms:ViaService': sub(`${service}.\${AWS::Region}.\${AWS::URLSuffix}`) });

/** Lambda makes the network interfaces with the function's role, and EC2 gives most of these actions no narrower resource:
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html. A Deny keeps them from the function's own code. */
const INTERFACES = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/** Secrets that name this function, in this account and in the one that the deployment names besides. */
const attached = (name: string, sid: string, actions: string | readonly string[]) => {
  const named = equals({ 'secretsmanager:resource/AllowRotationLambdaArn': ownArn('lambda', `function:${name}`) });
  const there = sub(`arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${SecretAccountId}:secret:*`);
  return [
    allow(sid, actions, ownArn('secretsmanager', 'secret:*'), named),
    ifElse('HasSecretAccount', allow(`${sid}OfAnotherAccount`, actions, there, named)),
  ];
};

const RIGHTS = {
  /**
   * Any secret, but only while that secret names this function as its rotation function. The words are those of AWS's own policy
   * template: https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-template-list.html
   * The function's ARN is spelled from its name, since the function itself waits for the role.
   */
  rotate: ({ name }) => [
    ...attached(name, 'RotateAttachedSecrets', [
      'secretsmanager:DescribeSecret',
      'secretsmanager:GetSecretValue',
      'secretsmanager:PutSecretValue',
      'secretsmanager:UpdateSecretVersionStage',
    ]),
    // Secrets with the tag rekey:mirror are copied into these, and no others.
    ifElse(
      'HasMirrors',
      allow(
        'WriteMirrors',
        ['ssm:GetParameter', 'ssm:GetParameterHistory', 'ssm:LabelParameterVersion', 'ssm:PutParameter'],
        ref('MirrorParameterArns'),
      ),
    ),
    ifElse(
      'HasMirrors',
      ifElse(
        'HasSecretKeys',
        allow(
          'UseMirrorKeysThroughParameterStore',
          ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
          ref('SecretKeyArns'),
          through('ssm'),
        ),
      ),
    ),
  ],

  /** Finds the versions without a label, which DescribeSecret does not show: they open the system when all others are refused. */
  listVersions: ({ name }) => attached(name, 'ListVersionsOfAttachedSecrets', 'secretsmanager:ListSecretVersionIds'),

  readSuperusers: () => [
    ifElse(
      'HasSuperusers',
      allow(
        'ReadSuperuserSecrets',
        ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
        ref('SuperuserSecretArns'),
      ),
    ),
  ],

  /**
   * The admin credentials of its provider, apart from those of others and from the superusers: a function that rotates API keys reads no
   * database's secret, and sends no provider's token to another one.
   */
  readAdmins: ({ admins }) => [
    ifElse(
      admins.given ?? '',
      allow('ReadAdminSecrets', ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'], ref(admins.id)),
    ),
  ],

  /** Who may make a key for a user is as good as that user: whole ARNs, one by one. */
  manageAccessKeys: () => [
    ifElse(
      'HasIamUsers',
      allow(
        'ManageAccessKeys',
        [
          'iam:CreateAccessKey',
          'iam:DeleteAccessKey',
          'iam:GetAccessKeyLastUsed',
          'iam:ListAccessKeys',
          'iam:UpdateAccessKey',
        ],
        ref('IamUserArns'),
      ),
    ),
  ],

  /** Secrets whose owner wants the old key to end after a time: the function makes one schedule, which calls it once and is gone. */
  revokeLater: ({ scheduler }) => [
    allow('ScheduleRevocations', 'scheduler:CreateSchedule', ownArn('scheduler', 'schedule/default/rekey-*')),
    allow(
      'LetSchedulesCallBack',
      'iam:PassRole',
      arnOf(scheduler),
      equals({ 'iam:PassedToService': 'scheduler.amazonaws.com' }),
    ),
  ],

  /**
   * The parameters that the deployment names, and their companions: /prod/app/db and /rekey/prod/app/db. Nothing may be deleted.
   * A companion that is made with tags needs AddTagsToResource, too.
   */
  rotateParameters: () => [
    ifElse(
      'HasParameters',
      allow(
        'RotateParameters',
        [
          'ssm:AddTagsToResource',
          'ssm:GetParameter',
          'ssm:GetParameterHistory',
          'ssm:LabelParameterVersion',
          'ssm:ListTagsForResource',
          'ssm:PutParameter',
        ],
        ref('ParameterArns'),
      ),
    ),
    // Encrypt is for Standard parameters, GenerateDataKey for Advanced ones:
    // https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
    ifElse(
      'HasSecretKeys',
      allow(
        'UseParameterKeysThroughParameterStore',
        ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
        ref('SecretKeyArns'),
        through('ssm'),
      ),
    ),
  ],

  /** Names, dates and labels of all secrets. ListSecrets takes no name. No value: neither DescribeSecret nor GetSecretValue. */
  lookOver: () => [
    allow('ListSecrets', 'secretsmanager:ListSecrets', '*'),
    allow('ListVersions', 'secretsmanager:ListSecretVersionIds', ownArn('secretsmanager', 'secret:*')),
  ],

  /** What Rekey's functions have said of a rotation, and which of them rotates a secret. Their logs hold no value. */
  readRotationLogs: () => [
    allow('ListSecrets', 'secretsmanager:ListSecrets', '*'),
    allow('ReadLogs', 'logs:FilterLogEvents', ownArn('logs', 'log-group:/aws/lambda/rekey-*')),
  ],

  /** When Rekey last rotated a parameter. The history has values, too: they are not asked for, and may not be decrypted. */
  readJournals: () => [
    allow('ReadJournals', 'ssm:GetParameterHistory', ownArn('ssm', 'parameter/rekey/*')),
    deny('DecryptNoParameter', 'kms:Decrypt', '*', through('ssm')),
  ],

  /**
   * Proves that a host is a replica or reader of the superuser's, and completes secrets that RDS manages. Instances are also looked up by
   * cluster, so no single name can stand here. DocumentDB's instances and clusters have the same ARNs and actions.
   */
  describeRds: () => [
    allow(
      'DescribeDatabases',
      ['rds:DescribeDBClusters', 'rds:DescribeDBInstances'],
      [ownArn('rds', 'cluster:*'), ownArn('rds', 'db:*')],
    ),
  ],

  /**
   * Completes secrets that Redshift manages, from the cluster or namespace that their tag names. The two lists take no name:
   * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonredshiftserverless.html. For clusters a name was long
   * not taken, and is optional since; a namespace is looked up among all of them:
   * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonredshift.html
   */
  describeRedshift: () => [
    allow('DescribeClusters', 'redshift:DescribeClusters', '*'),
    allow('ListServerless', ['redshift-serverless:ListNamespaces', 'redshift-serverless:ListWorkgroups'], '*'),
  ],
} satisfies Record<string, Right>;

export type RightName = keyof typeof RIGHTS;
export const rightNames = Object.keys(RIGHTS) as RightName[];

/** In the order of the block, then what every function may. */
export const statementsOf = (may: readonly RightName[], of: Named): readonly Part[] => {
  const readsSecrets = may.some((right) => right === 'rotate' || right === 'readSuperusers' || right === 'readAdmins');
  const rights = may.map((right): Right => RIGHTS[right]);
  return [...rights, ...(readsSecrets ? [useSecretKeys] : []), always].flatMap((right) => right(of));
};

const useSecretKeys: Right = () => [
  ifElse(
    'HasSecretKeys',
    allow(
      'UseSecretKeysThroughSecretsManager',
      ['kms:Decrypt', 'kms:GenerateDataKey'],
      ref('SecretKeyArns'),
      through('secretsmanager'),
    ),
  ),
];

const always: Right = ({ name, logGroup }) => [
  allow('Publish', 'sns:Publish', ref('RotationTopic')),
  ifElse(
    'HasTopicKey',
    allow(
      'UseTopicKeyThroughTopic',
      ['kms:Decrypt', 'kms:GenerateDataKey'],
      ifElse('MakesTopicKey', arnOf('TopicKey'), ref('TopicKeyArn')),
      through('sns'),
    ),
  ),
  allow('Log', ['logs:CreateLogStream', 'logs:PutLogEvents'], sub(`\${${logGroup}.Arn}`)),
  ifElse('InVpc', allow('LetLambdaMakeNetworkInterfaces', INTERFACES, '*')),
  ifElse(
    'InVpc',
    deny('KeepNetworkInterfacesFromTheCode', INTERFACES, '*', {
      ArnEquals: { 'lambda:SourceFunctionArn': ownArn('lambda', `function:${name}`) },
    }),
  ),
];
