import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { run } from '../local/command.ts';
import { patience } from '../support/patience.ts';

const main = fileURLToPath(new URL('../../prove/main.ts', import.meta.url));
/** As the end of the run prints it. */
const seedOfRun = process.env.REKEY_SEED ?? '1';
const prove = (...parameters: string[]) => run(process.execPath, [main, ...parameters]);

describe('npm run prove', { timeout: patience(300_000) }, () => {
  it('finds nothing broken in all that it has the time for here, and writes the figures as data', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rekey-prove-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'figures.json');

    const { status, stdout } = await prove('--quick', '--seed', seedOfRun, '--json', file);

    const { rows, held, seed } = JSON.parse(readFileSync(file, 'utf8'));
    expect([status, held], stdout).toEqual([0, true]);
    expect(stdout).toContain(`(seed ${seed}), broken: 0`);
    for (const { section, id, states, isWhole, broken } of rows) {
      expect(stdout).toContain(`${id} `);
      expect([states > (section === 'service' ? 300 : 2), isWhole, broken]).toEqual([true, true, []]);
    }
    expect(Number(/(\d+) rotations by chance/.exec(stdout)?.[1])).toBeGreaterThanOrEqual(1000);
  });

  it('plays one history again', async () => {
    expect(await prove('--replay', 'single-user/twice:0.0.0.0')).toMatchObject({
      status: 0,
      stdout: 'nothing is broken\n',
    });
  });

  it.each([
    [['--replay', 'nowhere:0'], '--replay nowhere: no such history here'],
    [['--section', 'nothing'], '--section nothing: no such section here'],
    [['--seed', 'x'], 'x is no number'],
    [['--fast'], "unknown option '--fast'"],
  ])('%j is a mistake', async (parameters, said) => {
    const { status, stderr } = await prove(...parameters);

    expect(status).toBe(2);
    expect(stderr).toContain(said);
  });
});
