import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { ParameterFigures } from '../../demo/parameter/demo.ts';
import { run } from '../local/command.ts';

const main = fileURLToPath(new URL('../../demo/main.ts', import.meta.url));

it('npm start -- --store parameter holds what it claims, and its figures tell so, too', async () => {
  const { status, stdout } = await run(
    process.execPath,
    [main, '--store', 'parameter', '--enforce-roles', '--json'],
    {},
  );

  const { held, acts } = JSON.parse(stdout) as ParameterFigures;
  expect([status, held]).toEqual([0, true]);
  expect(acts).toMatchObject([
    {
      strategy: 'single-user',
      users: { before: 'orders', after: 'orders' },
      labels: { previous: 3, current: 4 },
      client: { failed: 0 },
    },
    {
      strategy: 'alternating-users',
      users: { before: 'billing', after: 'billing_clone' },
      labels: { previous: 3, current: 4 },
      client: { refused: 0, failed: 0, ms: 0 },
    },
  ]);
  expect(acts[0]?.messages.map(({ body }) => body.outcome)).toEqual([
    'succeeded',
    'recovered',
    'succeeded',
    'succeeded',
  ]);
  expect(stdout).not.toMatch(/"password"/);
});

it('refuses a store that is none', async () => {
  const { status, stderr } = await run(process.execPath, [main, '--store', 'drawer']);

  expect([status, stderr]).toEqual([2, expect.stringContaining('--store drawer: no such store here')]);
});
