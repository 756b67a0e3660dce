/** Memory as it is when what nobody needs is gone, and the most that a program of ours takes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes. */
export function heapUsed(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
/** Asks often enough to see the most, and seldom enough to leave time for the work. */
const tells = `data:text/javascript,${encodeURIComponent(`
  let most = 0;
  const look = () => { gc(); most = Math.max(most, process.memoryUsage().heapUsed); };
  setInterval(look, 500).unref();
  process.on('exit', () => { look(); process.send(most); });
`)}`;

/** Runs the operator's tool to its end. Gives its exit status, and the most that it ever held on to, in megabytes. */
export async function peakOf(
  parameters: readonly string[],
  signal: AbortSignal,
): Promise<{ status: number | null; megabytes: number }> {
  const child = spawn(process.execPath, ['--expose-gc', '--import', tells, main, ...parameters], {
    env: { ...process.env, AWS_ACCESS_KEY_ID: 'AKIATEST', AWS_SECRET_ACCESS_KEY: 'test' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    signal,
  });
  let bytes = 0;
  child.on('message', (told) => {
    bytes = Number(told);
  });
  const [status] = await once(child, 'close');
  return { status, megabytes: Math.round(bytes / 1024 ** 2) };
}
