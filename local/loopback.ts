import type { Server } from 'node:http';

/** Stops listening and ends every connection, also one that waits for an answer. */
export async function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeAllConnections();
  await closed;
}

/** Is this host name this machine, whatever a resolver says? */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname === '::1' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** The parsed address when it is http or https on this machine, else undefined. */
export function loopbackUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && /^https?:$/.test(url.protocol) && isLoopback(url.hostname) ? url : undefined;
}
