/** examples/cdk, with the CDK's own assertions. `npm ci --prefix examples/cdk` brings the CDK: 190 MB, so not to everybody. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { run } from '../local/command.ts';
import { alone, folderOf, temporary } from '../repository/alone.ts';
import { root } from '../repository/files.ts';
import { theBlocks } from '../repository/stack.ts';
import type { Resource } from '../repository/template.ts';
import { patience } from '../support/patience.ts';
import { announce, unavailable } from '../support/servers.ts';
import { findTool, toolEnvironment } from '../support/tool.ts';

const folder = join(root, 'examples/cdk');
const isHere = existsSync(join(folder, 'node_modules/aws-cdk-lib'));
const version = isHere ? createRequire(join(folder, 'x.js'))('aws-cdk-lib/package.json').version : '';
if (isHere) announce({ engine: 'aws-cdk-lib', server: 'examples/cdk', version });
else unavailable({ engine: 'aws-cdk-lib', reason: 'not installed: npm ci --prefix examples/cdk' });

const blocks = await theBlocks();

interface Synthesized {
  Resources: Record<string, Resource>;
  Parameters: Record<string, unknown>;
  Conditions: Record<string, unknown>;
}

async function synthesized(key: string, parameters: object, tokens = ''): Promise<Synthesized> {
  const { status, stdout, stderr } = await synth(key, parameters, tokens);
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout);
}

/** In a process of its own: the CDK and its types are not this project's. */
async function synth(key: string, parameters: object, tokens = '') {
  const made = await folderOf(alone(blocks, key));
  const props = { package: made, functionName: 'rekey-orders', parameters };
  const script = `
    import { App, Stack } from 'aws-cdk-lib';
    import { Template } from 'aws-cdk-lib/assertions';
    import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
    import { RekeyFunction } from ${JSON.stringify(pathToFileURL(join(folder, 'rekey-function.ts')).href)};
    const stack = new Stack(new App({ outdir: ${JSON.stringify(join(made, 'out'))} }), 'Orders');
    const props = ${JSON.stringify(props)};
    ${tokens}
    const { rotationLambda } = new RekeyFunction(stack, 'Rotation', props);
    Secret.fromSecretNameV2(stack, 'Secret', 'prod/orders').addRotationSchedule('Schedule', { rotationLambda });
    console.log(JSON.stringify(Template.fromStack(stack).toJSON()));`;
  return run(
    process.execPath,
    ['--input-type=module', '--eval', script],
    { PATH: process.env.PATH ?? '', HOME: made },
    { cwd: folder },
  );
}

it.skipIf(!isHere)('the construct has the rights of the template, under ids of its own', async () => {
  const key = 'mysql-dual-password';
  const { Resources, Parameters } = await synthesized(key, { SubnetIds: ['subnet-0aaa'], PasswordLength: '40' });

  const ofType = (type: string) => Object.values(Resources).filter(({ Type }) => Type === type);
  const actions = (role: unknown) => [...JSON.stringify(role).matchAll(/"(\w+:[A-Z]\w+\*?)"/g)].map(([, one]) => one);
  const { Role, Scheduler, FleetRole } = alone(blocks, key).Resources;
  const expected = [Role, Scheduler, FleetRole].map(actions);
  expect(ofType('AWS::IAM::Role').map(actions)).toEqual(expect.arrayContaining(expected));
  expect(ofType('AWS::IAM::Role')).toHaveLength(expected.length);
  expect(ofType('AWS::IAM::Policy')).toEqual([]);
  const [lambda] = ofType('AWS::Lambda::Function');
  expect(lambda?.Properties).toMatchObject({ FunctionName: 'rekey-orders', Handler: 'dist/mysql/index.dualPassword' });
  expect(JSON.stringify(lambda)).toContain('"SubnetIds":["subnet-0aaa"]');
  expect(JSON.stringify(lambda?.Properties.Code)).toContain('cdk-');
  expect(Object.keys(Parameters).filter((id) => /CodeBucket|CodeKey|FunctionName|PasswordLength/.test(id))).toEqual([]);
  const [schedule] = ofType('AWS::SecretsManager::RotationSchedule');
  expect(JSON.stringify(schedule?.Properties.RotationLambdaARN)).toMatch(/Fn::GetAtt.*Function/);
});

