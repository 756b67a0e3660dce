import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../local/command.ts';
import { putAwsFirst, refusal } from './aws-cli.ts';

const root = mkdtempSync(join(tmpdir(), 'rekey-aws-'));
afterAll(() => rmSync(root, { recursive: true }));

/** A program named `aws` in a folder of its own. */
function install(folder: string, script: string) {
  mkdirSync(join(root, folder));
  const program = join(root, folder, 'aws');
  writeFileSync(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { folder: join(root, folder), program };
}

const real = install('real', 'printf "%s\\n" "$HOME" "$@"');

describe('the aws that is put first in PATH', () => {
  it.each([
    ['the program itself', 'its own place', `exec '${real.program}' "$@"`],
    ['a wrapper that looks for aws in PATH again, but for its own folder', "a manager's shims", lookAgain()],
  ])('passes the endpoint on to %s', async (_title, place, script) => {
    const found = install(place, script);
    const env = { HOME: '/home/of/user', PATH: [found.folder, real.folder, process.env.PATH].join(':') };
    const own = mkdtempSync(join(root, 'own-'));

    const path = putAwsFirst('http://127.0.0.1:1', own, { program: found.program, version: '' }, env);
    const { status, stdout } = await run('/bin/sh', ['-c', 'aws sns "a b"'], { PATH: path, HOME: own });

    expect(path.split(':')[0]).toBe(own);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: '/home/of/user\n--endpoint-url\nhttp://127.0.0.1:1\nsns\na b\n',
    });
  });
});

function lookAgain(): string {
  return 'PATH=$(printf %s "$PATH" | tr : "\\n" | grep -vxF "$(dirname "$0")" | tr "\\n" :) exec aws "$@"';
}

describe('a version of the AWS CLI', () => {
  it.each(['aws-cli/1.27.20', 'aws-cli/1.45.11', 'aws-cli/2.9.19', 'aws-cli/2.31.0', 'aws-cli/3.0.0'])(
    '%s will do',
    (version) => {
      expect(refusal(version)).toBeUndefined();
    },
  );

  it.each([
    ['aws-cli/1.22.34', 'is aws-cli/1.22.34, older than 1.27.20'],
    ['aws-cli/1.27.19', 'is aws-cli/1.27.19, older than 1.27.20'],
    ['aws-cli/2.8.12', 'is aws-cli/2.8.12, older than 2.9.19'],
    ['', 'says "", which is no version of the AWS CLI'],
  ])('%s will not do', (version, reason) => {
    expect(refusal(version)).toBe(reason);
  });
});
