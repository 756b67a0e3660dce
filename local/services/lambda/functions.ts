import { type Kept, kept } from '../../aws/kept.ts';
import { type Account, failed, type InvokeOutcome, inRegion, type LogLine } from '../../aws/service.ts';
import { type Child, startChild } from './child.ts';
import {
  defaultTimeoutSeconds,
  type FileFunction,
  type FunctionDefinition,
  type InvocationContext,
} from './definition.ts';
import { invokeAt } from './endpoint.ts';
import { runHandler } from './handler.ts';
import { accessKeyId, environmentOf, functionArn, functionIn, newContext, newLogStream } from './identity.ts';

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
  readonly name: string;
  readonly definition: FunctionDefinition;
  readonly children: Set<Child>;
  /** With the timer that ends each; the latest used is last. */
  readonly idle: Map<Child, NodeJS.Timeout>;
  readonly logs: Kept<LogLine>;
  readonly invocations: Kept<Invocation>;
}

const most = 2_000;

export function createFunctions(options: {
  readonly account: Account;
  /** Address of this sandbox. */
  url(): string;
  /** A Lambda Invoke API that is asked for functions that are not registered. */
  readonly lambdaEndpoint?: string | undefined;
  /** How long a warm process waits for the next invocation before it ends. Default one minute; Lambda takes some more. */
  readonly idleMs?: number | undefined;
}) {
  const { account, lambdaEndpoint, idleMs = 60_000 } = options;
  let lines = 0;
  /** By ARN those of one region, by name those of every region. */
  const entries = new Map<string, Entry>();
  /** The function that is meant, where it is registered; one of another account never is. */
  function resolve(nameOrArn: string, asking = account.region) {
    const { name, region, accountId } = functionIn(nameOrArn, inRegion(account, asking));
    const arn = functionArn(inRegion(account, region), name);
    const isOurs = accountId === account.accountId;
    return { name, region, arn, isOurs, entry: isOurs ? (entries.get(arn) ?? entries.get(name)) : undefined };
  }
  const stop = (entry: Entry) => {
    for (const child of entry.children) child.kill();
    entry.idle.clear();
  };

  /** The AWS_* variables that lead a function to this sandbox. */
  const environment = (name: string, region = account.region) =>
    environmentOf(name, inRegion(account, region), options.url());

  async function runFile(
    entry: Entry,
    definition: FileFunction,
    event: unknown,
    context: InvocationContext,
    region: string,
  ) {
    const warm = definition.mode !== 'cold';
    // The latest used one, so that those that a burst has left get no work and end.
    const reused = [...entry.idle.keys()].findLast((child) => child.isAlive && child.region === region);
    if (reused) {
      clearTimeout(entry.idle.get(reused));
      entry.idle.delete(reused);
    }
    const child = reused ?? (await start(entry, definition, region));
    const outcome = await child.invoke(
      event,
      { ...context, logStreamName: child.logStreamName },
      definition.timeoutSeconds ?? defaultTimeoutSeconds,
    );
    if (warm && child.isAlive && entry.children.has(child) && [...entries.values()].includes(entry)) {
      entry.idle.set(child, setTimeout(child.kill, idleMs).unref());
    } else child.kill();
    return { outcome, ...(!reused && child.initMs !== undefined && { initMs: child.initMs }) };
  }

  async function start(entry: Entry, definition: FileFunction, region: string): Promise<Child> {
    const env = typeof definition.env === 'function' ? await definition.env(region) : definition.env;
    const stream = { logStreamName: newLogStream(), region };
    const around = { ...environment(entry.name, region), AWS_LAMBDA_LOG_STREAM_NAME: stream.logStreamName };
    const child = startChild(definition, { ...around, ...env }, (message) => {
      lines += 1;
      entry.logs.add({ eventId: String(lines).padStart(56, '0'), timestamp: Date.now(), message, ...stream });
    });
    entry.children.add(child);
    void child.ended.then(() => {
      entry.children.delete(child);
      entry.idle.delete(child);
    });
    return child;
  }

  async function invoke(nameOrArn: string, event: Record<string, unknown>, asking?: string): Promise<InvokeOutcome> {
    const { name, region, arn, isOurs, entry } = resolve(nameOrArn, asking);
    if (!entry) {
      if (isOurs && lambdaEndpoint) return invokeAt(lambdaEndpoint, name, event, region);
      return failed('ResourceNotFoundException', `Function not found: ${arn}`);
    }
    const context = newContext(name, arn);
    const startedAt = Date.now();
    const start = performance.now();
    const { definition } = entry;
    const done: { outcome: InvokeOutcome; initMs?: number } =
      'file' in definition
        ? await runFile(entry, definition, event, context, region)
        : 'endpoint' in definition
          ? { outcome: await invokeAt(definition.endpoint, definition.functionName ?? name, event, region) }
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
    /** Gives the ARN. A name that is registered again is replaced. Without a region the function is in every one, as if it were deployed to each. */
    register: (name: string, definition: FunctionDefinition, region?: string): string => {
      if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) throw new Error(`not a function name: ${name}`);
      const { arn } = resolve(name, region);
      const key = region === undefined ? name : arn;
      const replaced = entries.get(key);
      if (replaced) stop(replaced);
      const logs = { logs: kept<LogLine>(most), invocations: kept<Invocation>(most) };
      entries.set(key, { name, definition, children: new Set(), idle: new Map(), ...logs });
      return arn;
    },
    definition: (nameOrArn: string) => resolve(nameOrArn).entry?.definition,
    /** Of a function of one region, its ARN. */
    names: (): readonly string[] => [...entries.keys()],
    // Whether a function exists at another address is only known when it is invoked.
    find: (nameOrArn: string, region?: string): string | undefined => {
      const { arn, isOurs, entry } = resolve(nameOrArn, region);
      return entry || (isOurs && lambdaEndpoint) ? arn : undefined;
    },
    invoke,
    /** The key by which the function's own calls are told from everybody else's. */
    accessKeyId,
    callerOf: (key: string) => [...entries.values()].find(({ name }) => accessKeyId(name) === key)?.name,
    environment,
    /** Output of the function's processes, line by line, oldest first. */
    logs: (nameOrArn: string): readonly string[] =>
      (resolve(nameOrArn).entry?.logs.list ?? []).map(({ message }) => message),
    /** The same in one region, with when and where; undefined of a function that is not there. */
    lines: (name: string, region: string) =>
      resolve(name, region).entry?.logs.list.filter((line) => line.region === region),
    invocations: (nameOrArn: string) => resolve(nameOrArn).entry?.invocations.list ?? [],
    /** SIGKILL for every process of the function. Harmless where there is none. */
    kill: (name: string): void => {
      for (const entry of entries.values()) if (entry.name === name) stop(entry);
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
