/** examples/terraform: its rights are worked out by Terraform itself, the rest is held against the AWS provider's arguments. */
import { readdirSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Alone } from '../../tools/stack/alone.ts';
import { roleFor } from '../../tools/stack/roles.ts';
import { run } from '../local/command.ts';
import { alone, folderOf, temporary } from '../repository/alone.ts';
import { read, root } from '../repository/files.ts';
import { theBlocks } from '../repository/stack.ts';
import { findTool, toolEnvironment } from '../support/tool.ts';

const terraform = await findTool({ engine: 'terraform', name: 'terraform', parameters: ['--version'] });
const blocks = await theBlocks();
const module = join(root, 'examples/terraform');
const place = { partition: 'aws-cn', region: 'cn-north-1', accountId: '123456789012' };
const logOf = (name: string) => `arn:aws-cn:logs:cn-north-1:123456789012:log-group:/aws/lambda/${name}:*`;
const lists = { SuperuserSecretArns: ['arn:s1', 'arn:s2'], SecretKeyArns: ['arn:k'] };
const admins = { DatadogAdminSecretArns: ['arn:a'], SecretKeyArns: ['arn:k'] };

async function terraformRun(...args: string[]) {
  const { status, stdout, stderr } = await run(terraform?.program ?? '', args, toolEnvironment);
  expect([
    status,
    stderr.replace(/There are some problems with the CLI configuration[\s\S]*?exist\.\s+╵\s*/g, ''),
  ]).toEqual([0, '']);
  return stdout;
}

interface Resource {
  readonly Type: string;
  readonly Condition?: string;
  readonly Properties: Readonly<Record<string, unknown>> & {
    readonly Dimensions?: readonly { Name: string; Value: string }[];
  };
}
/** The alarms of the template, in plain words. */
function alarmsIn({ Resources }: Alone, name: string) {
  const said = JSON.stringify(Resources).replaceAll('{"Ref":"FunctionName"}', `"${name}"`);
  const filled = said.replaceAll(`{"Fn::Sub":"\${FunctionName}-died"}`, `"${name}-died"`);
  const found = Object.entries(JSON.parse(filled) as Record<string, Resource>);
  return Object.fromEntries(
    found
      .filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm')
      .map(([id, { Condition, Properties: one }]) => [
        id.replace('Alarm', '').toLowerCase(),
        {
          needsMetrics: Condition === 'WritesMetrics',
          tells: ['SilentAlarm', 'DiedAlarm'].includes(id),
          description: one.AlarmDescription,
          namespace: 'Rekey',
          metric: one.MetricName,
          dimensions: Object.fromEntries((one.Dimensions ?? []).map((at) => [at.Name, at.Value])),
          statistic: 'Sum',
          period: one.Period,
          evaluationPeriods: id === 'SilentAlarm' ? 2 : one.EvaluationPeriods,
          datapoints: one.DatapointsToAlarm ?? null,
          threshold: 1,
          comparison: one.ComparisonOperator,
          missing: one.TreatMissingData,
        },
      ]),
  );
}

describe.skipIf(terraform === undefined)('the Terraform module', () => {
  it('is laid out as Terraform lays it out', async () => {
    expect(await terraformRun('fmt', '-check', '-recursive', module)).toBe('');
  });

  // Without a VPC, with one, with a topic's key and without.
  it.each([
    ['mysql-single-user', {}],
    ['postgres-alternating-users', { ...lists, SubnetIds: ['subnet-a'], SecretAccountId: ['000000000000'] }],
    ['datadog-api-key', { ...admins, TopicKeyArn: ['arn:topic-key'] }],
    ['parameter-generated-value', { ParameterArns: ['arn:p'] }],
    ['watch', {}],
  ])('gives %s the statements that the stack gives it', async (key, arns: Record<string, string[]>) => {
    const folder = await folderOf(alone(blocks, key));
    const name = `rekey-${key}`;
    const state = join(folder, 'state');
    const values = {
      package: folder,
      place: {
        partition: place.partition,
        region: place.region,
        account: place.accountId,
        suffix: 'amazonaws.com',
        name,
        log: logOf(name),
        topic: 'arn:topic',
        scheduler: 'arn:scheduler',
        secret_account: arns.SecretAccountId?.[0] ?? '',
      },
      arns,
    };
    await writeFile(join(folder, 'values.json'), JSON.stringify(values));

    const from = `-chdir=${join(module, 'rights')}`;
    await terraformRun(from, 'apply', '-auto-approve', `-state=${state}`, `-var-file=${join(folder, 'values.json')}`);

    expect(readdirSync(join(module, 'rights'))).toEqual(['main.tf']);
    const { statements, alarms, died } = JSON.parse(await terraformRun('output', `-state=${state}`, '-json'));
    const { DatadogAdminSecretArns, TopicKeyArn, SecretAccountId, ...same } = arns;
    const ofStack = roleFor(name, blocks[key]?.may ?? [], place, {
      ...same,
      ...(DatadogAdminSecretArns && { AdminSecretArns: DatadogAdminSecretArns }),
      RotationTopic: 'arn:topic',
      'Scheduler.Arn': 'arn:scheduler',
      ...(SecretAccountId && { SecretAccountId: SecretAccountId[0] ?? '' }),
      ...(TopicKeyArn && { TopicKeyArn: TopicKeyArn[0] ?? '' }),
    }).filter(({ Sid }) => TopicKeyArn !== undefined || Sid !== 'UseTopicKeyThroughTopic');
    expect(alarms.value).toEqual(alarmsIn(alone(blocks, key), name));
    expect(died.value).toMatchObject({ metric: `${name}-died`, pattern: expect.stringContaining('?"Task timed out"') });
    expect(statements.value).toEqual(ofStack.map((one) => ({ ...one, Resource: [one.Resource].flat() })));
  });
});

