import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Account, arnOf, type InvokeOutcome, type RotationFunctions } from '../../aws/service.ts';
import { type Child, startChild } from './child.ts';
import {
  defaultTimeoutSeconds,
  describeError,
  type FileFunction,
  type FunctionDefinition,
  type HandlerFunction,
  type InvocationContext,
  timedOut,
} from './definition.ts';
import { invokeAt } from './endpoint.ts';

export interface Invocation {
  readonly requestId: string;
  readonly startedAt: number;
  readonly durationMs: number;
  /** Milliseconds of the import, when this invocation started the process. */
  readonly initMs?: number;
  readonly outcome: InvokeOutcome;
}

export interface Functions extends RotationFunctions {
  /** Gives the ARN. A name that is registered again is replaced. */
  register(name: string, definition: FunctionDefinition): string;
  definition(nameOrArn: string): FunctionDefinition | undefined;
  names(): readonly string[];
  /** The key by which the function's own calls are told from everybody else's. */
  accessKeyId(name: string): string;
  callerOf(accessKeyId: string): string | undefined;
  /** The AWS_* variables that lead a function to this sandbox. */
  environment(name: string): Record<string, string>;
  /** Output of the function's processes, line by line, oldest first. */
  logs(name: string): readonly string[];
  invocations(name: string): readonly Invocation[];
  /** SIGKILL for every process of the function. Harmless where there is none. */
  kill(name: string): void;
  /** Ends all processes and forgets logs and invocations. Functions stay registered. */
  reset(): void;
  close(): Promise<void>;
}

interface Entry {
  readonly definition: FunctionDefinition;
  readonly children: Set<Child>;
  readonly idle: Child[];
  logs: string[];
  invocations: Invocation[];
}

const keptLines = 2_000;

export function createFunctions(options: {
  readonly account: Account;
  /** Address of this sandbox. */
  url(): string;
  /** A Lambda Invoke API that is asked for functions that are not registered. */
  readonly lambdaEndpoint?: string;
}): Functions {
  const { account, lambdaEndpoint } = options;
  const entries = new Map<string, Entry>();
  const toArn = (name: string) => functionArn(account, name);
  const stop = (entry: Entry) => {
    for (const child of entry.children) child.kill();
    entry.idle.length = 0;
  };

  const environment = (name: string) => ({
    AWS_ENDPOINT_URL: options.url(),
    AWS_REGION: account.region,
    AWS_DEFAULT_REGION: account.region,
    AWS_ACCESS_KEY_ID: accessKeyId(name),
    AWS_SECRET_ACCESS_KEY: 'sandbox',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    TZ: ':UTC',
  });

  async function runFile(
    name: string,
    entry: Entry,
    definition: FileFunction,
    event: unknown,
    context: InvocationContext,
  ) {
    const log = (line: string) => {
      entry.logs.push(line);
      if (entry.logs.length > keptLines) entry.logs.shift();
    };
    const warm = definition.mode !== 'cold';
    while (entry.idle[0] && !entry.idle[0].isAlive) entry.idle.shift();
    const reused = entry.idle.shift();
    const child = reused ?? startChild(definition, { ...environment(name), ...definition.env }, log);
    if (!reused) {
      entry.children.add(child);
      void child.ended.then(() => entry.children.delete(child));
    }
    const outcome = await child.invoke(event, context, definition.timeoutSeconds ?? defaultTimeoutSeconds);
    if (warm && child.isAlive && entry.children.has(child) && entries.get(name) === entry) entry.idle.push(child);
    else child.kill();
    return { outcome, ...(!reused && child.initMs !== undefined && { initMs: child.initMs }) };
  }

  async function invoke(nameOrArn: string, event: Record<string, unknown>): Promise<InvokeOutcome> {
    const name = functionName(nameOrArn);
    const entry = entries.get(name);
    if (!entry) {
      if (lambdaEndpoint) return invokeAt(lambdaEndpoint, name, event);
      return {
        ok: false,
        error: { errorType: 'ResourceNotFoundException', errorMessage: `Function not found: ${toArn(name)}` },
      };
    }
    const context = newContext(name, toArn(name));
    const startedAt = Date.now();
    const start = performance.now();
    const { definition } = entry;
    const done: { outcome: InvokeOutcome; initMs?: number } =
      'file' in definition
        ? await runFile(name, entry, definition, event, context)
        : 'endpoint' in definition
          ? { outcome: await invokeAt(definition.endpoint, definition.functionName ?? name, event) }
          : { outcome: await runHandler(definition, event, context) };
    entry.invocations.push({
      requestId: context.awsRequestId,
      startedAt,
      durationMs: performance.now() - start,
      ...done,
    });
    if (entry.invocations.length > keptLines) entry.invocations.shift();
    return done.outcome;
  }

  return {
    register: (name, definition) => {
      if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) throw new Error(`not a function name: ${name}`);
      const replaced = entries.get(name);
      if (replaced) stop(replaced);
      entries.set(name, { definition, children: new Set(), idle: [], logs: [], invocations: [] });
      return toArn(name);
    },
    definition: (nameOrArn) => entries.get(functionName(nameOrArn))?.definition,
    names: () => [...entries.keys()],
    // Whether a function exists at another address is only known when it is invoked.
    find: (nameOrArn) => {
      const name = functionName(nameOrArn);
      return entries.has(name) || lambdaEndpoint ? toArn(name) : undefined;
    },
    invoke,
    accessKeyId,
    callerOf: (key) => [...entries.keys()].find((name) => accessKeyId(name) === key),
    environment,
    logs: (name) => entries.get(name)?.logs ?? [],
    invocations: (name) => entries.get(name)?.invocations ?? [],
    kill: (name) => {
      const entry = entries.get(name);
      if (entry) stop(entry);
    },
    reset: () => {
      for (const entry of entries.values()) {
        stop(entry);
        entry.logs = [];
        entry.invocations = [];
      }
    },
    close: async () => {
      const all = [...entries.values()];
      const ended = all.flatMap((entry) => [...entry.children].map((child) => child.ended));
      for (const entry of all) stop(entry);
      entries.clear();
      await Promise.all(ended);
    },
  };
}

