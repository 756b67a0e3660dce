import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { loopbackUrl } from '../../loopback.ts';

/** Fifteen seconds is what the service grants an endpoint. https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.prepare.html */
const timeoutMs = 15_000;

/** Posts as SNS does. Follows no redirect, and never leaves this machine. Resolves to whether the endpoint took it. */
export function post(endpoint: string, headers: Record<string, string>, body: string): Promise<boolean> {
  const url = loopbackUrl(endpoint);
  if (!url) return Promise.resolve(false);
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const outgoing = request(url, {
      method: 'POST',
      agent: false,
      timeout: timeoutMs,
      headers: {
        'content-type': 'text/plain; charset=UTF-8',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'Amazon Simple Notification Service Agent',
        ...headers,
      },
    });
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', () => resolve(false));
    outgoing.on('response', (response) => {
      response.resume();
      resolve((response.statusCode ?? 500) < 300);
    });
    outgoing.end(body);
  });
}