/** A resource that the stack makes has no value yet when the template is made: CloudFormation lets no condition look at it. */
it.skipIf(!isHere)(
  'values of resources that the stack makes are in no condition, and count as given',
  async () => {
    const template = await synthesized(
      'mysql-single-user',
      {},
      `const { CfnSubnet, CfnSecurityGroup } = await import('aws-cdk-lib/aws-ec2');
    const { CfnTopic } = await import('aws-cdk-lib/aws-sns');
    const subnet = new CfnSubnet(stack, 'Subnet', { vpcId: 'vpc-0123abcd', cidrBlock: '10.0.0.0/24' });
    const group = new CfnSecurityGroup(stack, 'Group', { groupDescription: 'rotation' });
    const topic = new CfnTopic(stack, 'Told', {});
    const alarms = new CfnTopic(stack, 'Pager', {});
    props.parameters = { SubnetIds: [subnet.ref], SecurityGroupIds: [group.attrGroupId], TopicArn: topic.ref,
      AlarmTopicArn: alarms.ref };`,
    );

    const { Conditions, Resources, Parameters } = template;
    const named = [...JSON.stringify(Conditions).matchAll(/"Ref":"(\w+)"|"Fn::GetAtt":\["(\w+)"/g)].map(
      ([, a, b]) => a ?? b,
    );
    expect(named.filter((id = '') => !(id in Parameters))).toEqual([]);
    const [lambda] = Object.values(Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
    expect(JSON.stringify(lambda?.Properties.VpcConfig)).toContain('"SubnetIds":[{"Ref":"Subnet"}]');
    const alarms = Object.values(Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
    expect(JSON.stringify(alarms).split('[{"Ref":"Pager"}]')).toHaveLength(3);
    expect(JSON.stringify(Conditions)).toContain('"Fn::Equals":["a value of the stack",""]');
    await lints(template);
  },
  patience(120_000),
);

it.skipIf(!isHere)('a schedule waits for the permission with which Secrets Manager calls the function', async () => {
  const { Resources } = await synthesized('mysql-single-user', {});

  const [permission] = Object.entries(Resources).filter(
    ([id, { Type }]) => Type === 'AWS::Lambda::Permission' && !/Account/.test(id),
  );
  const schedule = Object.values(Resources).find(({ Type }) => Type === 'AWS::SecretsManager::RotationSchedule');
  expect(permission).toBeDefined();
  // What names a resource is made after it.
  expect(JSON.stringify(schedule?.Properties.RotationLambdaARN)).toContain(`{"Ref":"${permission?.[0]}"}`);
});

/** Before anything is made: a misspelled name would else be a file that cannot be read, or a function that watches nothing. */
it.skipIf(!isHere).each([
  [
    'a package that is not there',
    'mysql-single-user',
    `const { cpSync } = await import('node:fs');
     const copy = (name) => cpSync(props.package + '/template.json', props.package + '/packages/' + name + '/template.json');
     for (const name of ['mysql-single-user', 'sendgrid']) copy(name);
     props.package += '/packages/mysql_singel-user';`,
    /no package of Rekey is in \S+mysql_singel-user, did you mean mysql-single-user\? There are mysql-single-user, sendgrid\. Or make it: npm run package -- --function mysql_singel-user/,
  ],
  [
    'a package where nothing was packaged',
    'mysql-single-user',
    `props.package = '/nowhere/.serverless/zip';`,
    /no package of Rekey is in \/nowhere\/\.serverless\/zip\. Or make it/,
  ],
  [
    'a parameter that it does not have',
    'mysql-single-user',
    `props.parameters = { SubnetIDs: ['subnet-0aaa'] };`,
    /has no parameter SubnetIDs, did you mean SubnetIds\? There are .*SecurityGroupIds/,
  ],
  [
    'a name that says of no stack what to watch',
    'watch',
    `props.functionName = 'rekey-look';`,
    /cannot be called rekey-look: its name has to match .*watch/,
  ],
])('%s is an error that names what there is', async (_, key, tokens, error) => {
  const { status, stderr } = await synth(key, {}, tokens);

  expect([status, stderr]).toEqual([1, expect.stringMatching(error)]);
});

const cfnLint = await findTool({ engine: 'cfn-lint', name: 'cfn-lint', parameters: ['--version'] });

async function lints(template: object): Promise<void> {
  if (cfnLint === undefined) return;
  const file = join(await temporary(), 'template.json');
  await writeFile(file, JSON.stringify(template));
  const parameters = ['--ignore-checks', 'W', '--format', 'json', '--template', file];
  const { stdout } = await run(cfnLint.program, parameters, toolEnvironment);
  expect(JSON.parse(stdout)).toEqual([]);
}
