import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from '../loopback.ts';

/**
 * Why this request is refused, or undefined. Secret values sit behind this port and no signature is checked, so a web page that the
 * operator happens to visit must not get in: neither from its own origin, nor under a name of its own that resolves to 127.0.0.1.
 */
export function refusal(headers: IncomingHttpHeaders): string | undefined {
  if (headers.origin !== undefined) return 'Requests from a web page are refused.';
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'none') return 'Requests from a web page are refused.';
  const host = headers.host ?? '';
  const name = URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : '';
  return isLoopback(name) ? undefined : 'The Host header must name this machine: localhost or 127.0.0.1.';
}
