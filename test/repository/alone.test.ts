import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { plainOf } from '../../tools/stack/plain.ts';
import { run } from '../local/command.ts';
import { isWholeMatrix, sampled } from '../support/matrix.ts';
import { patience } from '../support/patience.ts';
import { findTool, toolEnvironment } from '../support/tool.ts';
import { alone, DIGEST, temporary, together } from './alone.ts';
import { root } from './files.ts';
import { theBlocks, unresolved } from './stack.ts';
import { oneAtATime, type Resource } from './template.ts';

const blocks = await theBlocks();
const keys = Object.keys(blocks);
const templates = keys.map((key) => [key, alone(blocks, key)] as const);
/** CloudFormation takes a template of this size without a bucket. */
const DIRECT = 51_200;
const OF_SERVERLESS = /Serverless[A-Z]|rekey-dev|\$\{(self|opt|param|file|sls)/;

describe.each(templates)('%s alone', (key, template) => {
  const text = JSON.stringify(template);

  it('names nothing that it lacks, nothing of Serverless, and no name of its own', () => {
    expect(unresolved(template)).toEqual([]);
    expect(text.match(OF_SERVERLESS)).toBeNull();
    expect(Object.keys(template.Resources)).toEqual(expect.arrayContaining(['Function', 'Role', 'Log']));
    expect(text.length).toBeLessThan(DIRECT);
  });

  it('has the rights, and everything else, that it has in a stack', () => {
    const { Resources } = together(blocks, key);

    const role = Object.entries(Resources).find(([id]) => id.endsWith('Role'))?.[1];
    const own = withName(template.Resources.Role, `rekey-dev-${key}`);
    expect(statementsOf(own)).toEqual(statementsOf(plainIds(role)));
    const kinds = (all: object) => Object.values(all as Record<string, Resource>).map(({ Type }) => Type);
    expect(kinds(template.Resources).toSorted()).toEqual(
      kinds(Resources)
        .filter((type) => type !== 'AWS::S3::Bucket')
        .toSorted(),
    );
  });

  it('takes its zip from a bucket, and another zip from another key', () => {
    const { Code } = (template.Resources.Function as unknown as Resource).Properties;

    expect(Code).toEqual({ S3Bucket: { Ref: 'CodeBucket' }, S3Key: { Ref: 'CodeKey' } });
    expect(template.Parameters.CodeBucket).not.toHaveProperty('Default');
    expect(template.Parameters.CodeKey).toMatchObject({ Default: `rekey/${key}-${DIGEST.slice(0, 16)}.zip` });
  });
});

/** With the name filled in, as the stack has it. */
const withName = (part: unknown, name: string): unknown =>
  JSON.parse(JSON.stringify(part).replaceAll(`\${FunctionName}`, name));

/** The ids of a stack begin with the function's. */
const plainIds = (part: unknown): unknown =>
  JSON.parse(
    JSON.stringify(part)
      .replace(/\w+(LogGroup\.Arn\})/g, 'Log.Arn}')
      .replace(/"\w+Scheduler"/g, '"Scheduler"'),
  );

/** What differs for a reason: the topic may come from elsewhere. */
function statementsOf(role: unknown): unknown[] {
  const [{ PolicyDocument }] = (role as Resource).Properties.Policies as [{ PolicyDocument: { Statement: unknown[] } }];
  return PolicyDocument.Statement.map((statement) =>
    JSON.parse(JSON.stringify(statement), (_, value) => {
      const [condition, then] = value?.['Fn::If'] ?? [];
      return condition === 'MakesTopic' ? then : value;
    }),
  );
}

it('who looks at secrets of others is told in a stack which functions it has, and alone looks at any name', () => {
  const settings = (one: object) => JSON.stringify(one).match(/"STACK_FUNCTIONS":"[^"]*"/)?.[0];

  expect(settings(together(blocks, 'watch'))).toBe('"STACK_FUNCTIONS":"watch"');
  expect(settings(together(blocks, 'rotation-events'))).toBe('"STACK_FUNCTIONS":"rotation-events"');
  expect(settings(together(blocks, 'sendgrid'))).toBeUndefined();
  expect(settings(alone(blocks, 'watch'))).toBeUndefined();
});

it.each(['watch', 'rotation-events'])(
  '%s may be told which stacks others look after, and no other function is asked',
  (key) => {
    const { Resources, Parameters } = alone(blocks, key);
    const { Environment } = (Resources.Function as unknown as Resource).Properties;

    expect(Environment).toMatchObject({
      Variables: { OTHER_STACKS: { 'Fn::If': ['SetsOtherStacks', { Ref: 'OtherStacks' }, { Ref: 'AWS::NoValue' }] } },
    });
    expect(Parameters.OtherStacks).toMatchObject({ Default: '' });
    expect(alone(blocks, 'sendgrid').Parameters.OtherStacks).toBeUndefined();
  },
);

it.each([
  ['watch', ['rekey-watch', 'acme-watch', 'rekey-b-watch'], ['rekey-look', 'rekey-watch-b', `${'x'.repeat(60)}watch`]],
  ['rotation-events', ['rekey-rotation-events', 'rekey-b-rotation-events'], ['acme-rotation-events', 'rekey-events']],
  ['sendgrid', ['rekey-sendgrid', 'acme'], ['a.b', 'x'.repeat(65)]],
])('%s is called only what it can live with', (key, right, wrong) => {
  const made = alone(blocks, key);
  const { AllowedPattern = '', Default = '' } = made.Parameters.FunctionName as Record<string, string>;
  const isAllowed = (name: string) => new RegExp(`^(${AllowedPattern})$`).test(name);

  expect([Default, ...right].filter((name) => !isAllowed(name))).toEqual([]);
  expect(wrong.filter(isAllowed)).toEqual([]);
  expect(plainOf(made).namePattern).toBe(AllowedPattern);
});

