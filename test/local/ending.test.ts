import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { availablePostgresVersions } from '../../local/servers/postgres/binaries.ts';

let folder: string;
let members: readonly Running[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ending-'));
  // The database's user, who is another one where root runs this, has to pass through.
  chmodSync(folder, 0o755);
});
afterEach(() => {
  for (const { pid } of running()) process.kill(pid, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Running {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Everything that runs below a process, itself first. One that has ended and waits for its parent runs no more. */
function family(pid: number): Running[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' }).trim().split('\n');
  const all = lines.flatMap((line) => {
    const [id, parent, state = '', ...command] = line.trim().split(/\s+/);
    return state.startsWith('Z') ? [] : [{ pid: Number(id), parent: Number(parent), command: command.join(' ') }];
  });
  const below = (root: Running): Running[] => [
    root,
    ...all.filter(({ parent }) => parent === root.pid).flatMap((child) => below(child)),
  ];
  return all.filter((one) => one.pid === pid).flatMap((one) => below(one));
}

/** Those of the sandbox that still run. */
const running = () => members.flatMap(({ pid }) => family(pid).slice(0, 1));

async function start() {
  const npm = spawn('npm', ['run', 'sandbox', '--ignore-scripts', '--', '--port', '0'], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  let told = '';
  npm.stdout.on('data', (chunk) => {
    told += chunk;
  });
  await expect.poll(() => told).toContain('Ctrl-C');
  members = family(npm.pid ?? 0);
  const find = (word: RegExp) => members.find(({ command }) => word.test(command))?.pid ?? 0;
  const url = /ready on (\S+)/.exec(told)?.[1] ?? '';
  return { url, npm: npm.pid ?? 0, node: find(/^\S*node local\/main/), database: find(/postgres -D/) };
}

describe.skipIf(availablePostgresVersions().length === 0)('npm run sandbox', () => {
  it.each([
    ['SIGTERM', 'npm'],
    ['SIGHUP', 'npm'],
    ['SIGKILL', 'npm'],
    ['SIGHUP', 'node'],
    ['SIGKILL', 'node'],
  ] as const)('leaves nothing behind after %s to %s', async (signal, target) => {
    const sandbox = await start();
    expect([sandbox.node, sandbox.database]).not.toContain(0);

    process.kill(sandbox[target], signal);

    await expect.poll(() => running().map(({ command }) => command)).toEqual([]);
    await expect(fetch(sandbox.url)).rejects.toThrow();
    await expect.poll(() => readdirSync(folder).filter((name) => name.startsWith('rekey-'))).toEqual([]);
  });
});
