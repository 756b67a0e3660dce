import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { failed, type InvokeOutcome } from '../../aws/service.ts';
import { type FileFunction, type InvocationContext, timedOut } from './definition.ts';

const host = fileURLToPath(new URL('host.mjs', import.meta.url));
/**
 * An import that takes longer begins afresh with the invocation, and has the function's own time for it. Here it just goes on.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib
 */
const initSeconds = 10;

/** One process of a function. It takes one event at a time. */
export type Child = ReturnType<typeof startChild>;

type Message =
  | { kind: 'ready'; initMs: number }
  | { kind: 'broken'; error: { errorType: string; errorMessage: string; trace?: string[] } }
  | { kind: 'done'; outcome: InvokeOutcome };

export function startChild(
  definition: FileFunction,
  environment: Readonly<Record<string, string>>,
  log: (line: string) => void,
) {
  const child = fork(host, [definition.file, definition.export], {
    env: { ...environment },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', log);
  }
  let exit: { signal: string | null; code: number | null } | undefined;
  // `close` comes after the last line of output, so a reader of the log sees why the process died.
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
  child.once('exit', (code, signal) => {
    exit = { code, signal };
  });
  const inbox = messages(child);
  let initMs: number | undefined;
  let started = false;

  const gone = (requestId: string): InvokeOutcome => {
    const why = exit?.signal ? 'signal: killed' : `exit status ${exit?.code ?? 'unknown'}`;
    return failed('Runtime.ExitError', `RequestId: ${requestId} Error: Runtime exited with error: ${why}`);
  };

  /** What the child says next, or what is made of its silence. */
  const next = async (requestId: string, seconds: number): Promise<Message> => {
    const message = await inbox.next(seconds * 1000);
    if (message === 'gone') return { kind: 'done', outcome: gone(requestId) };
    if (message !== 'late') return message;
    child.kill('SIGKILL');
    return { kind: 'done', outcome: timedOut(requestId, seconds) };
  };

  const start = async (requestId: string, timeoutSeconds: number): Promise<InvokeOutcome | undefined> => {
    const first = await next(requestId, initSeconds + timeoutSeconds);
    if (first.kind === 'done') return first.outcome;
    if (first.kind === 'broken') {
      child.kill('SIGKILL');
      return { ok: false, error: first.error };
    }
    initMs = first.initMs;
    started = true;
    return undefined;
  };

  return {
    /** Milliseconds that the import took. Known after the first invocation. */
    get initMs(): number | undefined {
      return initMs;
    },
    region: environment.AWS_REGION,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME ?? '',
    get isAlive(): boolean {
      // `killed` is set when the signal is sent; the process ends a moment later.
      return exit === undefined && !child.killed && child.connected;
    },
    ended,
    invoke: async (event: unknown, context: InvocationContext, timeoutSeconds: number): Promise<InvokeOutcome> => {
      const failure = started ? undefined : await start(context.awsRequestId, timeoutSeconds);
      if (failure) return failure;
      const deadline = Date.now() + timeoutSeconds * 1000;
      child.send({ event, context, deadline }, () => {});
      const message = await next(context.awsRequestId, timeoutSeconds);
      return message.kind === 'done' ? message.outcome : gone(context.awsRequestId);
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

/** The child's messages one by one; `gone` once it has ended, `late` when none came in time. */
function messages(child: ChildProcess) {
  const waiting: Message[] = [];
  let receive: ((message: Message | 'gone') => void) | undefined;
  let isGone = false;
  child.on('message', (message: Message) => {
    if (receive) receive(message);
    else waiting.push(message);
  });
  const end = () => {
    isGone = true;
    receive?.('gone');
  };
  child.once('exit', end);
  child.once('error', end);
  return {
    next: async (limitMs: number): Promise<Message | 'gone' | 'late'> => {
      const queued = waiting.shift();
      if (queued) return queued;
      if (isGone) return 'gone';
      const { promise, resolve } = Promise.withResolvers<Message | 'gone' | 'late'>();
      const timer = setTimeout(() => resolve('late'), limitMs);
      receive = resolve;
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
        receive = undefined;
      }
    },
  };
}
