/** `npm run new`, in a copy of the repository: what it lays out compiles, has all its partners, and fails where it is not written. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../local/command.ts';
import { root } from './files.ts';

let copy: string;
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'rekey-new-'));
  for (const path of execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\0')
    .filter((path) => path !== '' && statSync(join(root, path), { throwIfNoEntry: false })?.isFile())) {
    cpSync(join(root, path), join(copy, path));
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

const here = (program: string, parameters: readonly string[]) =>
  run(process.execPath, [join(copy, program), ...parameters], {}, { cwd: copy });
const lay = (...parameters: string[]) => here('tools/new/main.ts', parameters);
async function vitest(...files: string[]) {
  await here('node_modules/vitest/vitest.mjs', ['run', '--reporter=json', '--outputFile=report.json', ...files]);
  return JSON.parse(readFileSync(join(copy, 'report.json'), 'utf8'));
}

describe('npm run new', () => {
  it('lays out a provider and an engine that compile, and that lack no partner', async () => {
    const provider = await lay('provider', 'acme-keys');
    const engine = await lay('engine', 'acme');

    expect([provider.status, provider.stderr, engine.status, engine.stderr]).toEqual([0, '', 0, '']);
    expect(provider.stdout).toContain('  shared/keys/vendors/acme-keys.ts\n');
    expect(engine.stdout).toContain('  shared/databases/acme/acme.ts\n');
    expect(readFileSync(join(copy, 'serverless.yml'), 'utf8')).toContain(
      'functions:\n  acme-single-user:\n    description: Rotates the password of a user of Acme, as that user\n',
    );
    const types = await here('node_modules/typescript/bin/tsc', ['--noEmit']);
    expect([types.status, types.stdout]).toEqual([0, '']);
    const faults =
      "const { faultsOf, thisHouse } = await import('./test/repository/deployment.ts'); console.log(faultsOf(await thisHouse()))";
    const house = await run(process.execPath, ['--input-type=module', '-e', faults], {}, { cwd: copy });
    expect([house.stdout, house.stderr]).toEqual(['[]\n', '']);
    const { success } = await vitest('test/repository/calls.test.ts');
    expect(success).toBe(true);
  });

  it('leaves no test that is green before there is anything behind it', async () => {
    const { testResults } = await vitest(
      'test/shared/keys/vendors/acme-keys.test.ts',
      'test/shared/databases/acme/acme.test.ts',
    );

    expect(testResults.map(({ status }: { status: string }) => status)).toEqual(['failed', 'failed']);
  });

  it.each([
    [[], 'nothing is named'],
    [['strategy', 'acme'], 'no template for strategy'],
    [['provider'], ' is no name'],
    [['provider', '../acme'], '../acme is no name'],
    [['provider', 'Acme'], 'Acme is no name'],
    [['provider', 'acme', 'keys'], 'acme keys is no name'],
    [['provider', 'sendgrid'], 'sendgrid is there already: '],
    [['engine', 'postgres'], 'postgres is there already: '],
  ])('%j writes nothing, and says why', async (parameters, fact) => {
    const before = execFileSync('find', ['.', '-name', '*acme*'], { cwd: copy, encoding: 'utf8' });

    const { status, stdout, stderr } = await lay(...parameters);

    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`new: ${fact}`);
    expect(execFileSync('find', ['.', '-name', '*acme*'], { cwd: copy, encoding: 'utf8' })).toBe(before);
  });
});
