import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';

const address = new URL('../../terminal/interruption.ts', import.meta.url).href;
const program = (end: string) => `
  import { interruption, statusOf } from '${address}';
  const signal = interruption();
  const busy = setInterval(() => {}, 1000);
  signal.addEventListener('abort', () => { ${end} });
  process.stdout.write('ready');`;

async function started(end: string) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program(end)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

describe('an interruption', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('by %s lets the program end in order, with the status that a shell gives it', async (signal, status) => {
    const child = await started('clearInterval(busy); process.exitCode = statusOf(signal);');

    child.kill(signal);

    expect(await once(child, 'close')).toEqual([status, null]);
  });

  it('that arrives twice, from the terminal and from npm, is one', async () => {
    const child = await started('setTimeout(() => process.exit(statusOf(signal)), 100);');

    child.kill('SIGINT');
    child.kill('SIGTERM');

    expect(await once(child, 'close')).toEqual([expect.toBeOneOf([130, 143]), null]);
  });

  it('that is repeated ends the program at once', async () => {
    const child = await started("setTimeout(() => process.stdout.write('stopping'), 500);");
    child.kill('SIGINT');
    await once(child.stdout, 'data');

    child.kill('SIGINT');

    expect(await once(child, 'close')).toEqual([null, 'SIGINT']);
  });
});
