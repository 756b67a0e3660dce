/** A stack is deployed, upgraded, loses a function, and goes: on moto's CloudFormation, which is not Amazon's. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { choose } from '../../tools/stack/choose.ts';
import { patience } from '../support/patience.ts';
import { findTool, toolEnvironment } from '../support/tool.ts';
import { alone } from './alone.ts';
import { root } from './files.ts';
import { templateOf, theBlocks } from './stack.ts';

const python = await findTool({
  engine: 'moto',
  name: 'python3',
  parameters: ['-c', 'import boto3, moto; print(moto.__version__)'],
});
const blocks = await theBlocks();

interface There {
  functions: Record<string, { sha: string; environment: Record<string, string> }>;
  roles: string[];
  topics: string[];
  subscriptions: number;
  machines: string[];
  logs: string[];
}
const GONE: There = { functions: {}, roles: [], topics: [], subscriptions: 0, machines: [], logs: [] };

async function played(steps: readonly object[]): Promise<There[]> {
  const child = spawn(python?.program ?? '', [join(root, 'test/repository/cloudformation.fixture.py')], {
    env: { ...toolEnvironment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdin.end(JSON.stringify(steps));
  const status = await new Promise((resolve) => child.once('close', resolve));
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout);
}

/** Without alarms, dashboards and the fleet: at an update, moto looks for what a condition leaves out. */
function stack(...keys: string[]): object {
  const { Resources, ...rest } = templateOf(choose(blocks, keys.join()));
  const kept = Object.entries(Resources).filter(
    ([, one]) => !/"AWS::CloudWatch|"MakesFleet"/.test(JSON.stringify(one)),
  );
  const Code = { S3Bucket: 'code', S3Key: 'v1.zip' };
  return JSON.parse(JSON.stringify({ ...rest, Resources: Object.fromEntries(kept) }), (name, value) =>
    name === 'Code' ? Code : value,
  );
}

describe.skipIf(python === undefined)('a stack', { timeout: patience(120_000) }, () => {
  it('of two functions is upgraded, loses one, and goes; the topic and its subscribers stay until then', async () => {
    const both = stack('mysql-single-user', 'mysql-dual-password');
    const name = { stack: 'rekey-dev' };

    const [made, subscribed, upgraded, one, gone] = await played([
      { ...name, do: 'create', template: both, parameters: {}, zips: { 'v1.zip': 'one' } },
      { ...name, do: 'subscribe' },
      { ...name, do: 'update', template: both, parameters: { PasswordLength: '40' } },
      { ...name, do: 'update', template: stack('mysql-single-user'), parameters: { PasswordLength: '40' } },
      { ...name, do: 'delete' },
    ]);

    const names = ['rekey-dev-mysql-dual-password', 'rekey-dev-mysql-single-user'];
    expect(Object.keys(made?.functions ?? {}).toSorted()).toEqual(names);
    expect(made?.roles).toHaveLength(3);
    const environmentOf = (there?: There) => there?.functions['rekey-dev-mysql-single-user']?.environment;
    expect(environmentOf(made)).not.toHaveProperty('PASSWORD_LENGTH');
    expect(environmentOf(upgraded)).toMatchObject({ PASSWORD_LENGTH: '40' });
    expect(Object.keys(one?.functions ?? {})).toEqual(names.slice(1));
    expect(one?.roles).toHaveLength(1);
    expect(one?.logs).toEqual(['/aws/lambda/rekey-dev-mysql-single-user']);
    expect([subscribed, upgraded, one].map((each) => [each?.topics, each?.subscriptions])).toEqual(
      [1, 2, 3].map(() => [made?.topics, 1]),
    );
    expect({ ...gone, subscriptions: 0 }).toEqual(GONE);
  });

  it('of one function alone is upgraded by another zip, and goes', async () => {
    const template = alone(blocks, 'postgres-alternating-users');
    const name = { stack: 'rekey-postgres', template };
    const first = { CodeBucket: 'code', CodeKey: 'v1.zip' };

    const [made, upgraded, gone] = await played([
      { ...name, do: 'create', parameters: first, zips: { 'v1.zip': 'one', 'v2.zip': 'two' } },
      { ...name, do: 'update', parameters: { ...first, CodeKey: 'v2.zip', SuperuserSecretArns: 'arn:s' } },
      { ...name, do: 'delete' },
    ]);

    const [before, after] = [made, upgraded].map((there) => there?.functions['rekey-postgres-alternating-users']);
    expect(before?.sha).toBeDefined();
    expect(after?.sha).not.toBe(before?.sha);
    expect(upgraded?.topics).toEqual(made?.topics);
    expect(gone).toEqual(GONE);
  });

  it('has a state machine where the fleet is asked for, and a role more', async () => {
    const name = { stack: 'rekey-mysql', template: alone(blocks, 'mysql-single-user') };
    const parameters = { CodeBucket: 'code', CodeKey: 'v1.zip', Fleet: 'on' };

    const [made, gone] = await played([
      { ...name, do: 'create', parameters, zips: { 'v1.zip': 'one' } },
      { ...name, do: 'delete' },
    ]);

    expect(made?.machines).toEqual(['rekey-mysql-single-user-fleet']);
    expect(made?.roles).toHaveLength(2);
    expect(gone).toEqual(GONE);
  });
});
