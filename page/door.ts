/** Who gets in: the browser that opened the address first, and nobody else's page. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface Door {
  /** Lets one browser in, once. */
  readonly url: string;
  /** Why this request is refused; or what the answer tells the browser, so that the next ones are let in. */
  enter(
    request: IncomingMessage,
  ): { readonly refused: string } | { readonly headers: Readonly<Record<string, string>> };
}

export const randomText = () => randomBytes(24).toString('base64url');

/** Of the page at this port of this machine. */
export function createDoor(port: number): Door {
  const session = randomText();
  const first = randomText();
  let token: string | undefined = first;
  // A browser sends the cookies of all ports of a machine to each.
  const cookie = `rekey-${port}`;
  const isIn = ({ headers }: IncomingMessage) =>
    (headers.cookie ?? '').split(/; */).some((pair) => {
      const [name, value = ''] = pair.split('=');
      return name === cookie && isSame(value, session);
    });

  return {
    url: `http://127.0.0.1:${port}/?token=${first}`,
    enter(request) {
      const refused = refusal(request, port);
      if (refused !== undefined) return { refused };
      if (isIn(request)) return { headers: {} };
      const given = request.method === 'GET' ? /^\/\?token=([\w-]+)$/.exec(request.url ?? '')?.[1] : undefined;
      if (given === undefined || token === undefined || !isSame(given, token)) {
        return { refused: 'Open the address that the terminal shows. It works once; after that, in that browser.' };
      }
      token = undefined;
      return { headers: { 'set-cookie': `${cookie}=${session}; HttpOnly; SameSite=Strict; Path=/` } };
    },
  };
}

/** Why this request is refused, whoever makes it: it is for another name that leads here, or another page makes it. */
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

/** Takes as long whatever was given. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
