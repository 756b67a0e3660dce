/**
 * The page of the sandbox, on a port of its own on this machine. The port of the services refuses every web page; this one lets in
 * who has opened the address that the terminal shows, once, and nobody else's page.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json as jsonOf } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { listen, stop } from '../loopback.ts';
import type { Sandbox } from '../sandbox.ts';
import { type Acts, act } from './acts.ts';
import { type Opener, startLogins } from './logins.ts';
import { viewOf } from './view.ts';

const html = readFileSync(new URL('page.html', import.meta.url), 'utf8');
const LOOK_MS = 120;
const secretOf = () => randomBytes(24).toString('base64url');

interface PageOptions extends Acts {
  readonly sandbox: Sandbox;
  readonly open: Opener;
}

/** Gives the address to open, which works once. */
export async function startPage(options: PageOptions): Promise<{ url: string; close(): Promise<void> }> {
  const { sandbox } = options;
  const session = secretOf();
  let token: string | undefined = secretOf();
  const watchers = new Set<ServerResponse>();
  const logins = startLogins(
    () => sandbox.secretsManager.secrets(),
    options.open,
    () => watchers.size > 0,
  );
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });

  const cookie = () => `rekey-${port}`;
  const isIn = ({ headers }: IncomingMessage) =>
    (headers.cookie ?? '').split(/; */).some((pair) => {
      const [name, value = ''] = pair.split('=');
      return name === cookie() && isSame(value, session);
    });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refused = refusal(request, port);
    if (refused !== undefined) return end(response, 403, refused);
    const { pathname, searchParams } = new URL(request.url ?? '/', `http://127.0.0.1:${port}`);
    const given = searchParams.get('token');
    if (!isIn(request)) {
      if (given === null || token === undefined || !isSame(given, token))
        return end(
          response,
          403,
          'Open the address that the terminal shows. It works once; after that, in that browser.',
        );
      token = undefined;
    }
    if (given !== null) {
      response.writeHead(303, {
        ...HEADERS,
        location: '/',
        'set-cookie': `${cookie()}=${session}; HttpOnly; SameSite=Strict; Path=/`,
      });
      return void response.end();
    }
    // A browser asks for it after a text, too, which cannot say that there is none.
    if (request.method === 'GET' && pathname === '/favicon.ico') return void response.writeHead(204, HEADERS).end();
    if (request.method === 'GET' && pathname === '/') return page(response);
    if (request.method === 'GET' && pathname === '/events') return watch(response);
    if (request.method === 'POST' && pathname === '/act') {
      const problem = await act(await jsonOf(request).catch(() => undefined), { ...options, forget: logins.forget });
      return end(response, problem === undefined ? 200 : 400, problem ?? 'done');
    }
    end(response, 404, 'No such page.');
  }

  async function watch(response: ServerResponse): Promise<void> {
    response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' });
    watchers.add(response);
    response.once('close', () => watchers.delete(response));
    for (let shown = ''; watchers.has(response); await delay(LOOK_MS)) {
      const now = JSON.stringify(viewOf(sandbox, logins));
      if (now !== shown) response.write(`data: ${now}\n\n`);
      shown = now;
    }
  }

  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}/?token=${token}`,
    close: async () => {
      watchers.clear();
      await logins.stop();
      await stop(server);
    },
  };
}

const HEADERS = {
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

function page(response: ServerResponse): void {
  const nonce = secretOf();
  response.writeHead(200, {
    ...HEADERS,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  });
  response.end(html.replaceAll('NONCE', nonce));
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${text}\n`);
}

/** Why this request is refused: it is for another name that leads here, or another page makes it. */
function refusal({ headers, method, url = '/' }: IncomingMessage, port: number): string | undefined {
  const isAddress = method === 'GET' && /^\/(\?token=[\w-]*)?$/.test(url);
  const names = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!names.includes(headers.host ?? '')) return 'The Host header must name this machine.';
  const { origin, 'sec-fetch-site': site } = headers;
  // The address itself is opened from wherever a person clicks it; all else only the page asks for.
  if (!isAddress && site !== undefined && site !== 'same-origin' && site !== 'none') return 'Another page may not ask.';
  if (origin !== undefined && !names.some((name) => origin === `http://${name}`)) return 'Another page may not ask.';
  // A browser says where a POST comes from; what is no browser has no business here.
  return method === 'POST' && origin === undefined ? 'A POST must say where it comes from.' : undefined;
}

function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
