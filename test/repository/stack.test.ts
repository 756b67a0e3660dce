import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { choose } from '../../tools/stack/choose.ts';
import { rightNames } from '../../tools/stack/rights.ts';
import { run } from '../local/command.ts';
import { isWholeMatrix, sampled } from '../support/matrix.ts';
import { patience } from '../support/patience.ts';
import { findTool, toolEnvironment } from '../support/tool.ts';
import { type Blocks, kindOf, naming, templateOf, theBlocks, unresolved, type Whole } from './stack.ts';
import { makePackage, serverless } from './template.ts';

const all = await theBlocks();
const names = Object.keys(all);
const only = (...keys: string[]): Blocks => choose(all, keys.join());
const choices = names.flatMap((one, at) => names.slice(at).map((other) => [...new Set([one, other])]));

describe('functions are chosen', () => {
  it('by names and globs, and stay in their order', () => {
    expect(Object.keys(choose(all, ' sendgrid,datadog-*, iam'))).toEqual([
      'datadog-api-key',
      'datadog-application-key',
      'iam',
      'sendgrid',
    ]);
    expect(Object.keys(choose(all, '*'))).toEqual(names);
  });

  it.each([
    ['sendgird', 'no function is named sendgird, did you mean sendgrid?'],
    ['postgres_single_user', 'did you mean postgres-single-user or postgres-single-user-parameter?'],
    ['postgress-single-user', 'did you mean postgres-single-user'],
    ['MySQL-dual-password', 'did you mean mysql-dual-password?'],
    ['zzz', `no function is named zzz. There are ${Object.keys(all).slice(0, 2).join(', ')}, `],
    ['sendgrid,(', 'no function is named (. There are'],
    [' , ', 'none is named. There are'],
  ])('and %s is an error that helps', (wanted, message) => {
    expect(() => choose(all, wanted)).toThrow(message);
  });

  it('in every command of Serverless, which ends where a name is nobody’s', async () => {
    const wrong = serverless('print', '--param', 'functions=sendgird').then(
      () => '',
      (error: { stdout: string; stderr: string }) => `${error.stdout}${error.stderr}`,
    );

    expect(await wrong).toContain('did you mean sendgrid?');
  });

  it('for a deployment: those that need nothing but the secret, and the daily look, unless it says more', async () => {
    const { custom } = JSON.parse(await serverless('print', '--format', 'json'));

    expect(custom.functions.otherwise).toBe('*');
    const chosen = Object.values(choose(all, custom.functions.deploy));
    const rights = chosen.map(({ may = [] }) => may.join());
    expect(rights.toSorted()).toEqual(['lookOver', ...rights.slice(1).map(() => 'rotate,listVersions')]);
    expect(chosen.map(({ name }) => name)).toContain('rekey-dev-postgres-single-user');
  });
});

describe('a template', () => {
  it('of one function, and of any two, names nothing that it lacks, and asks for nothing that it does not use', () => {
    const faults = choices.flatMap((keys) => {
      const template = templateOf(only(...keys));
      const { Parameters, Conditions, ...rest } = template;
      const text = JSON.stringify([rest, Object.values(Conditions)]);
      const idle = Object.keys({ ...Parameters, ...Conditions }).filter(
        (id) => !new RegExp(`["{]${id}["}]`).test(text),
      );
      return [...unresolved(template), ...idle].map((id) => `${keys}: ${id}`);
    });

    expect(choices.length).toBeGreaterThan(500);
    expect(faults).toEqual([]);
  });

  it(
    'of two functions is what Serverless packages, and nothing of another is in it',
    async () => {
      const keys = ['sendgrid', 'parameter-events'];

      const { resources, outputs, remove } = await makePackage(`functions=${keys}`, 'subnet-ids=subnet-a');
      onTestFinished(remove);

      const { Resources, Outputs } = templateOf(only(...keys), { 'subnet-ids': 'subnet-a' });
      const ofServerless = Object.keys(resources).filter((id) => !/^Serverless|EventBridge/.test(id));
      expect(new Set(ofServerless)).toEqual(
        new Set(Object.keys(Resources).filter((id) => !/^Serverless|EventBridge/.test(id))),
      );
      expect(resources).toMatchObject(stackOnly(Resources));
      expect(outputs).toMatchObject(Outputs);
      for (const key of keys) {
        const id = naming.getLambdaLogicalId(key);
        const { VpcConfig, Environment } = (Resources[id] as { Properties: object }).Properties as Record<
          string,
          object
        >;
        expect(resources[id]?.Properties).toMatchObject({ VpcConfig, Environment });
      }
    },
    patience(120_000),
  );

  it('gives the values of the deployment as defaults', () => {
    const { Parameters } = templateOf(only('mysql-single-user'), { 'subnet-ids': 'a,b', 'password-length': '40' });

    expect(Parameters).toMatchObject({
      SubnetIds: { Type: 'CommaDelimitedList', Default: 'a,b' },
      PasswordLength: { Type: 'String', Default: '40' },
      NotifyChecks: { Default: 'on' },
    });
    expect(Parameters).not.toHaveProperty('AdminSecretArns');
  });

  it('has the values of one function, or of a group, in its own resources, and asks for none of them', () => {
    const given = { 'subnet-ids': 'all', 'mysql-*/subnet-ids': 'a,b', 'sendgrid/mirror-parameter-arns': 'arn:m' };

    const { Resources, Parameters } = templateOf(only('mysql-single-user', 'sendgrid', 'iam'), given);

    const vpcs = ['mysql-single-user', 'iam'].map((key) => networkOf(Resources, key));
    expect(vpcs).toMatchObject([{ SubnetIds: ['a', 'b'] }, { 'Fn::If': ['InVpc', {}, {}] }]);
    expect(JSON.stringify(Resources.SendgridRole)).toContain('"Resource":["arn:m"]');
    expect(JSON.stringify(Resources.IamRole)).not.toContain('ssm:PutParameter');
    expect(Parameters).toMatchObject({ SubnetIds: { Default: 'all' } });
    expect(Parameters).not.toHaveProperty('MirrorParameterArns');
  });

  it('lets no function write the mirror of another: of which one it is has to be said, but where there is one only', () => {
    const given = { 'mirror-parameter-arns': 'arn:m' };

    const { Resources, Parameters } = templateOf(only('sendgrid'), given);

    expect(JSON.stringify(Resources.SendgridRole)).toContain('"Resource":{"Ref":"MirrorParameterArns"}');
    expect(Parameters).toMatchObject({ MirrorParameterArns: { Default: 'arn:m' } });
    expect(() => templateOf(only('sendgrid', 'iam'), given)).toThrow(
      'mirror-parameter-arns: of which function? Say iam/mirror-parameter-arns',
    );
  });

  it('has the admin secrets of each provider apart, and one name for all only where there is one provider', () => {
    const given = { 'admin-secret-arns': 'arn:a' };

    const { Parameters } = templateOf(only('datadog-api-key', 'datadog-application-key', 'iam'), given);

    expect(Parameters).toMatchObject({ DatadogAdminSecretArns: { Default: 'arn:a' } });
    expect(() => templateOf(only('datadog-api-key', 'sendgrid'), given)).toThrow(
      'of which vendor? Say datadog-admin-secret-arns, sendgrid-admin-secret-arns',
    );
  });

  it.each([
    ['subnet-id', ', did you mean subnet-ids? There are'],
    ['mysql-*/subnets', ', did you mean subnet-ids? There are'],
    ['sendgrid/', '. There are'],
  ])('has no parameter %s, and says so', (name, guess) => {
    expect(() => templateOf(only('mysql-single-user'), { [name]: 'x' })).toThrow(
      `no parameter is named ${name}${guess} functions, `,
    );
  });

  it('has rights of every name that a block may give', () => {
    expect(new Set(names.flatMap((key) => all[key]?.may ?? []))).toEqual(new Set(rightNames));
  });
});

