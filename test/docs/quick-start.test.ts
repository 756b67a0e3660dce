/** The deployer's policy, against the commands of docs/quick-start.md and against what CloudFormation needs for the resources. */
import { describe, expect, it } from 'vitest';
import { alone } from '../repository/alone.ts';
import { theBlocks } from '../repository/stack.ts';
import { blocks, page, table } from './pages.ts';

interface Resource {
  readonly Type: string;
  readonly Condition?: string;
}
const { Statement: statements } = JSON.parse(page('examples/deployer-policy.json')) as {
  Statement: { Action: string | string[]; Resource: string }[];
};
const allowed = statements.flatMap(({ Action }) => Action);
const { types } = JSON.parse(page('test/vectors/cloudformation-permissions.json')) as {
  types: Record<string, string[]>;
};

const made: Resource[] = [
  ...Object.values(alone(await theBlocks(), 'postgres-single-user').Resources as unknown as Record<string, Resource>),
  ...Object.values(JSON.parse(page('examples/bucket.json')).Resources as Record<string, Resource>),
];
/** The page leaves these out: no key, no dashboard, no fleet, no example, no other account. */
const LEFT_OUT = ['MakesTopicKey', 'MakesDashboard', 'MakesFleet', 'HasSchedule', 'HasSecretAccount'];
const used = [...new Set(made.filter(({ Condition = '' }) => !LEFT_OUT.includes(Condition)).map(({ Type }) => Type))];

/** What CloudFormation calls for a property that no resource here has. */
const UNUSED: readonly [reason: string, actions: RegExp][] = [
  ['tags', /:(Put\w+|Get\w+|Un)?[Tt]ag(ging|Resource|Role|DeliveryStream)$|^s3:ListTagsForResource$/],
  ['policies by ARN, and boundaries', /^iam:(At|De)tachRolePolicy$|PermissionsBoundary$/],
  [
    'concurrency, layers, signing, scaling, other runtimes',
    /^lambda:(Put|Delete|Pass|Publish|Associate)|^lambda:Get(CodeSigningConfig|LayerVersion)$/,
  ],
  ['file systems, and keys for settings', /^(elasticfilesystem|s3files|kms):/],
  [
    'protection, delivery, indices and keys of logs',
    /^logs:(Put|Delete)(DataProtection|Index|Resource)Policy$|^logs:(CreateLogDelivery|(Dis)?[Aa]ssociateKmsKey|PutBearer\w+|PutLogGroup\w+)$|^s3:REST|^firehose:/,
  ],
  ['delivery and protection of messages', /^sns:(PutDataProtectionPolicy|Unsubscribe)$/],
  [
    'what a bucket may have besides',
    /^s3tables:|^s3:.*(Abac|Acl|Analytics|CORS|Cors|Inventory|Metrics|Notification|Replication|Website|Accelerate|ObjectLock|Tiering|Metadata|Logging)/,
  ],
];
/** What an action is without being said by a command or by CloudFormation, and why. */
const BESIDES: readonly [action: string, reason: string][] = [
  ['cloudformation:DescribeStackEvents', 'deploy says with it why something failed'],
  ['lambda:InvokeFunction', 'RotateSecret asks whether its caller may'],
  ['s3:GetBucketAcl', 'creating a bucket reads it'],
];

/** What `rekey status` says that it asks. */
const [, said = ''] = /Actions to allow: ([^']+)/.exec(page('cli/status.ts')) ?? [];
const ofStatus = [...said.matchAll(/\w+:\w+/g)].map(([action]) => action);

/** By what the AWS CLI calls it. */
const SEVERAL: Readonly<Record<string, readonly string[]>> = {
  'cloudformation deploy': [
    'cloudformation:CreateChangeSet',
    'cloudformation:DescribeChangeSet',
    'cloudformation:DescribeStacks',
    'cloudformation:ExecuteChangeSet',
    'cloudformation:GetTemplateSummary',
  ],
  // With private DNS, which is the default of an interface endpoint.
  'ec2 create-vpc-endpoint': ['ec2:CreateVpcEndpoint', 'route53:AssociateVPCWithHostedZone'],
  's3 cp': ['s3:PutObject'],
  's3api delete-objects': ['s3:DeleteObject', 's3:DeleteObjectVersion'],
  's3api list-object-versions': ['s3:ListBucketVersions'],
};
const shown = blocks(page('docs/quick-start.md')).filter(({ info }) => /^sh\b/.test(info));
const commands = [
  ...shown
    .map(({ text }) => text)
    .join('\n')
    .matchAll(/\baws ([\w-]+ [\w-]+)/g),
].map(([, one = '']) => one);
const called = commands
  .flatMap((command) => {
    const [service = '', operation = ''] = command.split(' ');
    return SEVERAL[command] ?? [`${service.replace('s3api', 's3')}:${operation.replaceAll('-', '')}`];
  })
  .concat(ofStatus);
const has = (all: readonly string[], action: string) => all.some((one) => one.toLowerCase() === action.toLowerCase());

describe('the deployer of the quick start', () => {
  it('may call all that the page calls', () => {
    expect(commands.length).toBeGreaterThan(20);
    expect(ofStatus.length).toBeGreaterThan(3);
    expect(called.filter((action) => !has(allowed, action))).toEqual([]);
  });

  it.each(used)('may have CloudFormation make, change and remove %s', (type) => {
    const needed = (types[type] ?? []).filter((action) => !UNUSED.some(([, pattern]) => pattern.test(action)));

    expect(needed.length).toBeGreaterThan(0);
    expect(needed.filter((action) => !has(allowed, action))).toEqual([]);
  });

  it('may do nothing else, and nothing by a wildcard', () => {
    const reasons = [...called, ...used.flatMap((type) => types[type] ?? []), ...BESIDES.map(([action]) => action)];

    expect(allowed.filter((action) => !has(reasons, action))).toEqual([]);
    expect(allowed.filter((action) => action.includes('*'))).toEqual([]);
    expect(BESIDES.filter(([action]) => !has(allowed, action))).toEqual([]);
  });

  it('is said to be of the partition aws, and how it becomes that of another', () => {
    const partitions = new Set(JSON.stringify(statements).match(/arn:[\w-]+:/g));

    expect([...partitions]).toEqual(['arn:aws:']);
    expect(page('docs/quick-start.md')).toMatch(/`arn:aws:`.*`arn:aws-cn:`.*`arn:aws-us-gov:`/);
  });

  it('types commands that bash, zsh and a clone understand', () => {
    const text = shown.map((one) => one.text).join('\n');

    // Nothing puts a bare rekey on the path, and zsh does not split $SUBNETS into words.
    expect(text.match(/^(?!npx ).*\brekey (status|enable|rotate)\b/gm)).toBeNull();
    expect(text.match(/(?<!")\$SUBNETS|SUBNETS='/g)).toBeNull();
    // Nor does it take a comment at its prompt.
    expect(text.match(/(^|\s)#.*/gm)).toBeNull();
    expect(text).toContain('npx rekey status');
  });

  it('pays for as many alarms as the template has', () => {
    const alarms = made.filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm').length;

    const [, , row] = table(page('docs/quick-start.md'), '## What it costs');
    expect(row).toEqual(['alarms', `0.10 for each of the ${alarms}`]);
  });
});
