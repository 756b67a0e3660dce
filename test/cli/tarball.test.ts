import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../docs/pages.ts';
import { run } from '../local/command.ts';
import { patience } from '../support/patience.ts';

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
