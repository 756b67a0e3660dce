import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../cli/commands.ts';
import { type Sandbox, startSandbox } from '../../local/sandbox.ts';
import { run } from '../local/command.ts';

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const rekey = (parameters: readonly string[], env: Record<string, string> = {}) =>
  run(process.execPath, [main, ...parameters], { AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nonexistent', ...env });
const credentials = { AWS_ACCESS_KEY_ID: 'AKIATEST', AWS_SECRET_ACCESS_KEY: 'test' };

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());

describe('rekey', () => {
  it.each([[['--help']], ...Object.keys(commands).map((name) => [[name, '--help']])])(
    '%j fits a screen',
    async (parameters) => {
      const { status, stdout, stderr } = await rekey(parameters);

      const lines = stdout.split('\n');
      expect([status, stderr]).toEqual([0, '']);
      expect(lines.length).toBeLessThanOrEqual(24);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    },
  );

  it.each([
    [[], 'rekey: no command\nhint: rekey --help lists the commands\n'],
    [['constructor'], "rekey: unknown command 'constructor'\nhint: rekey --help lists the commands\n"],
    [['costs'], "rekey: unknown command 'costs'\nhint: did you mean cost? rekey --help lists the commands\n"],
    [['cost', '--xyz'], "rekey cost: unknown option '--xyz'\nhint: rekey cost --help lists the options\n"],
    [
      ['cost', '--jsn'],
      "rekey cost: unknown option '--jsn'\nhint: did you mean --json? rekey cost --help lists the options\n",
    ],
    [
      ['cost', 'app'],
      'rekey cost: too many arguments. Expected 0 arguments but got 1\nhint: rekey cost --help lists the options\n',
    ],
    [['cost', '--region', 'Paris'], 'rekey cost: --region "Paris" is no region\nhint: a region looks like eu-west-1\n'],
    [
      ['cost', '--endpoint-url', 'localhost:4566'],
      'rekey cost: --endpoint-url "localhost:4566" is no address\nhint: an address looks like http://127.0.0.1:4566\n',
    ],
    [['cost'], 'rekey cost: no region is set\nhint: give --region, or set AWS_REGION\n'],
  ])('%j ends with 2, one fact and one hint', async (parameters, stderr) => {
    expect(await rekey(parameters)).toEqual({ status: 2, stdout: '', stderr });
  });

  it('ends with 1, a code, one fact and one hint when something outside fails', async () => {
    const { status, stdout, stderr } = await rekey(['cost', '--region', 'us-east-1', '--endpoint-url', sandbox.url]);

    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toBe(
      'rekey cost: ACCESS_DENIED: ListSecrets is denied (CredentialsProviderError)\n' +
        'hint: sign in, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY\n',
    );
  });

  it.each(['AWS_REGION', 'AWS_DEFAULT_REGION'])('reads the endpoint and %s from the environment', async (name) => {
    const env = { ...credentials, AWS_ENDPOINT_URL: sandbox.url, [name]: 'eu-west-2' };

    const { status, stdout, stderr } = await rekey(['cost', '--json'], env);

    expect([status, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, region: 'eu-west-2', totals: { now: 0 } });
  });

  it('stops at once, and in silence, when it is interrupted', async () => {
    sandbox.faults.add({ operation: 'ListSecrets', action: 'hang' });
    const env = { PATH: process.env.PATH, ...credentials, AWS_ENDPOINT_URL: sandbox.url, AWS_REGION: 'us-east-1' };
    const child = spawn(process.execPath, [main, 'cost'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const told = Promise.all([child.stdout.toArray(), child.stderr.toArray()]);
    await expect.poll(() => sandbox.faults.pending()).toEqual([]);

    child.kill('SIGINT');
    const [status] = await once(child, 'close');

    expect(status).toBe(130);
    expect((await told).flat()).toEqual([]);
  });
});
