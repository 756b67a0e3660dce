import { type Kept, kept } from '../../aws/kept.ts';
import { type Account, failed, type InvokeOutcome } from '../../aws/service.ts';
import { type Child, startChild } from './child.ts';
import {
  defaultTimeoutSeconds,
  type FileFunction,
  type FunctionDefinition,
  type InvocationContext,
} from './definition.ts';
import { invokeAt } from './endpoint.ts';
import { runHandler } from './handler.ts';
import { accessKeyId, environmentOf, functionArn, functionName, newContext } from './identity.ts';

export interface Invocation {
  readonly requestId: string;
  readonly startedAt: number;
  readonly durationMs: number;
  /** Milliseconds of the import, when this invocation started the process. */
  readonly initMs?: number;
  readonly outcome: InvokeOutcome;
}

export type Functions = ReturnType<typeof createFunctions>;

interface Entry {
  readonly definition: FunctionDefinition;
  readonly children: Set<Child>;
  readonly idle: Child[];
  readonly logs: Kept<string>;
  readonly invocations: Kept<Invocation>;
}

const most = 2_000;

export function createFunctions(options: {
  readonly account: Account;
  /** Address of this sandbox. */
  url(): string;
  /** A Lambda Invoke API that is asked for functions that are not registered. */
  readonly lambdaEndpoint?: string;
}) {
  const { account, lambdaEndpoint } = options;
  const entries = new Map<string, Entry>();
  const toArn = (name: string) => functionArn(account, name);
  const stop = (entry: Entry) => {
    for (const child of entry.children) child.kill();
    entry.idle.length = 0;
  };

  /** The AWS_* variables that lead a function to this sandbox. */
  const environment = (name: string) => environmentOf(name, account, options.url());

  async function runFile(
    name: string,
    entry: Entry,
    definition: FileFunction,
    event: unknown,
    context: InvocationContext,
  ) {
    const warm = definition.mode !== 'cold';
    while (entry.idle[0] && !entry.idle[0].isAlive) entry.idle.shift();
    const reused = entry.idle.shift();
    const child = reused ?? startChild(definition, { ...environment(name), ...definition.env }, entry.logs.add);
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
      return failed('ResourceNotFoundException', `Function not found: ${toArn(name)}`);
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
    entry.invocations.add({
      requestId: context.awsRequestId,
      startedAt,
      durationMs: performance.now() - start,
      ...done,
    });
    return done.outcome;
  }

  return {
    /** Gives the ARN. A name that is registered again is replaced. */
    register: (name: string, definition: FunctionDefinition): string => {
      if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) throw new Error(`not a function name: ${name}`);
      const replaced = entries.get(name);
      if (replaced) stop(replaced);
      entries.set(name, { definition, children: new Set(), idle: [], logs: kept(most), invocations: kept(most) });
      return toArn(name);
    },
    definition: (nameOrArn: string) => entries.get(functionName(nameOrArn))?.definition,
    names: (): readonly string[] => [...entries.keys()],
    // Whether a function exists at another address is only known when it is invoked.
    find: (nameOrArn: string): string | undefined => {
      const name = functionName(nameOrArn);
      return entries.has(name) || lambdaEndpoint ? toArn(name) : undefined;
    },
    invoke,
    /** The key by which the function's own calls are told from everybody else's. */
    accessKeyId,
    callerOf: (key: string) => [...entries.keys()].find((name) => accessKeyId(name) === key),
    environment,
    /** Output of the function's processes, line by line, oldest first. */
    logs: (name: string) => entries.get(name)?.logs.list ?? [],
    invocations: (name: string) => entries.get(name)?.invocations.list ?? [],
    /** SIGKILL for every process of the function. Harmless where there is none. */
    kill: (name: string): void => {
      const entry = entries.get(name);
      if (entry) stop(entry);
    },
    /** Ends all processes and forgets logs and invocations. Functions stay registered. */
    reset: (): void => {
      for (const entry of entries.values()) {
        stop(entry);
        entry.logs.clear();
        entry.invocations.clear();
      }
    },
    close: async (): Promise<void> => {
      const all = [...entries.values()];
      const ended = all.flatMap((entry) => [...entry.children].map((child) => child.ended));
      for (const entry of all) stop(entry);
      entries.clear();
      await Promise.all(ended);
    },
  };
}
