/** Serves one page on a port of its own of this machine, to one browser: what is there as it changes, and what its buttons do. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json as jsonOf } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { createDoor, type Entry, randomText } from './door.ts';
import type { Source } from './source.ts';

/** Gives the address to open, which works once. Without `port` it is any that is free. */
export async function startPage(source: Source, port = 0): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const door = createDoor((server.address() as AddressInfo).port);

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const entry = door.enter(request);
    if ('refused' in entry) return end(response, 403, entry.refused);
    const { pathname, searchParams } = new URL(request.url ?? '/', door.url);
    const asked = `${request.method} ${pathname}`;
    if (asked === 'GET /') return page(response, entry);
    // A browser asks for it after a text, too, which cannot say that there is none.
    if (asked === 'GET /favicon.ico') return void response.writeHead(204, HEADERS).end();
    if (!entry.isPage) return end(response, 403, 'Only the page may ask that the address was opened in.');
    if (asked === 'GET /events') return watch(source, response, searchParams.get('secret') ?? undefined);
    if (asked === 'POST /act') {
      if (source.act === undefined) return end(response, 403, 'This page is only to look at.');
      const problem = await source.act(await jsonOf(request).catch(() => undefined));
      return end(response, problem === undefined ? 200 : 400, problem ?? 'done');
    }
    end(response, 404, 'No such page.');
  }

  return {
    url: door.url,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const HEADERS = {
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** At the address with the token, too. Sent on to another one, a browser that comes from a link would not show its new cookie there. */
function page(response: ServerResponse, { headers, key }: Entry): void {
  const nonce = randomText();
  response.writeHead(200, {
    ...HEADERS,
    ...headers,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  });
  response.end(html().replaceAll('NONCE', nonce).replace('KEY', key));
}

/** In the bundle of the tool it is beside the code, too. */
const html = () => readFileSync(new URL('page.html', import.meta.url), 'utf8');

/** Looks for as long as somebody listens, and the more rarely the longer nothing changes. */
async function watch(source: Source, response: ServerResponse, chosen: string | undefined): Promise<void> {
  const { leastMs, mostMs } = source.pause;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' });
  let shown = '';
  for (let pauseMs = leastMs; !gone.signal.aborted; ) {
    const now = JSON.stringify(await source.view(chosen));
    pauseMs = now === shown ? Math.min(mostMs, pauseMs * 1.5) : leastMs;
    if (now !== shown) response.write(`data: ${now}\n\n`);
    shown = now;
    await delay(pauseMs, undefined, { signal: gone.signal }).catch(() => undefined);
  }
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${text}\n`);
}