const networkOf = (resources: Whole['Resources'], key: string) =>
  (resources[naming.getLambdaLogicalId(key)] as { Properties: { VpcConfig: unknown } }).Properties.VpcConfig;

/** What tools/stack makes, whole. */
const stackOnly = (resources: Whole['Resources']) =>
  Object.fromEntries(
    Object.entries(resources).filter(([id]) => !/LambdaFunction$|LogGroup$|^Serverless|EventBridge/.test(id)),
  );

const cfnLint = await findTool({ engine: 'cfn-lint', name: 'cfn-lint', parameters: ['--version'] });

describe.skipIf(cfnLint === undefined)('cfn-lint', () => {
  /** Functions of one kind differ in names only, so each kind stands for its members, and two of a kind for a pair of it. */
  const kinds = Object.values(Object.groupBy(names, (key) => kindOf(key, all[key] as Blocks[string])));
  const ofPairs = kinds.flatMap(([one = '', two = one] = [], at) => [
    [one, two],
    ...kinds.slice(at + 1).map(([other = ''] = []) => [one, other]),
  ]);

  it(
    `finds no error in a template of a function of ${isWholeMatrix ? 'each kind, of any two kinds' : 'some kinds, of some pairs of kinds'}, and of all`,
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'rekey-templates-'));
      onTestFinished(() => rm(folder, { recursive: true }));
      // Half a minute for all the pairs; the tests above look for what is lacking in every one.
      const ofOne = kinds.map(([one = ''] = []) => [one]);
      const chosen = [...sampled(ofOne, 4), ...sampled(ofPairs, 6), names];
      const templates = chosen.map((keys, at) => ({ file: join(folder, `${at}.json`), keys }));
      await Promise.all(
        templates.map(({ file, keys }) =>
          writeFile(file, JSON.stringify({ AWSTemplateFormatVersion: '2010-09-09', ...templateOf(only(...keys)) })),
        ),
      );

      const { stdout } = await run(
        cfnLint?.program ?? '',
        ['--ignore-checks', 'W', '--format', 'json', '--template', ...templates.map(({ file }) => file)],
        toolEnvironment,
      );

      expect(templates.length).toBeGreaterThan(isWholeMatrix ? 60 : 10);
      expect(JSON.parse(stdout)).toEqual([]);
    },
    patience(240_000),
  );

  it(
    'would find one',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'rekey-templates-'));
      onTestFinished(() => rm(folder, { recursive: true }));
      const { Resources, ...rest } = templateOf(only('sendgrid'));
      const { RotationTopic, ...others } = Resources;
      await writeFile(join(folder, 'a.json'), JSON.stringify({ ...rest, Resources: others }));

      const { stdout } = await run(
        cfnLint?.program ?? '',
        ['--ignore-checks', 'W', '--format', 'json', '--template', join(folder, 'a.json')],
        toolEnvironment,
      );

      expect(RotationTopic).toBeDefined();
      expect(stdout).toContain('RotationTopic');
    },
    patience(60_000),
  );
});
