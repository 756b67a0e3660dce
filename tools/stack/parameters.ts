/** What a deployment is asked for. The values come from `--param` and from `params` in serverless.yml, and become CloudFormation's defaults. */
import { ifElse, type Part, type Parts, ref } from './template.ts';

export interface Asked {
  /** In the template. */
  readonly id: string;
  /** For `--param`. */
  readonly param: string;
  readonly standard: string;
  readonly list?: true;
  readonly description?: string;
  readonly rule?: Parts;
  /** The condition that a value was given. */
  readonly given?: string;
  /** It says something of resources that all functions share, so none has a value of its own. */
  readonly ofStack?: true;
}

const OF_STACK = { ofStack: true } as const;
const flag = { AllowedValues: ['', 'true', 'false'] };

const asked = (id: string, given: string | undefined, description?: string, more: Partial<Asked> = {}): Asked => ({
  id,
  param: id.replace(/\B[A-Z]/g, (letter) => `-${letter}`).toLowerCase(),
  standard: '',
  ...(given && { given }),
  ...(description && { description }),
  ...more,
});
const list = (id: string, given: string | undefined, description: string) =>
  asked(id, given, description, { list: true });

const NETWORK_AND_RIGHTS = [
  list(
    'SubnetIds',
    'InVpc',
    'Subnets from which the databases, Secrets Manager and SNS can be reached. Empty puts the functions outside any VPC.',
  ),
  list('SecurityGroupIds', undefined, 'Security groups of the functions, needed with SubnetIds.'),
  list(
    'SuperuserSecretArns',
    'HasSuperusers',
    'Whole ARNs of the superuser secrets. Only functions with the right readSuperusers may read them.',
  ),
  list(
    'IamUserArns',
    'HasIamUsers',
    'Whole ARNs of the IAM users whose access keys are rotated. Only functions with the right manageAccessKeys may touch them.',
  ),
  list(
    'ParameterArns',
    'HasParameters',
    'ARNs of the parameters to rotate and of their companions, arn:aws:ssm:…:parameter/prod/* and arn:aws:ssm:…:parameter/rekey/prod/*.',
  ),
  list(
    'MirrorParameterArns',
    'HasMirrors',
    'ARNs of the parameters that secrets may be copied into. Empty lets none be.',
  ),
  asked(
    'SecretAccountId',
    'HasSecretAccount',
    'Another account whose secrets may name the functions, too. Each secret there, and its key, must let the role in: docs/deploying.md.',
    { rule: { AllowedPattern: '([0-9]{12})?' }, ...OF_STACK },
  ),
  asked(
    'ScheduledParameter',
    'HasParameterSchedule',
    'A parameter to rotate with the single-user function for PostgreSQL. Empty makes no schedule.',
    OF_STACK,
  ),
  list(
    'SecretKeyArns',
    'HasSecretKeys',
    'ARNs of the customer managed keys that encrypt the secrets. Empty when they use aws/secretsmanager.',
  ),
  asked(
    'TopicKeyArn',
    undefined,
    'ARN of a customer managed key for the topic, which must let CloudWatch use it. Empty makes one, which costs; none leaves it to SNS.',
    OF_STACK,
  ),
  asked(
    'AlarmTopicArn',
    'HasAlarmTopic',
    'A topic for all alarms. Empty leaves to the topic of the messages those that are about what no message tells.',
    OF_STACK,
  ),
  asked(
    'SilentDays',
    undefined,
    'After how many days without an outcome, of a rotation or of the daily look, an alarm rings.',
    {
      ...OF_STACK,
      standard: '2',
      // CloudWatch looks back seven days at most: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
      rule: { AllowedValues: ['1', '2', '3', '4', '5', '6', '7'] },
    },
  ),
  asked(
    'OtherStacks',
    'SetsOtherStacks',
    'Stacks whose names begin as its own does, and that have a watch, with commas between: rekey-prod. It leaves their secrets to them.',
  ),
  asked('Dashboard', undefined, 'With on, the stack has a dashboard and queries for its logs.', {
    ...OF_STACK,
    standard: 'off',
    rule: { AllowedValues: ['on', 'off'] },
  }),
  asked('Fleet', undefined, 'With on, the stack has a state machine for rekey rotate --in-cloud.', {
    ...OF_STACK,
    standard: 'off',
    rule: { AllowedValues: ['on', 'off'] },
  }),
  asked('Metrics', undefined, 'With off, the functions write no metrics into their logs, and no alarm looks at them.', {
    ...OF_STACK,
    standard: 'on',
    rule: { AllowedValues: ['on', 'off'] },
  }),
  asked(
    'ScheduledSecretArn',
    'HasSchedule',
    'A secret to rotate with the single-user function. Empty makes no schedule.',
    OF_STACK,
  ),
  asked('ScheduleExpression', undefined, 'When ScheduledSecretArn is rotated.', {
    ...OF_STACK,
    standard: 'rate(30 days)',
  }),
];

