import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { root } from '../docs/pages.ts';
import { run } from '../local/command.ts';
import { patience } from '../support/patience.ts';
import { startWorld } from './world.ts';

/** The Node of the tests, and the one of the machine, which may be too old for TypeScript. */
const nodes = [process.execPath, '/usr/bin/node'].filter((path) => existsSync(path));

describe('the packed tool', { timeout: patience(60_000) }, () => {
  let folder = '';
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rekey-tarball-'));
    const env = { PATH: process.env.PATH ?? '', HOME: folder };
    await run('npm', ['pack', join(root, 'dist/rekey'), '--pack-destination', folder, '--silent'], env);
    const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
    await run('tar', ['-xzf', join(folder, tarball), '-C', folder]);
  }, patience(60_000));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(nodes)('asks a service and reads a value on %s', async (node) => {
    const world = await startWorld();
    onTestFinished(() => world.close());
    const login = { engine: 'postgres', host: 'db', port: 5432, username: 'app', password: 'x' };
    const by = 'rekey-prod-postgres-single-user';
    world.sandbox.functions.register(by, { handler: async () => undefined });
    await world.rotating('app', { by, value: JSON.stringify(login) });

    // As if it were attached: it is asked nothing, and the value is read from here.
    const doctor = [join(folder, 'package/index.mjs'), 'doctor', 'app', '--function', by];
    const { status, stdout, stderr } = await run(node, doctor, {
      AWS_ACCESS_KEY_ID: 'AKIATEST',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: world.sandbox.url,
      HOME: folder,
    });

    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/ ✓ caller[\s\S]* ✓ value /);
  });

  it.each(nodes)('shows its page on %s', async (node) => {
    const world = await startWorld();
    onTestFinished(() => world.close());
    const child = spawn(node, [join(folder, 'package/index.mjs'), 'console', '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        AWS_ACCESS_KEY_ID: 'AKIATEST',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_REGION: 'us-east-1',
        AWS_ENDPOINT_URL: world.sandbox.url,
        HOME: folder,
      },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let printed = '';
    child.stdout.on('data', (chunk) => {
      printed += chunk;
    });
    await expect.poll(() => printed).toContain('}');

    const answer = await fetch(JSON.parse(printed).url);

    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('<title>Rekey</title>')]);
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([130, null]);
  });

  it.each(nodes)('runs on %s without anything beside it', async (node) => {
    const main = join(folder, 'package/index.mjs');

    const version = await run(node, [main, '--version']);
    const failed = await run(node, [main, 'cost', '--region', 'eu-west-1'], {
      AWS_EC2_METADATA_DISABLED: 'true',
      HOME: folder,
    });

    expect(version).toEqual({ status: 0, stdout: '0.1.0\n', stderr: '' });
    expect(failed).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('\nhint: sign in') });
  });
});
