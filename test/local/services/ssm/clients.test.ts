import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../../../local/sandbox.ts';
import { awsAt, findAwsCli } from '../../../support/aws-cli.ts';
import { findBoto3, runPython } from '../../../support/boto3.ts';

const cli = await findAwsCli();
const python = await findBoto3();

let sandbox: Sandbox;
let folder: string;

beforeAll(async () => {
  sandbox = await startSandbox();
  folder = mkdtempSync(join(tmpdir(), 'rekey-ssm-'));
});
afterAll(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true });
});

describe.skipIf(!cli)('the AWS CLI', () => {
  let aws: ReturnType<typeof awsAt>;
  beforeAll(() => {
    if (cli) aws = awsAt(sandbox.url, folder, cli);
  });

  it('puts a parameter, labels it and reads it by its label', async () => {
    const file = join(folder, 'value');
    writeFileSync(file, 'hunter2');
    const name = ['--name', '/cli/key'];
    await aws('ssm', 'put-parameter', ...name, '--type', 'SecureString', '--value', `file://${file}`);

    const labelled = await aws('ssm', 'label-parameter-version', ...name, '--labels', 'current', '1st');
    const read = await aws('ssm', 'get-parameter', '--name', '/cli/key:current', '--with-decryption');

    expect(labelled.output).toEqual({ InvalidLabels: ['1st'], ParameterVersion: 1 });
    expect(read.output.Parameter).toMatchObject({ Value: 'hunter2', Selector: ':current', DataType: 'text' });
  });

  it('shows an error that has no text', async () => {
    const { status, stderr } = await aws('ssm', 'get-parameter', '--name', 'nope');

    expect(status).toBe(cli?.refused);
    expect(stderr).toMatch(/^An error occurred \(ParameterNotFound\) when calling the GetParameter operation:/);
  });

  it('makes a schedule that invokes a function', async () => {
    const invoked: unknown[] = [];
    const arn = sandbox.functions.register('rotate', { handler: (event: object) => void invoked.push(event) });
    const target = { Arn: arn, RoleArn: 'arn:aws:iam::123456789012:role/r', Input: '{"parameter":"/cli/key"}' };
    const created = await aws(
      ...['scheduler', 'create-schedule', '--name', 'nightly', '--schedule-expression', 'rate(30 days)'],
      ...['--flexible-time-window', 'Mode=OFF', '--target', JSON.stringify(target)],
    );

    await sandbox.scheduler.run('nightly');

    const shown = await aws('scheduler', 'get-schedule', '--name', 'nightly');
    expect(shown.output.Arn).toBe(created.output.ScheduleArn);
    expect(invoked).toEqual([{ parameter: '/cli/key' }]);
  });
});

it.skipIf(!python)('boto3 takes the sandbox for AWS', async () => {
  const script = fileURLToPath(new URL('boto3.fixture.py', import.meta.url));
  await sandbox.reset();

  const { stdout, stderr } = await runPython(sandbox.url, script, python);

  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({
    put: [1, 'Standard'],
    invalid: ['AWSCURRENT'],
    history: [
      ['one', ['current']],
      ['two', []],
    ],
    year: new Date().getUTCFullYear(),
    current: 'one',
    hidden: true,
    both: ['nope'],
    pages: [2, 1],
    tags: [{ Key: 'team', Value: 'red' }],
    missing: ['ParameterNotFound', '', 400],
    exists: [
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
      400,
    ],
    token: ['InvalidNextToken', 'The specified token is not valid.', 400],
    schedule: true,
    noSchedule: ['ResourceNotFoundException', 'Schedule nope does not exist.', 404],
  });
});
