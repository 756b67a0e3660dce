/** A provider's HTTP API on this machine, with state: what the vendor's documentation says, and the trouble that a test asks for. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen, stop } from '../loopback.ts';

/** What is played next, instead of the answer. */
export type Trouble =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | 'hang'
  | 'huge'
  | 'not JSON'
  /** The call takes effect, and its answer is an empty object. */
  | 'lacks everything'
  /** The call takes effect, and the connection ends before the answer. */
  | 'cut off';

export interface DoubleRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** As it came, for who checks a signature over it. */
  readonly text: string;
  /** Parsed JSON or form. */
  readonly body: Record<string, unknown>;
  /** What stands in the path for the names of the route, in their order. */
  readonly params: readonly string[];
}

export interface DoubleAnswer {
  readonly status: number;
  readonly json?: unknown;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

export type Answering = (request: DoubleRequest) => DoubleAnswer;

/** `GET /v3/api_keys/:id`: a name after a colon stands for any one part of a path, `*` at the end for any rest. */
export type Routes = Readonly<Record<string, Answering>>;

/** What the provider suite and the demonstration need to know of a double. */
export interface ProviderDouble {
  readonly url: string;
  /** What is in the secret before its first rotation, and in the admin secret if it names one. */
  readonly first: Record<string, unknown>;
  readonly admin?: Record<string, unknown>;
  /** Well formed, and never issued. */
  readonly madeUp: Record<string, unknown>;
  /** Would the provider let this value in? Counts as no use, and knows no lag. */
  opens(secret: Readonly<Record<string, unknown>>): boolean;
  /** The values of all keys that live and belong to the secret's holder; keys of others are not among them. */
  live(): readonly string[];
  /** Takes every slot that is left, for somebody else. Absent where there are no slots to speak of. */
  fill?(): void;
  /** Says that the key is used, later than any rotation would use it by itself (`lateUse`). Absent where the provider does not tell. */
  use?(secret: Readonly<Record<string, unknown>>): void;
  /** A credential that is alive and may not manage keys. */
  readonly powerless?: Record<string, unknown>;
  /** In seconds. The longest life that the vendor lets a key have. Absent: keys have no end there, or the vendor does not mind. */
  longestLife?: number;
  /** So many further uses of a fresh key are refused before it has spread. */
  lag: number;
  /** Answers that stand in for the next calls, in order; a path pattern waits for its call. */
  readonly troubles: { at?: RegExp; method?: string; trouble: Trouble }[];
  /** Every call, oldest first: 'POST /v3/api_keys 201'. */
  readonly calls: readonly string[];
  close(): Promise<void>;
}

type Served = Pick<ProviderDouble, 'url' | 'troubles' | 'calls' | 'close'>;

/** Serves the routes. No route: 404. */
export async function serve(routes: Routes): Promise<Served> {
  const troubles: ProviderDouble['troubles'] = [];
  const calls: string[] = [];
  const server = createServer((incoming, outgoing) => {
    void play(incoming, outgoing).catch(() => outgoing.destroy());
  });

  async function play(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const request = await parsed(incoming);
    const trouble = taken(troubles, request);
    const isEarly = typeof trouble === 'object' || trouble === 'hang' || trouble === 'huge' || trouble === 'not JSON';
    const answer = isEarly ? undefined : answered(routes, request);
    calls.push(`${request.method} ${request.path} ${answer?.status ?? 'trouble'}`);
    if (trouble === undefined) return write(outgoing, answer ?? { status: 404 });
    if (trouble === 'cut off') return void outgoing.destroy();
    if (trouble === 'hang') return sleep(60_000, undefined, { ref: false });
    if (trouble === 'lacks everything') return write(outgoing, { status: answer?.status ?? 200, json: {} });
    if (trouble === 'not JSON')
      return write(outgoing, { status: 200, body: '<html>Welcome to the hotel network</html>' });
    if (trouble === 'huge') return flood(outgoing);
    return write(outgoing, { body: '{"error":"as the test asked"}', ...trouble });
  }

  return { url: `http://127.0.0.1:${await listen(server)}`, troubles, calls, close: () => stop(server) };
}

export const ok = (json: unknown): DoubleAnswer => ({ status: 200, json });
export const created = (json: unknown): DoubleAnswer => ({ status: 201, json });

/** Doubles count every use, as vendors do. A test need not wait until one cannot be Rekey's own: it is told ahead of time. */
export const lateUse = () => new Date(Date.now() + 3_600_000);

export const bearerOf = ({ headers }: DoubleRequest): string =>
  /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';

/** User name and password of basic authentication. */
export function basicOf({ headers }: DoubleRequest): readonly [string, string] {
  const text = Buffer.from(/^Basic (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '', 'base64').toString();
  const at = text.indexOf(':');
  return [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
}

function answered(routes: Routes, request: DoubleRequest): DoubleAnswer {
  for (const [route, answer] of Object.entries(routes)) {
    const [method, path = ''] = route.split(' ');
    const pattern = path.replaceAll('.', '\\.').replaceAll(/:\w+/g, '([^/]+)').replace(/\*$/, '.*');
    const match = method === request.method ? new RegExp(`^${pattern}$`).exec(request.path) : null;
    if (match !== null) return answer({ ...request, params: match.slice(1).map(decodeURIComponent) });
  }
  return { status: 404, json: { error: 'no such route' } };
}

function taken(troubles: ProviderDouble['troubles'], { method, path }: DoubleRequest): Trouble | undefined {
  const index = troubles.findIndex((one) => (one.at?.test(path) ?? true) && (one.method ?? method) === method);
  return index < 0 ? undefined : troubles.splice(index, 1)[0]?.trouble;
}

async function parsed(incoming: IncomingMessage): Promise<DoubleRequest> {
  const text = Buffer.concat(await incoming.toArray()).toString();
  const url = new URL(incoming.url ?? '/', 'http://double');
  const isForm = incoming.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  const body = text === '' ? {} : isForm ? Object.fromEntries(new URLSearchParams(text)) : JSON.parse(text);
  const { method = 'GET', headers } = incoming;
  return { method, path: url.pathname, query: url.searchParams, headers, text, body, params: [] };
}

function write(outgoing: ServerResponse, { status, json, body, headers }: DoubleAnswer): void {
  const text = body ?? (json === undefined ? '' : JSON.stringify(json));
  outgoing.writeHead(status, { ...(text !== '' && { 'content-type': 'application/json' }), ...headers });
  outgoing.end(text);
}

/** A hundred megabytes, unless the reader hangs up. */
async function flood(outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(200, { 'content-type': 'application/json' });
  const megabyte = Buffer.alloc(1024 * 1024, 32);
  for (let sent = 0; sent < 100 && !outgoing.destroyed; sent++) {
    if (!outgoing.write(megabyte)) await Promise.race([once(outgoing, 'drain'), once(outgoing, 'close')]);
  }
  outgoing.end();
}
