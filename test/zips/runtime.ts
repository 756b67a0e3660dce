/**
 * A function as Lambda runs it: its unpacked zip under AWS's own runtime interface client, which a Runtime API on loopback feeds.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';

export interface ZipFunction {
  /** The client's program. */
  readonly client: string;
  /** Where the zip was unpacked: /var/task. */
  readonly folder: string;
  readonly handler: string;
  readonly functionArn: string;
  readonly env: Readonly<Record<string, string>>;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** cold: a fresh process for every invocation. */
  readonly mode: 'warm' | 'cold';
}

export type Runtime = Awaited<ReturnType<typeof startRuntime>>;

interface Invocation {
  readonly id: string;
  readonly event: string;
  readonly answer: (outcome: { readonly isError: boolean; readonly body: string }) => void;
}

/** `url` takes what Lambda's Invoke takes. One event at a time, as an environment of Lambda does. */
export async function startRuntime(zip: ZipFunction) {
  let child: ChildProcess | undefined;
  let current: Invocation | undefined;
  let asking: ServerResponse | undefined;
  let free = Promise.resolve();
  const seen = { processes: 0, peakBytes: 0, longestMs: 0, lines: [] as string[] };

  /** Hands the event over once both are here: the event, and a client that asks for one. */
  const give = () => {
    if (!current || !asking) return;
    asking.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': current.id,
      'lambda-runtime-deadline-ms': String(Date.now() + zip.timeoutSeconds * 1000),
      'lambda-runtime-invoked-function-arn': zip.functionArn,
      'lambda-runtime-trace-id': 'Root=1-00000000-000000000000000000000000;Sampled=0',
    });
    asking.end(current.event);
    asking = undefined;
  };

  const start = () => {
    const { port } = server.address() as AddressInfo;
    const env = {
      ...zip.env,
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(zip.memoryMb),
      LAMBDA_TASK_ROOT: zip.folder,
      _HANDLER: zip.handler,
    };
    const parameters = [`--max-old-space-size=${zip.memoryMb}`, zip.client, zip.handler];
    const started = spawn(process.execPath, parameters, { cwd: zip.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const input of [started.stdout, started.stderr]) {
      createInterface({ input }).on('line', (line) => seen.lines.push(line));
    }
    started.once('exit', (code, signal) => {
      if (child !== started) return;
      child = undefined;
      current?.answer(failure('Runtime.ExitError', `Runtime exited with error: ${signal ?? `exit status ${code}`}`));
    });
    seen.processes += 1;
    child = started;
  };

  const stop = () => {
    const ending = child;
    child = undefined;
    asking = undefined;
    ending?.kill('SIGKILL');
  };

  const invoke = async (event: string) => {
    const { promise, resolve } = Promise.withResolvers<Parameters<Invocation['answer']>[0]>();
    const late = failure('Sandbox.Timedout', `Task timed out after ${zip.timeoutSeconds.toFixed(2)} seconds`);
    // Lambda gives the start of a process ten seconds of its own.
    const limit = setTimeout(() => resolve(late), (zip.timeoutSeconds + 10) * 1000);
    const started = performance.now();
    current = { id: randomUUID(), event, answer: resolve };
    if (!child) start();
    give();
    const outcome = await promise;
    clearTimeout(limit);
    current = undefined;
    seen.longestMs = Math.max(seen.longestMs, performance.now() - started);
    seen.peakBytes = Math.max(seen.peakBytes, peakOf(child?.pid));
    if (zip.mode === 'cold' || outcome === late) stop();
    return outcome;
  };

  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    if (path.endsWith('/runtime/invocation/next')) {
      asking = response;
      give();
      return;
    }
    const body = await textOf(request);
    if (path.endsWith('/invocations')) {
      const answered = free.then(() => invoke(body));
      free = answered.then(() => {});
      const { isError, body: payload } = await answered;
      response.writeHead(200, isError ? { 'x-amz-function-error': 'Unhandled' } : {}).end(payload);
      return;
    }
    const isError = path.endsWith('/error');
    const isOfNow = path.endsWith('/init/error') || path.includes(`/${current?.id}/`);
    response.writeHead(isOfNow ? 202 : 400, { 'content-type': 'application/json' }).end('{"status":"OK"}');
    if (isOfNow) current?.answer({ isError, body });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** How many processes there were, the most memory of one, the longest invocation, and all that they printed. */
    seen: seen as Readonly<typeof seen>,
    limits: { memoryMb: zip.memoryMb, timeoutSeconds: zip.timeoutSeconds },
    close(): void {
      stop();
      server.closeAllConnections();
      server.close();
    },
  };
}

function failure(errorType: string, errorMessage: string) {
  return { isError: true, body: JSON.stringify({ errorType, errorMessage }) };
}

/** What Lambda calls "Max Memory Used". */
function peakOf(pid: number | undefined): number {
  if (pid === undefined) return 0;
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

async function textOf(request: IncomingMessage): Promise<string> {
  return Buffer.concat(await request.toArray()).toString();
}
