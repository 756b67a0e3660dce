import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'rekey-command-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Every process that this script starts holds the pipe open, and nothing but the pipe: its end says that all of them are gone. */
const script = 'exec >"$1" 2>"$1"; sleep 300 & (sleep 300 & sleep 300) & echo started; wait';

function makePipe() {
  const path = join(mkdtempSync(join(folder, 'pipe-')), 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = createReadStream(path);
  return { path, started: once(reader, 'data'), gone: once(reader, 'end') };
}

describe('a command', () => {
  it('tells its status and what it wrote', async () => {
    const finished = await run('/bin/sh', ['-c', 'echo out; echo "$WORD" >&2; exit 3'], { WORD: 'err' });

    expect(finished).toEqual({ status: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  it('that is not there has no status', async () => {
    expect(await run('/nonexistent/program', [])).toEqual({ status: null, stdout: '', stderr: '' });
  });

  it('that is out of time ends with everything that it started, and says why', async () => {
    const pipe = makePipe();
    const limit = new AbortController();
    const running = run('/bin/sh', ['-c', script, 'sh', pipe.path], {}, limit);
    const failed = expect(running).rejects.toThrow('out of time');
    await pipe.started;

    limit.abort(new Error('out of time'));

    await failed;
    await pipe.gone;
  });

  it('ends with everything that it started when this process is killed', async () => {
    const pipe = makePipe();
    const program = `
      import { run } from ${JSON.stringify(new URL('command.ts', import.meta.url).href)};
      run('/bin/sh', ['-c', ${JSON.stringify(script)}, 'sh', ${JSON.stringify(pipe.path)}]);
      console.log('running');`;
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await Promise.all([once(parent.stdout, 'data'), pipe.started]);

    parent.kill('SIGKILL');

    await pipe.gone;
  });
});

describe('a test that is out of time', () => {
  let pipe: ReturnType<typeof makePipe> | undefined;

  it('fails,', { timeout: 2_000, fails: true }, async () => {
    pipe = makePipe();
    await run('/bin/sh', ['-c', script, 'sh', pipe.path]);
  });

  it('and has ended what its command started', async () => {
    expect(pipe).toBeDefined();

    await pipe?.started;
    await pipe?.gone;
  });
});