it.skipIf(terraform === undefined)(
  'the Terraform module refuses a name that its function cannot live with, and a list that it has no right for',
  async () => {
    const folder = await folderOf(alone(blocks, 'rotation-events'));
    const same = {
      partition: 'aws',
      region: 'r',
      account: '1',
      suffix: 's',
      topic: 't',
      scheduler: 's',
      secret_account: '',
    };
    const plan = (name: string, arns = {}) => {
      const values = {
        package: folder,
        place: JSON.stringify({ ...same, name, log: 'l' }),
        arns: JSON.stringify(arns),
      };
      const given = Object.entries(values).map(([variable, value]) => `-var=${variable}=${value}`);
      const args = [`-chdir=${join(module, 'rights')}`, 'plan', '-no-color', '-lock=false', ...given];
      return run(terraform?.program ?? '', args, toolEnvironment);
    };

    expect((await plan('rekey-b-rotation-events')).status).toBe(0);
    const { status, stderr } = await plan('acme-rotation-events');
    expect([status, stderr.replace(/[\s│]+/g, ' ')]).toEqual([
      1,
      expect.stringContaining('The name has to match rekey-'),
    ]);
    const stray = await plan('rekey-rotation-events', { SuperuserSecretARNs: ['arn:s'], SubnetIds: ['subnet-a'] });
    expect([stray.status, stray.stderr.replace(/[\s│]+/g, ' ')]).toEqual([
      1,
      expect.stringContaining('this function has no right to be given to SuperuserSecretARNs. It takes none.'),
    ]);
  },
);

/** What the module decides before anything is made, in a module that needs no provider. The topic is of something made in the same apply. */
it.skipIf(terraform === undefined).each([
  ['a topic that is not made yet', { make_topic: 'false' }, [0, 0]],
  ['one of its own', { make_topic: 'true' }, [1, 1]],
  ['one of its own without a key', { make_topic: 'true', make_topic_key: 'false' }, [1, 0]],
])('the Terraform module plans with %s', async (_, given, [topics, keys]) => {
  const folder = await temporary();
  const decided = /^locals \{\n[\s\S]*?^\}/m.exec(read('examples/terraform/main.tf'))?.[0] ?? '';
  const lines = decided.split('\n').filter((line) => /^ {2}makes_\w+ +=/.test(line));
  const made = ['topic', 'topic_key'].map(
    (one) => `resource "terraform_data" "${one}" {\n  count = local.makes_${one} ? 1 : 0\n}`,
  );
  const text = `locals {\n${lines.join('\n')}\n}\nresource "terraform_data" "other" {}\n${made.join('\n')}\n`;
  await writeFile(join(folder, 'main.tf'), text.replaceAll('var.topic_arn', 'terraform_data.other.id'));
  await copyFile(join(module, 'variables.tf'), join(folder, 'variables.tf'));

  const values = Object.entries({ package: 'p', name: 'n', ...given }).map(([name, value]) => `-var=${name}=${value}`);
  const told = await terraformRun(`-chdir=${folder}`, 'plan', '-no-color', ...values);

  const count = (one: string) => told.split(`# terraform_data.${one}[0]`).length - 1;
  expect([count('topic'), count('topic_key')]).toEqual([topics, keys]);
});

