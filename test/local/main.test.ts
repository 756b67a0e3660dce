import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { credentials } from './aws-request.ts';
import { run } from './command.ts';

const main = fileURLToPath(new URL('../../local/main.ts', import.meta.url));

/** Starts the sandbox's program; `told` is what it has printed so far. */
function start(...parameters: string[]) {
  const child = spawn(process.execPath, [main, ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] });
  const state = { told: '' };
  child.stdout.on('data', (chunk) => {
    state.told += chunk;
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  const address = async () => {
    await expect.poll(() => state.told).toContain('Ctrl-C');
    return /^sandbox ready on (http:\/\/127\.0\.0\.1:\d+)\n/.exec(state.told)?.[1] ?? '';
  };
  return { child, state, ended, address };
}

describe('npm run sandbox', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('answers until %s, then ends well', async (signal) => {
    const sandbox = start('--port', '0', '--database', 'none');
    const url = await sandbox.address();

    const health = await (await fetch(`${url}/_sandbox/health`)).json();
    sandbox.child.kill(signal);

    expect(health).toEqual({ status: 'ok' });
    expect(await sandbox.ended).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('says so when the port is in use', async () => {
    const sandbox = start('--port', '0', '--database', 'none');
    const { port } = new URL(await sandbox.address());

    const second = await run(process.execPath, [main, '--port', port, '--database', 'none']);
    sandbox.child.kill('SIGINT');
    await sandbox.ended;

    expect(second).toEqual({
      status: 1,
      stdout: '',
      stderr: `port ${port} is in use: choose another one with --port\n`,
    });
  });

  it.each([
    [['--port', 'x'], '--port x: not a port\nnpm run sandbox -- --help lists the options\n'],
    [['--database', 'oracle'], '--database oracle: no such database here\nchoose one of: postgres, none\n'],
    [['--fast'], "unknown option '--fast'\nnpm run sandbox -- --help lists the options\n"],
  ])('refuses %j', async (parameters, message) => {
    const { status, stderr } = await run(process.execPath, [main, ...parameters]);

    expect([status, stderr]).toEqual([2, message]);
  });

  it('explains itself', async () => {
    const { status, stdout } = await run(process.execPath, [main, '--help']);

    expect([status, stdout]).toEqual([0, expect.stringContaining('--database NAME')]);
  });

  it('rotates a secret of another region, and tells of it there', async () => {
    const sandbox = start('--port', '0');
    const endpoint = await sandbox.address();
    const secrets = new SecretsManager({ endpoint, region: 'eu-west-1', credentials });
    const file = /--secret-string file:\/\/(\S+)/.exec(sandbox.state.told)?.[1] ?? '';
    const RotationLambdaARN = 'arn:aws:lambda:eu-west-1:123456789012:function:rekey-postgres-single-user';

    const { ARN } = await secrets.createSecret({ Name: 'app', SecretString: readFileSync(file, 'utf8') });
    const { VersionId } = await secrets.rotateSecret({ SecretId: 'app', RotationLambdaARN });
    const current = async () => (await secrets.getSecretValue({ SecretId: 'app' })).VersionId;
    await expect.poll(current).toBe(VersionId);
    const messages = async () => (await fetch(`${endpoint}/_sandbox/messages`)).json();
    await expect.poll(messages).toHaveLength(1);
    const [{ topicArn, message }] = (await messages()) as [{ topicArn: string; message: string }];
    secrets.destroy();
    sandbox.child.kill('SIGINT');

    expect(await sandbox.ended).toBe(0);
    expect(topicArn).toBe('arn:aws:sns:eu-west-1:123456789012:rekey-rotations');
    expect(JSON.parse(message)).toMatchObject({ secret: { arn: ARN }, outcome: 'succeeded' });
  });

  it('prints commands for its database that hold no password', async () => {
    const sandbox = start('--port', '0');
    const url = await sandbox.address();

    const list = await fetch(url, {
      method: 'POST',
      headers: {
        'x-amz-target': 'secretsmanager.GetSecretValue',
        authorization: 'Credential=a/b/us-east-1/secretsmanager/aws4_request',
      },
      body: JSON.stringify({ SecretId: 'postgres-superuser' }),
    });
    const { SecretString } = (await list.json()) as { SecretString: string };
    sandbox.child.kill('SIGINT');

    expect(await sandbox.ended).toBe(0);
    expect(sandbox.state.told).toContain(
      `aws --endpoint-url ${url} secretsmanager create-secret --name app --secret-string file://`,
    );
    expect(sandbox.state.told).not.toContain(JSON.parse(SecretString).password);
  });
});
