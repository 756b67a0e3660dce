import { fork } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Sandbox } from '../local/sandbox.ts';
import type { Attempt } from './outage.ts';

export interface ClientOrder {
  readonly opens:
    | { readonly engine: string; readonly ca: string }
    | { readonly provider: string; readonly endpoint: string };
  /** One of the two. */
  readonly secretId?: string;
  readonly parameter?: string;
  /** Between two uses; none when absent. */
  readonly pauseMs?: number;
}

const program = fileURLToPath(new URL('client-process.ts', import.meta.url));

/** An application of this sandbox. Its process is made at once, to be ready by the time it is needed; it does nothing before `start`. */
export function createClient({ url, account }: Sandbox, signal: AbortSignal) {
  const child = fork(program, [], {
    env: {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: account.region,
      AWS_ACCESS_KEY_ID: 'application',
      AWS_SECRET_ACCESS_KEY: 'sandbox',
    },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const attempts: Attempt[] = [];
  let ending: string | undefined;
  let complaint = '';
  child.on('message', (attempt: Attempt) => attempts.push(attempt));
  child.stderr?.on('data', (chunk) => {
    complaint += chunk;
  });
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      ending = error.message;
      resolve();
    });
    child.once('close', () => {
      ending ??= complaint.trim() || 'the client ended';
      resolve();
    });
  });

  return {
    attempts: attempts as readonly Attempt[],
    start: (order: ClientOrder) => void child.send(order),
    /** Waits until the client has logged in `count` times, with this version if one is given. What did not come in time shows in the figures. */
    async loggedIn(count: number, version?: string): Promise<void> {
      const enough = () => {
        if (ending !== undefined) throw new Error(`the client cannot go on: ${ending}`);
        const good = attempts.filter((one) => one.outcome === 'opened' && (version ?? one.version) === one.version);
        return good.length >= count;
      };
      const end = Date.now() + 30_000;
      while (!enough() && Date.now() < end) await delay(2, undefined, { signal });
    },
    /** Lets it finish its last login. */
    async stop(): Promise<void> {
      if (child.connected) child.send('stop');
      // One login has a few milliseconds to end; a client that hangs is not waited for.
      const impatience = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(impatience);
    },
  };
}
