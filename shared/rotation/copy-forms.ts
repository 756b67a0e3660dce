/** The forms in which a login is written into one text: how they are found, read, and written again. */

/** `either`: the user, or the secret in its place, as in https://token@host. */
export interface Piece {
  readonly is: 'users' | 'secrets' | 'hosts' | 'either' | 'other';
  readonly raw: string;
}

export interface Form {
  /** The pieces, which joined are the text; none when it is not of this form. */
  split(text: string): Piece[];
  /** All that a piece may stand for: clients do not agree about every character. */
  read(raw: string): string[];
  /** In place of `raw`, quoted as that is where it can be. */
  write(value: string, raw: string): string;
}

export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function percentEncoded(text: string): string {
  const hex = (char: string) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text.toWellFormed()).replace(/[!'()*]/g, hex);
}

export function unescaped(text: string): string {
  return text.replace(/\\([\s\S])/g, '$1');
}

/** Hosts in a list, without ports. */
export function hostsIn(text: string): string[] {
  const hosts = text.split(',').map((one) => one.trim().replace(/^tcp:/i, ''));
  return hosts
    .map((host) => host.replace(/^(\[.*\]|[^:]*):\d*$/, '$1').replace(/^\[(.*)\]$/, '$1'))
    .filter((host) => !/^(?:\d*|\*)$/.test(host));
}

/** Hosts that a text of this form names itself. */
export function hostsNamed(pieces: readonly Piece[], form: Form): string[] {
  const hosts = pieces.filter(({ is }) => is === 'hosts');
  return hosts.flatMap(({ raw }) => form.read(raw).slice(0, 1).flatMap(hostsIn));
}

const URL_PARTS = /^((?:[a-z][a-z0-9+.-]*:)+\/\/)(?:([^/?#]*)(?=@))?(@?)([^/?#]*)([^?]*)([\s\S]*)/i;

/** postgres://app:P@db/shop, jdbc:postgresql://db/shop?user=app&password=P */
export const url: Form = {
  split: (text) =>
    taken(URL_PARTS.exec(text), (scheme, userinfo, at, host, path, query) => [
      other(scheme),
      ...inUserinfo(userinfo),
      other(at),
      { is: 'hosts', raw: host },
      other(path),
      ...keyed(query, /([?&]([^=&#]*)=)([^&#]*)(#[\s\S]*)?/gy),
    ]) ?? [],
  read: (raw) => [percentDecoded(raw), percentDecoded(raw.replaceAll('+', ' '))],
  write: percentEncoded,
};

const SEMICOLONS = /(([^=;"']+)=\s*)("(?:""|[^"])*"|'(?:''|[^'])*'|\{(?:\}\}|[^}])*\}|(?!["'])[^;]*)(;\s*|$)/gy;

const PGPASS = /^((?:\\[\s\S]|[^:\\])*)(:(?:(?:\\[\s\S]|[^:\\])*:){2})((?:\\[\s\S]|[^:\\])*):([\s\S]+)/;

export const forms: readonly Form[] = [
  url,
  // host=db user=app password='P': libpq
  {
    split: (text) => keyed(text, /((\w+)\s*=\s*)('(?:\\[\s\S]|[^'\\])*'|(?:\\[\s\S]|[^\s'\\])*)(\s+|$)/gy),
    read: (raw) => [unescaped(raw.replace(/^'([\s\S]*)'/, '$1'))],
    write: (value, raw) =>
      raw.startsWith("'") || /^$|[\s'\\]/.test(value) ? `'${value.replace(/[\\']/g, '\\$&')}'` : value,
  },
  // Driver={PostgreSQL};Server=db;UID=app;PWD={P}: ODBC. It has no other quotes than braces.
  {
    split: (text) => (isOdbc(text) ? keyed(text, SEMICOLONS) : []),
    read: (raw) => [/^\{.*\}$/s.test(raw) ? raw.slice(1, -1).replaceAll('}}', '}') : raw.trim()],
    write: (value, raw) =>
      raw.startsWith('{') || /^$|[[\]{}(),;?*=!@"']|^\s|\s$/.test(value) ? `{${value.replaceAll('}', '}}')}}` : value,
  },
  // Host=db;Username=app;Password=P: .NET
  {
    split: (text) => (isOdbc(text) ? [] : keyed(text, SEMICOLONS)),
    read(raw) {
      const quote = quoteOf(raw);
      return [quote === undefined ? raw.trim() : raw.slice(1, -1).replaceAll(quote + quote, quote)];
    },
    write(value, raw) {
      const quote = quoteOf(raw) ?? (/^$|[;"'{}]|^[\s=]|\s$/.test(value) ? '"' : '');
      return quote + value.replaceAll(quote, quote + quote) + quote;
    },
  },
  // db:5432:shop:app:P: a line of .pgpass
  {
    split: (text) =>
      taken(PGPASS.exec(text), (host, rest, user, secret) => [
        { is: 'hosts', raw: host },
        other(rest),
        ...pair(user === '*' ? '' : user, secret, user),
      ]) ?? [],
    read: (raw) => [unescaped(raw)],
    write: (value) => value.replace(/[\\:]/g, '\\$&'),
  },
  // app:P
  {
    split: (text) => taken(/^([^:]+):([\s\S]+)/.exec(text), (user, secret) => pair(user, secret)) ?? [],
    read: (raw) => [raw],
    write: (value) => value,
  },
];

/** What `make` makes of the groups. Undefined: there is no match. */
function taken<T>(match: RegExpExecArray | null, make: (...groups: string[]) => T): T | undefined {
  return match === null ? undefined : make(...groupsOf(match));
}

/** One that took no part is empty. */
function groupsOf(match: RegExpExecArray): string[] {
  return match.slice(1).map((group) => group ?? '');
}

function isOdbc(text: string): boolean {
  return /(?:^|;)\s*(?:driver|dsn|filedsn)\s*=/i.test(text);
}

function quoteOf(raw: string): string | undefined {
  return /^["']/.exec(raw)?.[0];
}

function other(raw: string): Piece {
  return { is: 'other', raw };
}

/** A user that stands for all names nobody. */
function pair(user: string, secret: string, raw = user): Piece[] {
  return [{ is: user === '' ? 'other' : 'users', raw }, other(':'), { is: 'secrets', raw: secret }];
}

function inUserinfo(userinfo: string): Piece[] {
  const colon = userinfo.indexOf(':');
  if (colon < 0) return [{ is: 'either', raw: userinfo }];
  return pair(userinfo.slice(0, colon), userinfo.slice(colon + 1));
}

/** Pairs of a name and a value, all the text long: each match of `pairs` is the name up to its value, the name, the value, the rest. */
function keyed(text: string, pairs: RegExp): Piece[] {
  const found = [...text.matchAll(pairs)];
  if (found.map(([whole]) => whole).join('') !== text) return [other(text)];
  const make: (...groups: string[]) => Piece[] = (head, name, raw, tail) => [
    other(head),
    { is: meaningOf(name.trim()), raw },
    other(tail),
  ];
  return found.flatMap((match) => make(...groupsOf(match)));
}

function meaningOf(name: string): Piece['is'] {
  if (/^(?:password|pwd)$/i.test(name)) return 'secrets';
  if (/^(?:host|hostaddr|server|addr|address|data ?source|network address)$/i.test(name)) return 'hosts';
  return /^(?:user|user ?name|user ?id|uid)$/i.test(name) ? 'users' : 'other';
}

type LineFields = Readonly<Record<string, string | readonly string[]>>;

/** Lines of `name=value`, as in .properties, .env and my.cnf. Undefined: the text has none. */
export interface Lines {
  /** The value of each name; of one that comes again all, in their order. */
  readonly fields: LineFields;
  /** What stands in no such line. */
  readonly rest: string;
  /** Undefined: readers do not agree how one of them is written. */
  write(fields: LineFields): string | undefined;
}

export function linesIn(text: string): Lines | undefined {
  if (!text.includes('\n') && !/^[\w.-]+\s*=\s*[^\s;=]+$/.test(text)) return undefined;
  const parts = text.split('\n').map((line) => {
    const assignment = /^(\s*([\w.-]+)[ \t]*=[ \t]*)(.+?)(\s*)$/.exec(line);
    return taken(assignment, (head, name, raw, tail) => ({ line, head, name, raw, tail })) ?? line;
  });
  const keyed = parts.filter((part) => typeof part !== 'string');
  if (keyed.length === 0) return undefined;
  const bare = (raw: string) => raw.replace(/^(["'])(.*)\1$/, '$2');
  const values = (name: string) => keyed.filter((one) => one.name === name).map(({ raw }) => bare(raw));
  return {
    fields: Object.fromEntries(
      keyed.map(({ name }) => [name, values(name).length === 1 ? String(values(name)) : values(name)]),
    ),
    rest: parts.filter((part) => typeof part === 'string').join('\n'),
    write(fields) {
      const left = new Map(Object.entries(fields).map(([name, all]) => [name, [all].flat()]));
      const lines = parts.map((part) => {
        if (typeof part === 'string') return part;
        const { line, head, name, raw, tail } = part;
        const next = left.get(name)?.shift() ?? '';
        if (next === bare(raw)) return line;
        const written = inLine(next, raw);
        return written && head + written + tail;
      });
      return lines.includes(undefined) ? undefined : lines.join('\n');
    },
  };
}

/** Some readers end a bare value at #, some put something in place of ${…}, some keep quotes that were not there. */
function inLine(value: string, raw: string): string | undefined {
  const quote = /^(["']).*\1$/.exec(raw)?.[1] ?? '';
  const unsure = quote === "'" ? /['\\\n]/ : quote === '"' ? /["\\$`\n]/ : /^$|[\s'"\\#]|\$[{(]/;
  return unsure.test(value) ? undefined : quote + value + quote;
}
