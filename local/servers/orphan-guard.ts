import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';

/**
 * Makes sure that server and folder do not outlive this process, however it ends. A hook serves an ordinary exit. For a signal that leaves no time,
 * a shell waits at a pipe which the system closes with this process. Gives the function that lifts the guard.
 */
export function guardAgainstOrphan(child: ChildProcess, folder: string): () => void {
  const onExit = () => {
    child.kill('SIGQUIT');
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  process.once('exit', onExit);
  const shell = watch(child.pid ?? 0, folder);
  // Neither of them keeps a program from ending that forgot to stop its server.
  child.unref();
  return () => {
    process.removeListener('exit', onExit);
    if (shell.pid && shell.exitCode === null) process.kill(-shell.pid, 'SIGKILL');
  };
}

const script = 'cat; kill -QUIT "$1" 2>/dev/null; while kill -0 "$1" 2>/dev/null; do sleep 0.1; done; rm -rf "$2"';

function watch(pid: number, folder: string): ChildProcess {
  const shell = spawn('/bin/sh', ['-c', script, 'sh', String(pid), folder], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.on('error', () => {});
  shell.unref();
  (shell.stdin as unknown as { unref(): void }).unref();
  return shell;
}
