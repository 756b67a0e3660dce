/** An SDK client that speaks through a provider's transport, so that its calls are seen, limited and judged as those of every other. */
import { Readable } from 'node:stream';
import { CALL_TIMEOUT_MS, failure } from '../keys/api/judge.ts';
import { unusableAnswer } from '../keys/api/read.ts';
import { nodeTransport } from '../keys/api/transport.ts';
import type { KeyAccess } from '../keys/provider.ts';
import { PermissionError, ServiceError } from '../rotation/errors.ts';

interface SdkRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** `what` is the operation, for messages. Every error is typed, and none is one that the SDK would repeat by itself. */
export function transportHandler(name: string, what: string, { ctx, transport = nodeTransport }: KeyAccess) {
  return {
    async handle({ protocol, hostname, port, path, method, headers, body }: SdkRequest) {
      const base = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
      const timeout = AbortSignal.timeout(CALL_TIMEOUT_MS);
      const signal = AbortSignal.any([ctx.signal, timeout]);
      const text = body === undefined ? undefined : String(body);
      const answer = await transport({ method, url: new URL(base + path), headers, body: text, signal }).catch(
        (error: unknown) => {
          const call = { method: 'POST', path: what, as: name, headers: {} } as const;
          throw failure(error, timeout.aborted && !ctx.signal.aborted, { name, base, ctx }, call);
        },
      );
      if (!isQueryXml(answer.body)) throw unexpected(answer.status, name, what);
      return {
        response: {
          statusCode: answer.status,
          headers: Object.fromEntries(
            Object.entries(answer.headers).map(([header, value = '']) => [header, [value].flat().join(', ')]),
          ),
          body: Readable.from([Buffer.from(answer.body)]),
        },
      };
    },
  };
}

/** https://smithy.io/2.0/aws/protocols/aws-query-protocol.html: a service says yes and no in an element whose name ends in Response. */
function isQueryXml(body: string): boolean {
  return /^\s*(<\?xml[^>]*>\s*)?<\w+Response[\s>]/.test(body);
}

/** Something in between has answered, or the service before it understood the call. */
function unexpected(status: number, name: string, what: string): Error {
  if (status === 401 || status === 403) {
    return new PermissionError(`${name} refuses ${what} (HTTP ${status})`, {
      hint: "see whether a proxy or an endpoint policy stands in between, and the function's role",
    });
  }
  if (status === 429) {
    return new ServiceError(`${name} takes no more calls at the moment (HTTP 429)`, {
      code: 'THROTTLED',
      hint: 'too many calls in this account; the step is safe to repeat',
    });
  }
  if (status >= 500) {
    return new ServiceError(`${what} failed (HTTP ${status})`, {
      hint: 'see the health of the service; the step is safe to repeat',
    });
  }
  return unusableAnswer(`the answer of ${name} to ${what} cannot be used (HTTP ${status})`);
}