describe('a topic of another stack', () => {
  it('is told of rotations, and none is made', () => {
    const template = alone(blocks, 'watch');
    const { RotationTopic, TopicKey } = template.Resources as unknown as Record<string, Resource>;

    expect(RotationTopic?.Condition).toBe('MakesTopic');
    expect(TopicKey?.Condition).toBe('MakesTopicKey');
    expect(JSON.stringify(template.Conditions.MakesTopicKey)).toContain('{"Condition":"MakesTopic"}');
    expect(JSON.stringify(template.Outputs.RotationTopicArn)).toContain('{"Ref":"TopicArn"}');
  });

  it('comes with the key that its own stack gives, where it has one', () => {
    const key = {
      Condition: 'HasTopicKey',
      Value: { 'Fn::If': ['MakesTopicKey', { 'Fn::GetAtt': ['TopicKey', 'Arn'] }, { Ref: 'TopicKeyArn' }] },
    };

    expect(together(blocks, 'watch').Outputs.TopicKeyArn).toMatchObject(key);
    expect(alone(blocks, 'watch').Outputs.TopicKeyArn).toMatchObject(key);
  });
});

const cfnLint = await findTool({ engine: 'cfn-lint', name: 'cfn-lint', parameters: ['--version'] });

it.skipIf(cfnLint === undefined)(
  `cfn-lint finds no error in the template of ${isWholeMatrix ? 'any' : 'some'} function`,
  async () => {
    const folder = await temporary();
    const files = sampled(templates, 4).map(([key, template]) => ({ file: join(folder, `${key}.json`), template }));
    await Promise.all(files.map(({ file, template }) => writeFile(file, JSON.stringify(template))));

    const { stdout } = await run(
      cfnLint?.program ?? '',
      ['--ignore-checks', 'W', '--format', 'json', '--template', ...files.map(({ file }) => file)],
      toolEnvironment,
    );

    expect(files.length).toBeGreaterThan(isWholeMatrix ? 30 : 3);
    expect(JSON.parse(stdout)).toEqual([]);
  },
  patience(240_000),
);

it(
  'npm run package -- --function leaves a zip, a template and what Terraform reads',
  async () => {
    const folder = await temporary();

    const args = [join(root, 'tools/package.mjs'), '--function', 'parameter-events', '--package', folder];
    const env = { PATH: process.env.PATH ?? '', HOME: folder };
    const { status, stdout, stderr } = await oneAtATime(() => run(process.execPath, args, env));

    expect([status, stderr]).toEqual([0, '']);
    const [, digest = ''] = /sha256 (\w+)/.exec(stdout) ?? [];
    const read = async (name: string) => JSON.parse(await readFile(join(folder, 'parameter-events', name), 'utf8'));
    const [zip, template, plain] = await Promise.all([
      readFile(join(folder, 'parameter-events/code.zip')),
      read('template.json'),
      read('function.json'),
    ]);
    expect(zip.subarray(0, 2).toString()).toBe('PK');
    const { Resources } = alone(blocks, 'parameter-events');
    expect(statementsOf(template.Resources.Role)).toEqual(statementsOf(Resources.Role));
    expect(template.Parameters.CodeKey.Default).toContain(digest.slice(0, 16));
    expect(JSON.stringify(template).match(OF_SERVERLESS)).toBeNull();
    expect(plain).toMatchObject({ handler: 'dist/parameter-events/index.policyEvents', rotates: false });
    expect(JSON.parse(plain.pattern)).toMatchObject({ source: ['aws.ssm'] });
  },
  patience(120_000),
);

/** Of what somebody typed. */
async function packaged(...args: string[]) {
  const folder = await temporary();
  const all = [join(root, 'tools/package.mjs'), ...args, '--package', folder];
  return oneAtATime(() => run(process.execPath, all, { PATH: process.env.PATH ?? '', HOME: folder }));
}

it.each([
  ['nobody’s', ['--function', 'sendgird'], 'did you mean sendgrid?'],
  ['not said', ['--function'], '--function NAME: name one function'],
  ['empty', ['--function='], '--function NAME: name one function'],
])('a name that is %s ends in an error', async (_, args, message) => {
  const { status, stderr } = await packaged(...args);

  expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
});

it(
  'a region without RDS roots is told when it is packaged for, where the function uses them',
  async () => {
    const warned = await packaged('--function', 'redshift-single-user', '--region', 'cn-north-1');
    const silent = await packaged('--function', 'sendgrid', '--region', 'cn-north-1');
    const gov = await packaged('--function', 'redshift-single-user', '--region', 'us-gov-west-1');

    expect([warned.status, warned.stderr]).toEqual([
      0,
      expect.stringMatching(/^rekey: there are no RDS roots of cn-north-1/),
    ]);
    expect([silent.status, silent.stderr]).toEqual([0, '']);
    for (const { stdout } of [warned, silent]) expect(stdout).not.toContain('RDS roots');
    expect([gov.stderr, gov.stdout]).toEqual(['', expect.stringMatching(/^ +has the RDS roots of us-gov-west-1$/m)]);
  },
  patience(240_000),
);