export const functionArn = (account: Account, name: string) => arnOf(account, 'lambda', `function:${name}`);

/** The name in a name, an ARN or a partial ARN, without version or alias. */
export function functionName(nameOrArn: string): string {
  const parts = nameOrArn.split(':');
  const marker = parts.indexOf('function');
  return (marker >= 0 ? parts[marker + 1] : parts[0]) ?? '';
}

/** Looks like a real one, stays the same from run to run. */
function accessKeyId(name: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const digest = createHash('sha256').update(name).digest().subarray(0, 16);
  return `AKIA${[...digest].map((byte) => letters[byte % 32]).join('')}`;
}

function newContext(name: string, arn: string): InvocationContext {
  return {
    awsRequestId: randomUUID(),
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: arn,
    memoryLimitInMB: '256',
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${randomUUID().replaceAll('-', '')}`,
  };
}

async function runHandler(
  definition: HandlerFunction,
  event: unknown,
  context: InvocationContext,
): Promise<InvokeOutcome> {
  const seconds = definition.timeoutSeconds ?? defaultTimeoutSeconds;
  const deadline = Date.now() + seconds * 1000;
  const handler = definition.handler as (event: unknown, context: object) => unknown;
  const timer = new AbortController();
  const late = delay(seconds * 1000, timedOut(context.awsRequestId, seconds), { signal: timer.signal, ref: false });
  try {
    const getRemainingTimeInMillis = () => Math.max(0, deadline - Date.now());
    const run = async () => {
      // A copy, as over the wire: the handler must not reach into the caller's objects.
      const payload = await handler(structuredClone(event), { ...context, getRemainingTimeInMillis });
      return { ok: true as const, payload: payload === undefined ? null : payload };
    };
    return await Promise.race([run(), late]);
  } catch (error) {
    return { ok: false, error: describeError(error) };
  } finally {
    late.catch(() => {});
    timer.abort();
  }
}
