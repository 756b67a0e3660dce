import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { engineNames } from '../../demo/engine.ts';
import { run } from '../local/command.ts';

const main = fileURLToPath(new URL('../../bench/main.ts', import.meta.url));

describe('npm run bench', () => {
  it('prints a table, and writes the same figures as data', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rekey-bench-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'figures.json');

    const { status, stdout } = await run(process.execPath, [main, '--quick', '--mode', 'warm', '--json', file]);

    const { rotations, rows, held, init } = JSON.parse(readFileSync(file, 'utf8'));
    expect([status, held]).toEqual([0, true]);
    expect(rotations).toMatchObject([
      { strategy: 'single-user', mode: 'warm', calls: 10, logins: 2, refusedLogins: 0 },
      { strategy: 'alternating-users', mode: 'warm', calls: 11, logins: 3, refusedLogins: 0 },
      { strategy: 'superuser-set', mode: 'warm', calls: 11, logins: 3, refusedLogins: 0 },
    ]);
    expect(init.bundles.map(({ name }: { name: string }) => name)).toContain('postgres');
    expect(stdout).not.toContain("AWS's");
    for (const { group, figure } of rows) expect(stdout).toMatch(new RegExp(`^${group}$[^]*^ {2}${figure} `, 'm'));
  });

  it('measures another engine, and calls a stand-in a stand-in', async () => {
    const parameters = ['--quick', '--mode', 'warm', '--engine', 'documentdb'];

    const { status, stdout } = await run(process.execPath, [main, ...parameters]);

    expect(status).toBe(0);
    expect(stdout).toMatch(/^Rekey on a stand-in for DocumentDB/);
    expect(stdout.match(/^documentdb, .+, warm$/gm)).toEqual([
      'documentdb, single-user, warm',
      'documentdb, alternating-users, warm',
      'documentdb, superuser-set, warm',
    ]);
    expect(stdout).toContain('bundle documentdb');
    expect(stdout).not.toContain('bundle postgres');
  });

  it('checks the counts alone', async () => {
    const { status, stdout } = await run(process.execPath, [main, '--check', '--engine', 'documentdb']);

    expect(status).toBe(0);
    expect(stdout.match(/^ {2}Secrets Manager calls +1\d +1\d met$/gm)).toHaveLength(3);
    expect(stdout).not.toMatch(/^ {2}(rotation|outage)/m);
  });

  it.each([
    [['--fast'], "unknown option '--fast'\nnpm run bench -- --help lists the options\n"],
    [['--mode', 'hot'], '--mode hot: no such mode\nchoose warm or cold, or leave it out for both\n'],
    [['--engine', 'dbase'], `--engine dbase: no such engine here\nchoose one of: ${engineNames().join(', ')}, all\n`],
    [['--check', '--renew'], '--renew does nothing beside --check\nleave one of the two out\n'],
    [['--check', '--quick'], '--quick does nothing beside --check\nleave one of the two out\n'],
    [['--renew', '--against', '.'], '--against does nothing beside --renew\nleave one of the two out\n'],
    [['--python', 'python3'], '--python is for --against\nnpm run bench -- --help lists the options\n'],
    [['--delay', 'long'], '--delay long: not a number of milliseconds\nfor example --delay 15\n'],
    [
      ['--against', '/nowhere', '--engine', 'redshift'],
      '--engine redshift: not compared here\nchoose one of: mariadb, mysql, postgres\n',
    ],
  ])('refuses %j with a hint', async (parameters, message) => {
    const { status, stdout, stderr } = await run(process.execPath, [main, ...parameters]);

    expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: message });
  });

  it('explains itself', async () => {
    const { status, stdout } = await run(process.execPath, [main, '--help']);

    expect([status, stdout]).toEqual([0, expect.stringContaining('--json FILE')]);
  });
});
