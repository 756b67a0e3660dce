import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { listen, stop } from '../loopback.ts';
import { AwsError } from './aws-error.ts';
import { readCredential } from './credential.ts';
import type { FaultRule, Faults } from './faults.ts';
import { refusal } from './guard.ts';
import type { RequestLog } from './requests.ts';
import { json, type Protocol, type WireAnswer, type WireCall, type WireRequest } from './wire.ts';

/** Lambda's limit for a payload is the largest of all; a form makes three bytes of some. */
const bodyLimit = 6 * 1024 * 1024 + 64 * 1024;

interface ServerOptions {
  readonly port: number;
  /** Asked in this order. */
  readonly protocols: readonly Protocol[];
  /** The sandbox's own routes; undefined when the path is none of them. */
  control(request: WireRequest): Promise<WireAnswer> | undefined;
  readonly faults: Faults;
  readonly requests: RequestLog;
  /** Name of the function that owns this access key id. */
  callerOf(accessKeyId: string): string | undefined;
  killFunction(name: string): void;
}

/** The HTTP front: one port on loopback for all services. */
export async function startServer(options: ServerOptions) {
  const server = createServer((incoming, outgoing) => {
    serve(options, incoming, outgoing).catch(() => outgoing.destroy());
  });
  // Clients keep their connections; a server that drops idle ones first makes them fail now and then.
  server.keepAliveTimeout = 120_000;
  return { port: await listen(server, options.port), close: () => stop(server) };
}

async function serve(options: ServerOptions, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const requestId = randomUUID();
  const send = (answer: WireAnswer) => {
    outgoing.writeHead(answer.status, {
      'x-amzn-requestid': requestId,
      ...answer.headers,
      'content-length': Buffer.byteLength(answer.body),
    });
    outgoing.end(answer.body);
  };
  const refused = refusal(incoming.headers);
  if (refused) return send(json(403, { message: refused }));
  const body = await readBody(incoming);
  if (!body) {
    outgoing.shouldKeepAlive = false;
    return send(json(413, { __type: 'RequestEntityTooLargeException', message: 'The request body is too large.' }));
  }
  const { pathname, searchParams } = new URL(incoming.url?.replace(/^\/+/, '/') ?? '/', 'http://localhost');
  const request: WireRequest = {
    method: incoming.method ?? 'GET',
    path: pathname,
    query: searchParams,
    headers: incoming.headers,
    body,
    requestId,
  };
  const own = options.control(request);
  if (own) return send(await own);
  const call = options.protocols.reduce<WireCall | undefined>(
    (found, protocol) => found ?? protocol(request),
    undefined,
  );
  if (!call) return send(json(404, { message: `No service answers ${request.method} ${request.path}` }));
  const answer = await answerCall(options, request, call, ({ action }) => {
    // A hanging call keeps its connection until the server closes or the client gives up.
    if (action !== 'hang') outgoing.destroy();
  });
  if (answer) send(answer);
}

/** Undefined when the caller shall get no answer. */
async function answerCall(
  options: ServerOptions,
  request: WireRequest,
  call: WireCall,
  cut: (fault: FaultRule) => void,
): Promise<WireAnswer | undefined> {
  const startedAt = Date.now();
  const start = performance.now();
  const accessKeyId = readCredential(request)?.accessKeyId;
  const caller = accessKeyId && options.callerOf(accessKeyId);
  const { service, operation } = call;
  const log = (status: number, errorCode?: string) =>
    options.requests.add({
      service,
      operation,
      startedAt,
      durationMs: performance.now() - start,
      status,
      ...(errorCode && { errorCode }),
      ...(caller && { caller }),
    });

  const faults = options.faults.take({ service, operation, ...(caller && { caller }) });
  /** What a fault at this moment makes of the answer: 'none' for no answer, undefined when it changes nothing. */
  const strike = async (moment: 'before' | 'after'): Promise<AwsError | 'none' | undefined> => {
    for (const fault of faults.filter(({ when = 'before' }) => when === moment)) {
      if (fault.action === 'delay') await delay(fault.delayMs ?? 0);
      else if (fault.action === 'throttle') return new AwsError(call.codes.throttled, 'Rate exceeded');
      else if (fault.action === 'error') return new AwsError(call.codes.internal, 'An internal error occurred.', 500);
      else {
        if (fault.action === 'kill' && caller) options.killFunction(caller);
        cut(fault);
        return 'none';
      }
    }
    return undefined;
  };
  /** What came of the call itself, and what a fault made of that. */
  const undisturbed = async () => {
    const outcome = await call.run().catch((error: unknown) => toAwsError(error, call));
    return (await strike('after')) ?? outcome;
  };

  const outcome = (await strike('before')) ?? (await undisturbed());
  if (outcome === 'none') return void log(0);
  if (!(outcome instanceof AwsError)) log(outcome.status);
  else log(outcome.status, outcome.code);
  return outcome instanceof AwsError ? call.failure(outcome) : outcome;
}

function toAwsError(error: unknown, call: WireCall): AwsError {
  if (error instanceof AwsError) return error;
  // A defect of the sandbox; the log of the process is the place where somebody can find it.
  console.error(`${call.service} ${call.operation} failed`, error);
  return new AwsError(call.codes.internal, 'An internal error occurred.', 500);
}

/** Undefined when the body is larger than any service takes. */
async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length;
    if (size > bodyLimit) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
