/** Executes every block of the documentation that is marked `sh run`, in the order of its page, against the sandbox. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { run } from '../local/command.ts';
import { findAwsCli, putAwsFirst } from '../support/aws-cli.ts';
import { patience } from '../support/patience.ts';
import { findTool } from '../support/tool.ts';
import type { Block } from './pages.ts';
import { blocks, page, pages, root } from './pages.ts';

const aws = await findAwsCli();
const curl = await findTool({ engine: 'curl', name: 'curl', parameters: ['--version'] });
const toRun = pages
  .map((path) => ({ path, shown: blocks(page(path)).filter(({ info }) => info === 'sh run') }))
  .filter(({ shown }) => shown.length > 0);

const FUNCTION = 'arn:aws:lambda:us-east-1:123456789012:function:rekey-postgres-single-user';
const SECRET = 'prod/app';

describe.skipIf(!aws || !curl)('the commands in', { timeout: patience(120_000) }, () => {
  let child: ChildProcess;
  let url = '';
  let app = '';
  let client: SecretsManagerClient;
  let folder = '';
  let path = '';
  let token = '';

  beforeAll(async () => {
    let told = '';
    child = spawn(process.execPath, [join(root, 'local/main.ts'), '--port', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout?.on('data', (chunk) => {
      told += chunk;
    });
    await vi.waitUntil(() => told.includes('Ctrl-C') || child.exitCode !== null, { timeout: patience(40_000) });
    url = /^sandbox ready on (\S+)$/m.exec(told)?.[1] ?? '';
    app = /file:\/\/(\S+)/.exec(told)?.[1] ?? '';
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    client = new SecretsManagerClient({ endpoint: url, region: 'us-east-1', credentials });
  });
  afterAll(async () => {
    client?.destroy();
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    await ended;
  });

  /** As a reader finds it: a secret named prod/app whose rotation got stuck, and a folder to work in. */
  async function prepare() {
    await fetch(`${url}/_sandbox/reset`, { method: 'POST' });
    const own = mkdtempSync(join(tmpdir(), 'rekey-docs-'));
    onTestFinished(() => rmSync(own, { recursive: true }));
    folder = own;
    if (aws) path = putAwsFirst(url, folder, aws);
    const main = join(root, 'cli/main.ts');
    const tool = `#!/bin/sh\nAWS_ENDPOINT_URL='${url}' exec '${process.execPath}' '${main}' "$@"\n`;
    writeFileSync(join(folder, 'rekey'), tool, { mode: 0o755 });
    // In a clone, which is not where this runs.
    writeFileSync(join(folder, 'npx'), '#!/bin/sh\n[ "$1" = rekey ] && exec "$@"\nexit 127\n', { mode: 0o755 });
    path = `${folder}:${path}`;
    const value = readFileSync(app, 'utf8');
    await client.send(new CreateSecretCommand({ Name: SECRET, SecretString: value }));
  }

  async function getStuck() {
    token = randomUUID();
    const half = { SecretId: SECRET, ClientRequestToken: token, SecretString: readFileSync(app, 'utf8') };
    await client.send(new PutSecretValueCommand({ ...half, VersionStages: ['AWSPENDING'] }));
  }

  async function execute({ text }: Block, signal: AbortSignal) {
    const script = `cd "$HOME"\n${text.replaceAll('http://127.0.0.1:4566', url)}`;
    const env = {
      PATH: path,
      HOME: folder,
      AWS_CONFIG_FILE: '/nonexistent',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_PAGER: '',
      SECRET,
      FUNCTION,
      TOKEN: token,
      APP: app,
      ENDPOINT: `${url}/_sandbox/health`,
    };
    const finished = await run('/bin/sh', ['-euc', script], env, { signal });
    await expect.poll(unfinished).toBe(0);
    return finished;
  }

  async function events(): Promise<string[]> {
    const history = (await (await fetch(`${url}/_sandbox/rotations`)).json()) as { event: string }[];
    return history.map(({ event }) => event);
  }

  async function unfinished(): Promise<number> {
    const all = await events();
    const started = all.filter((event) => event.endsWith('Started')).length;
    return started - all.filter((event) => /(Succeeded|Failed|Abandoned)$/.test(event)).length;
  }

  it.for(toRun)('$path run', async ({ path, shown }, { signal }) => {
    await prepare();
    if (['docs/runbook.md', 'docs/rekey.md'].includes(path)) await rotationOn(signal);
    if (path === 'docs/runbook.md') await getStuck();

    const failures: string[] = [];
    const outcomes: string[] = [];
    for (const block of shown) {
      const before = (await events()).length;
      const { status, stderr } = await execute(block, signal);
      if (status !== 0) failures.push(`${path}:${block.line} ended with ${status}: ${stderr}`);
      const fresh = (await events()).slice(before);
      outcomes.push(...fresh.filter((event) => /(Succeeded|Failed|Abandoned)$/.test(event)));
    }

    const asked = shown.filter(({ text }) =>
      /(?<!cancel-)rotate-secret|rotations\/due|rekey (rotate|enable)/.test(text),
    );
    expect(failures).toEqual([]);
    expect(outcomes.map((event) => event.replace('Test', ''))).toEqual(asked.map(() => 'RotationSucceeded'));
  });

  async function rotationOn(signal: AbortSignal) {
    const attach = blocks(page('README.md')).find(({ text }) => text.includes('--rotation-lambda-arn "$FUNCTION"'));
    if (attach !== undefined) await execute(attach, signal);
  }
});

describe('blocks that can be run', () => {
  it('are in the README, and in the pages that people follow by hand', () => {
    expect(toRun.map(({ path }) => path)).toEqual([
      'README.md',
      'docs/deploying.md',
      'docs/first-night.md',
      'docs/notifications.md',
      'docs/quick-start.md',
      'docs/rekey.md',
      'docs/runbook.md',
      'docs/sandbox.md',
    ]);
  });

  it('hold no password and no address of their own', () => {
    const text = toRun.flatMap(({ shown }) => shown.map((block) => block.text)).join('\n');

    expect(text).not.toMatch(/"password"\s*:|\blocalhost\b|127\.0\.0\.1:(?!4566|9000)/);
  });
});
