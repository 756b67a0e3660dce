import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { run } from '../local/command.ts';
import { root } from '../repository/files.ts';

const file = `
import { expect, it, vi } from 'vitest';
import { count } from './counting.ts';
it('finds nothing, and leaves much behind', () => {
  const found = [process.env.LEFT_BEHIND, globalThis.leftBehind, Date.now() < 1e9, count()];
  vi.stubEnv('LEFT_BEHIND', 'yes');
  vi.stubGlobal('leftBehind', 'yes');
  vi.useFakeTimers({ now: 0 });
  expect(found).toEqual([undefined, undefined, false, 1]);
});
`;
const counting = `
let counted = 0;
export const count = () => ++counted;
`;

it('a file finds nothing of what the file before it in its worker stubbed and loaded', async () => {
  const folder = mkdtempSync(join(root, '.cache', 'afresh-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const config = { test: { isolate: false, maxWorkers: 1, setupFiles: [join(root, 'test/support/afresh.ts')] } };
  const files = { 'one.test.ts': file, 'other.test.ts': file, 'counting.ts': counting };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, 'vitest.config.mjs'), `export default ${JSON.stringify(config)};\n`);

  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const { status, stdout } = await run(process.execPath, [vitest, 'run', '--root', folder], { CI: '1', NO_COLOR: '1' });

  expect(stdout).toMatch(/Tests +2 passed/);
  expect(status).toBe(0);
});
