/** One HTTP exchange, as small as it can be: no redirects, no keep-alive, no cookies. What it means is the business of api/judge.ts. */
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal: AbortSignal;
  /** Resolves host names, and may refuse an address. Absent: the system's. */
  readonly lookup?: LookupFunction | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Rejects with Node's own errors (they have a `code`), or with AnswerTooLarge. */
export type Transport = (request: HttpRequest) => Promise<HttpAnswer>;

export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
}

/** An answer with a key is a few hundred bytes; a list of keys a few hundred kilobytes. */
const LARGEST_ANSWER = 4 * 1024 * 1024;

/** Plain HTTP goes to this machine only: a key must not cross a network in clear. */
export const nodeTransport: Transport = ({ method, url, headers, body, signal, lookup }) => {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  if (url.protocol !== 'https:' && !['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname)) {
    reject(new TypeError('plain HTTP is spoken to this machine only'));
    return promise;
  }
  const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
  const request = send(url, { method, headers, signal, agent: false, ...(lookup && { lookup }) }, (response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    response.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > LARGEST_ANSWER) request.destroy(new AnswerTooLarge(`more than ${LARGEST_ANSWER} bytes`));
      else chunks.push(chunk);
    });
    response.on('end', () =>
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() }),
    );
    response.on('error', reject);
  });
  request.on('error', reject);
  request.end(body);
  return promise;
};
