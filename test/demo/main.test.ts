import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DemoFigures, Rotation } from '../../demo/demo.ts';
import { engineNames } from '../../demo/engine.ts';
import { report } from '../../demo/report.ts';
import { createPaint } from '../../terminal/paint.ts';
import { blocks, page, root } from '../docs/pages.ts';
import { run } from '../local/command.ts';
import { patience } from '../support/patience.ts';

const main = fileURLToPath(new URL('../../demo/main.ts', import.meta.url));

/** A folder for temporary files of one run. Open to all, for the database runs as somebody else when this is root. */
function ownTemporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-demo-'));
  chmodSync(folder, 0o755);
  onTestFinished(() => rmdirSync(folder));
  return folder;
}

const sample = blocks(page('README.md')).find(({ text }) => text.startsWith('Rekey rotates'))?.text ?? '';

/** A report without what differs from run to run. */
const masked = (text: string): string[] =>
  text
    .replaceAll(/\b[0-9a-f]{8}\b/g, 'version')
    .replaceAll(/[·▇x]{5,}/g, 'bar')
    .replaceAll(/\d+(\.\d+)?/g, '#')
    .replaceAll(/ +/g, ' ')
    // On a busy machine nobody may have tried in the moment between change and promotion.
    .replaceAll('of # logins refused, outage none', 'of # logins refused, outage # ms')
    .split('\n');

describe('npm start', () => {
  it('as README pipes it into jq, rotates both secrets, as its figures tell apart from what it claims, and leaves nothing behind', async () => {
    const folder = ownTemporaryFolder();
    const command = /`(npm start [^`|]*--json) \| jq \.`/.exec(page('README.md'))?.[1] ?? 'README shows none';

    // What npm itself would leave there.
    const env = { TMPDIR: folder, NODE_DISABLE_COMPILE_CACHE: '1' };
    const { status, stdout } = await run('/bin/sh', ['-c', command], env, { cwd: root });

    const figures = JSON.parse(stdout) as DemoFigures;
    const [single, alternating] = figures.rotations as [Rotation, Rotation];
    expect(status).toBe(0);
    expect(figures.held).toBe(true);
    for (const { before, after, token, steps } of [single, alternating]) {
      expect(before).toEqual({ AWSCURRENT: expect.any(String) });
      expect(after).toEqual({ AWSCURRENT: token, AWSPREVIOUS: before.AWSCURRENT });
      expect(steps.map(({ step }) => step)).toEqual(['createSecret', 'setSecret', 'testSecret', 'finishSecret']);
    }
    expect(single).toMatchObject({
      calls: { DescribeSecret: 4, PutSecretValue: 1, UpdateSecretVersionStage: 2 },
      callCount: 10,
      logins: 2,
      refusedLogins: 0,
      users: { before: 'orders', after: 'orders' },
      oldPassword: 'refused',
      newPassword: 'opened',
      notification: { subject: 'Rekey: orders was rotated', body: { outcome: 'succeeded', working: 'AWSCURRENT' } },
    });
    expect(alternating).toMatchObject({
      callCount: 11,
      logins: 3,
      refusedLogins: 0,
      users: { before: 'billing', after: 'billing_clone' },
      client: { refused: 0, failed: 0, ms: 0 },
      oldPassword: 'opened',
      newPassword: 'opened',
      notification: { subject: 'Rekey: billing was rotated', body: { outcome: 'succeeded' } },
    });
    expect(stdout).not.toMatch(/"password"/);
    const plain = createPaint({ isTTY: false });
    expect(masked(report(figures, plain))).toEqual(masked(sample));
    expect(readdirSync(folder)).toEqual([]);
  });

  it('stops in order at Ctrl-C, in the middle of its work', async () => {
    const folder = ownTemporaryFolder();
    const env = { PATH: process.env.PATH ?? '', TMPDIR: folder };
    const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = new Promise((resolve) => child.once('close', resolve));
    let told = '';
    let printed = '';
    child.stdout.on('data', (chunk) => {
      printed += chunk;
    });
    child.stderr.on('data', (chunk) => {
      told += chunk;
    });
    await expect.poll(() => told, { timeout: patience(60_000) }).toContain('rotating');

    child.kill('SIGINT');

    expect(await ended).toBe(130);
    expect(printed).toBe('');
    expect(told).toContain('stopped; nothing is left behind');
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    [['--loud'], "unknown option '--loud'\nnpm start -- --help lists the options\n"],
    [['twice'], "unexpected argument 'twice'\nnpm start -- --help lists the options\n"],
    [['--engine', 'dbase'], `--engine dbase: no such engine here\nchoose one of: ${engineNames().join(', ')}\n`],
    [['--provider', 'iam', '--engine', 'mysql'], '--engine does nothing beside --provider\nleave one of the two out\n'],
    [['--provider', 'iam', '--store', 'secret'], '--store does nothing beside --provider\nleave one of the two out\n'],
    [['--provider', 'iam', '--cold'], '--cold does nothing beside --provider\nleave one of the two out\n'],
    [['--store', 'parameter', '--cold'], '--cold does nothing beside --store parameter\nleave one of the two out\n'],
  ])('refuses %j with a hint', async (parameters, message) => {
    const { status, stdout, stderr } = await run(process.execPath, [main, ...parameters]);

    expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: message });
  });

  it('explains itself', async () => {
    const { status, stdout } = await run(process.execPath, [main, '--help']);

    expect([status, stdout]).toEqual([
      0,
      expect.stringContaining(`--engine NAME  which database: ${engineNames().join(', ')}; postgres when absent`),
    ]);
  });
});
