/** Who gets in: the page that the address was opened in, and nobody else's. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface Door {
  /** Lets one browser in, once. */
  readonly url: string;
  /** Why this request is refused; or what the answer tells the browser, and the page in it, so that the next ones are let in. */
  enter(request: IncomingMessage): { readonly refused: string } | Entry;
}

export interface Entry {
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the request has shown the key that only the page holds. */
  readonly isPage: boolean;
  /** The key, for the page that the address was opened in. */
  readonly key: string;
}

export const randomText = () => randomBytes(24).toString('base64url');

/** Of the page at this port of this machine. */
export function createDoor(port: number): Door {
  const session = randomText();
  const first = randomText();
  // A browser sends the cookie to every port of this machine, where others may listen: it says which browser, the key which page.
  const pageKey = randomText();
  let token: string | undefined = first;
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
      if (isIn(request)) return { headers: {}, isPage: isSame(keyIn(request), pageKey), key: '' };
      const given = request.method === 'GET' ? /^\/\?token=([\w-]+)$/.exec(request.url ?? '')?.[1] : undefined;
      if (given === undefined || token === undefined || !isSame(given, token)) {
        return { refused: 'Open the address that the terminal shows. It works once; after that, in that browser.' };
      }
      token = undefined;
      return {
        headers: { 'set-cookie': `${cookie}=${session}; HttpOnly; SameSite=Strict; Path=/` },
        isPage: false,
        key: pageKey,
      };
    },
  };
}

/** Why this request is refused, whoever makes it: it is for another name that leads here, or another page makes it. */
function refusal({ headers, method, url = '/' }: IncomingMessage, port: number): string | undefined {
  const isAddress = method === 'GET' && /^\/(\?token=[\w-]*)?$/.test(url);
  const names = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!names.includes(headers.host ?? '')) return 'The Host header must name this machine.';
  const { origin, 'sec-fetch-site': site, 'sec-purpose': purpose } = headers;
  // A browser that guesses what will be opened would use the address up.
  if (purpose !== undefined) return 'Only who opens the address is let in.';
  // The address itself is opened from wherever a person clicks it; all else only the page asks for.
  if (!isAddress && site !== undefined && site !== 'same-origin' && site !== 'none') return 'Another page may not ask.';
  if (origin !== undefined && !names.some((name) => origin === `http://${name}`)) return 'Another page may not ask.';
  // A browser says where a POST comes from; what is no browser has no business here.
  return method === 'POST' && origin === undefined ? 'A POST must say where it comes from.' : undefined;
}

const keyIn = ({ url = '/' }: IncomingMessage) => new URL(url, 'http://page').searchParams.get('key') ?? '';

/** Takes as long whatever was given. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