/** They reach the functions under the names of AWS's templates: PasswordLength as PASSWORD_LENGTH. An empty one is not set at all. */
const SETTINGS = [
  asked('ExcludeCharacters', 'SetsExcludeCharacters'),
  asked('PasswordLength', 'SetsPasswordLength', undefined, { rule: { AllowedPattern: '[0-9]*' } }),
  asked('ExcludeNumbers', 'SetsExcludeNumbers', undefined, { rule: flag }),
  asked('ExcludePunctuation', 'SetsExcludePunctuation', undefined, { rule: flag }),
  asked('ExcludeUppercase', 'SetsExcludeUppercase', undefined, { rule: flag }),
  asked('ExcludeLowercase', 'SetsExcludeLowercase', undefined, { rule: flag }),
  asked('RequireEachIncludedType', 'SetsRequireEachIncludedType', undefined, { rule: flag }),
  asked('SecretsManagerEndpoint', 'SetsSecretsManagerEndpoint', "Only where the SDK's own endpoint does not serve."),
  asked(
    'DatabaseCaBundle',
    'SetsDatabaseCaBundle',
    "Path of a PEM file, from a layer for example, whose roots are trusted besides Amazon's.",
  ),
  asked(
    'Cutover',
    'SetsCutover',
    "Empty or set promotes as soon as the new password works; finish waits for the fourth step, as AWS's templates do.",
    { rule: { AllowedValues: ['', 'set', 'finish'] } },
  ),
  asked(
    'ClearText',
    undefined,
    'With never, no password is sent to a PostgreSQL or MariaDB that takes no verifier in place of it.',
    { standard: 'fallback', rule: { AllowedValues: ['fallback', 'never'] } },
  ),
  asked('NotifyChecks', undefined, 'With off, a configuration check that passed sends no message.', {
    standard: 'on',
    rule: { AllowedValues: ['on', 'off'] },
  }),
  asked(
    'NotificationFormat',
    undefined,
    'What subscribers get; text is a text for e-mails, chat besides that a custom notification of Amazon Q Developer for https.',
    { standard: 'json', rule: { AllowedValues: ['json', 'text', 'chat'] } },
  ),
  asked(
    'RunbookUrl',
    'SetsRunbookUrl',
    'Where your people read docs/runbook.md, for the links in messages. Empty leaves the path in this repository.',
  ),
];

/** Each vendor has its own, so that no function reads the admin credentials of another one's. `vendor`: Datadog */
export const adminsOf = (vendor: string): Asked =>
  list(
    `${vendor}AdminSecretArns`,
    `Has${vendor}Admins`,
    `Whole ARNs of the secrets with admin credentials of ${vendor}. Only its functions with the right readAdmins may read them.`,
  );

export const asks = (vendors: readonly string[]): readonly Asked[] => [
  ...NETWORK_AND_RIGHTS,
  ...vendors.map(adminsOf),
  ...SETTINGS,
];

/** `values`: what was given, by the names for `--param`. */
export const parameters = (all: readonly Asked[], values: Readonly<Record<string, string>>): Record<string, Part> =>
  Object.fromEntries(
    all.map(({ id, param, standard, list: isList, description, rule }) => [
      id,
      {
        Type: isList ? 'CommaDelimitedList' : 'String',
        Default: values[param] ?? standard,
        ...(description && { Description: description }),
        ...rule,
      },
    ]),
  );

export const conditions = (all: readonly Asked[]): Record<string, Part> => ({
  ...Object.fromEntries(
    all
      .filter(({ given }) => given !== undefined)
      .map(({ id, given, list: isList }) => [
        given,
        { 'Fn::Not': [{ 'Fn::Equals': [isList ? { 'Fn::Join': ['', ref(id)] } : ref(id), ''] }] },
      ]),
  ),
  WritesMetrics: { 'Fn::Equals': [ref('Metrics'), 'on'] },
  MakesDashboard: { 'Fn::And': [{ Condition: 'WritesMetrics' }, { 'Fn::Equals': [ref('Dashboard'), 'on'] }] },
  MakesFleet: { 'Fn::Equals': [ref('Fleet'), 'on'] },
  HasTopicKey: { 'Fn::Not': [{ 'Fn::Equals': [ref('TopicKeyArn'), 'none'] }] },
  MakesTopicKey: { 'Fn::Equals': [ref('TopicKeyArn'), ''] },
});

export const settings = (): Parts =>
  Object.fromEntries(
    SETTINGS.map(({ id, given }) => [
      id.replace(/\B[A-Z]/g, (letter) => `_${letter}`).toUpperCase(),
      given === undefined ? ref(id) : ifElse(given, ref(id)),
    ]),
  );
