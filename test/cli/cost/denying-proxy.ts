import { createServer } from 'node:http';
import { listen, stop } from '../../../local/loopback.ts';

interface Denial {
  /** Of secrets whose ARN or name has this in it; all when absent. */
  readonly about?: string;
  readonly code?: string;
  /** Which of these calls, counted from 1; all when absent. */
  readonly from?: number;
  readonly to?: number;
}

/** Stands before a sandbox, which knows no IAM, and answers for it where an identity may not do what it asks for. */
export async function denyingProxy(url: string, denied: Readonly<Record<string, Denial>>) {
  const counts = new Map<string, number>();
  const server = createServer(async (incoming, outgoing) => {
    const body = Buffer.concat(await incoming.toArray());
    const target = String(incoming.headers['x-amz-target']);
    const operation = target.slice(target.indexOf('.') + 1);
    const count = (counts.get(operation) ?? 0) + 1;
    counts.set(operation, count);
    const denial = denied[operation];
    const isDenied =
      denial !== undefined && count >= (denial.from ?? 1) && count <= (denial.to ?? Number.POSITIVE_INFINITY);
    if (isDenied && body.includes(denial.about ?? '')) {
      const __type = denial.code ?? 'AccessDeniedException';
      outgoing.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
      outgoing.end(JSON.stringify({ __type, message: `arn:aws:iam::123456789012:user/me may not ${target}` }));
      return;
    }
    const { host: _, connection: __, 'content-length': ___, ...headers } = incoming.headers;
    const answer = await fetch(url, { method: 'POST', body, headers: headers as Record<string, string> });
    outgoing.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' });
    outgoing.end(Buffer.from(await answer.arrayBuffer()));
  });
  return {
    url: `http://127.0.0.1:${await listen(server)}`,
    [Symbol.asyncDispose]: () => stop(server),
  };
}