it.skipIf(terraform === undefined)('the Terraform module knows its alarms before it knows its topic', async () => {
  const folder = await folderOf(alone(blocks, 'watch'));
  const strings = {
    partition: 'aws',
    region: 'r',
    account: '1',
    suffix: 's',
    name: 'n-watch',
    log: 'l',
    scheduler: 's',
  };
  const place = Object.entries({ ...strings, secret_account: '' }).map(([key, value]) => `${key} = "${value}"`);
  const text = `resource "terraform_data" "other" {}
module "rights" {
  source  = "${join(module, 'rights')}"
  package = "${folder}"
  arns    = {}
  place   = { ${[...place, 'topic = terraform_data.other.id', ''].join('\n')} }
}
resource "terraform_data" "alarm" {
  for_each = module.rights.alarms
  input    = each.value.metric
}
`;
  await writeFile(join(folder, 'main.tf'), text);
  await terraformRun(`-chdir=${folder}`, 'init', '-no-color');
  const told = await terraformRun(`-chdir=${folder}`, 'plan', '-no-color');

  expect([...told.matchAll(/terraform_data\.alarm\["(\w+)"\]/g)].map(([, one]) => one)).toEqual([
    'died',
    'failed',
    'overdue',
    'silent',
    'stuck',
  ]);
  expect(told).toContain('"n-watch-died"');
});

it('alarms go to the topic that is given for them, and else to the one of the messages', () => {
  expect(read('examples/terraform/main.tf')).toContain(
    `alarm_actions       = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : each.value.tells ? [local.topic] : []`,
  );
});

it('the topic and its key are made as the module decided', () => {
  const counts = [...read('examples/terraform/topic.tf').matchAll(/"(aws_\w+)" "\w+" \{\n {2}count += (\S+)/g)];
  expect(counts.map(([, type, count]) => [type, count])).toEqual([
    ['aws_kms_key', 'local.makes_topic_key'],
    ['aws_sns_topic', 'local.makes_topic'],
  ]);
});

it('the function writes the metrics that its alarms look at, unless told not to', () => {
  const text = read('examples/terraform/main.tf');

  expect(text).toContain('var.metrics ? { METRICS = var.name } : {},');
  expect(text).toContain('for name, one in module.rights.alarms : name => one if var.metrics || !one.needsMetrics');
});

describe('what the module says to the AWS provider', () => {
  interface Arguments {
    readonly arguments: Readonly<Record<string, 'required' | 'optional'>>;
    readonly blocks?: Readonly<Record<string, Arguments>>;
  }
  const { resources } = JSON.parse(read('test/vectors/terraform-aws.json')) as { resources: Record<string, Arguments> };
  const META = ['count', 'depends_on', 'for_each', 'lifecycle', 'provider'];
  const text = readdirSync(module)
    .filter((file) => file.endsWith('.tf'))
    .map((file) => read(`examples/terraform/${file}`))
    .join('\n');
  /** `terraform fmt` has seen to it that arguments of a resource stand two spaces in, and those of a block in it four. */
  const found = [...text.matchAll(/^resource "(\w+)" "(\w+)" \{\n([\s\S]*?)^\}/gm)].map(
    ([, type = '', name = '', body = '']) => ({ type, name, body }),
  );

  it.each(found)('$type.$name has arguments that it knows, and those that it needs', ({ type, body }) => {
    const known = resources[type];
    const given = [...body.matchAll(/^ {2}(\w+) += /gm)].map(([, argument = '']) => argument);
    const nested = [...body.matchAll(/^ {2}(?:dynamic "(\w+)"|(\w+)) \{\n([\s\S]*?)^ {2}\}/gm)];

    expect(known).toBeDefined();
    expect(given.filter((one) => !META.includes(one) && !(one in (known?.arguments ?? {})))).toEqual([]);
    const needed = Object.entries(known?.arguments ?? {}).filter(([, need]) => need === 'required');
    expect(given).toEqual(expect.arrayContaining(needed.map(([one]) => one)));
    for (const [, dynamic, plain = dynamic, inner = ''] of nested) {
      const inside = [...inner.matchAll(/^ {4,6}(\w+) += /gm)].map(([, one = '']) => one);
      const block = known?.blocks?.[plain ?? ''];
      expect(block, plain).toBeDefined();
      expect(inside.filter((one) => !META.includes(one) && !(one in (block?.arguments ?? {})))).toEqual([]);
    }
  });

  it('is said of nothing that is not there', () => {
    const declared = new Set([
      ...found.map(({ type, name }) => `${type}.${name}`),
      ...[...text.matchAll(/^data "(\w+)" "(\w+)"/gm)].map(([, type, name]) => `data.${type}.${name}`),
      ...[...text.matchAll(/^variable "(\w+)"/gm)].map(([, name]) => `var.${name}`),
      ...[...text.matchAll(/^ {2}(\w+) += /gm)].map(([, name]) => `local.${name}`),
    ]);
    const used = [...text.matchAll(/(?<![\w".])(data\.\w+\.\w+|(?:aws_\w+)\.\w+|var\.\w+|local\.\w+)/g)].map(
      ([one]) => one,
    );

    expect(found.length).toBeGreaterThan(10);
    expect(used.filter((one) => !declared.has(one))).toEqual([]);
  });
});
