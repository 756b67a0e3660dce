/** The forms in which a user and its password are written into one text: how they are found, read, and written again. */

export interface Replaced {
  readonly from: string;
  readonly to: string;
}

export interface Pair {
  readonly secret: Replaced;
  /** User names or ids that go with it, also those that stay. */
  readonly owners: readonly Replaced[];
  /** May the text name another user? */
  readonly anyOwner: boolean;
  /** May the text name no user? */
  readonly alone: boolean;
}

/** `either`: the user, or the secret in its place, as in https://token@host. */
interface Piece {
  readonly is: 'user' | 'secret' | 'either' | 'other';
  readonly raw: string;
}

interface Form {
  /** The pieces, which joined are the text; none when it is not of this form. */
  split(text: string): Piece[];
  /** All that a piece may stand for: clients do not agree about every character. */
  read(raw: string): string[];
  write(value: string): string;
}

/** Absent: of no form that is known, or not about this pair. `rest` is what was left as it was. */
export function rewritten(text: string, pair: Pair): { text: string; rest: string } | undefined {
  for (const form of forms) {
    const pieces = form.split(text);
    const isSecret = ({ is, raw }: Piece) =>
      (is === 'secret' || is === 'either') && form.read(raw).includes(pair.secret.from);
    if (!pieces.some(isSecret)) continue;
    const users = pieces.filter((piece) => isUser(piece) && !isSecret(piece));
    const ownerOf = ({ raw }: Piece) => pair.owners.find(({ from }) => form.read(raw).includes(from));
    if (users.length === 0 ? !pair.alone : !pair.anyOwner && !users.every(ownerOf)) continue;
    const next = pieces.map((piece) => {
      const change = isSecret(piece) ? pair.secret : isUser(piece) ? ownerOf(piece) : undefined;
      return change === undefined || change.from === change.to ? piece.raw : form.write(change.to);
    });
    const rest = pieces.filter((piece) => !isSecret(piece)).map(({ raw }) => raw);
    return { text: next.join(''), rest: rest.join('\n') };
  }
  return undefined;
}

/** An empty one names nobody: redis://:P@host. */
function isUser({ is, raw }: Piece): boolean {
  return (is === 'user' || is === 'either') && raw !== '';
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

const forms: readonly Form[] = [
  // postgres://app:P@db/shop, jdbc:postgresql://db/shop?user=app&password=P
  {
    split(text) {
      const [, scheme = '', userinfo = '', host = '', query = ''] =
        /^((?:[a-z][a-z0-9+.-]*:)+\/\/)(?:([^/?#]*)(?=@))?([^?]*)([\s\S]*)$/i.exec(text) ?? [];
      if (scheme === '') return [];
      return [
        other(scheme),
        ...inUserinfo(userinfo),
        other(host),
        ...keyed(query, /([?&]([^=&#]*)=)([^&#]*)(#[\s\S]*$)?/gy),
      ];
    },
    read: (raw) => [percentDecoded(raw), percentDecoded(raw.replaceAll('+', ' '))],
    write: percentEncoded,
  },
  // host=db user=app password='P': libpq
  {
    split: (text) => keyed(text, /((\w+)\s*=\s*)('(?:\\[\s\S]|[^'\\])*'|(?:\\[\s\S]|[^\s'\\])*)(\s+|$)/gy),
    read: (raw) => [unescaped(raw.replace(/^'([\s\S]*)'$/, '$1'))],
    write: (value) => `'${value.replace(/[\\']/g, '\\$&')}'`,
  },
  // Host=db;Username=app;Password=P: .NET
  {
    split: (text) => keyed(text, /(([^=;"']+)=\s*)("(?:""|[^"])*"|'(?:''|[^'])*'|(?!["'])[^;]*)(;\s*|$)/gy),
    read: (raw) => [/^(["'])([\s\S]*)\1$/.test(raw) ? raw.slice(1, -1).replace(/(["'])\1/g, '$1') : raw.trim()],
    write: (value) => `"${value.replaceAll('"', '""')}"`,
  },
  // db:5432:shop:app:P: a line of .pgpass
  {
    split: (text) => parted(/^((?:(?:\\[\s\S]|[^:\\])*:){3})((?:\\[\s\S]|[^:\\])*)(:)([\s\S]+)$/.exec(text)),
    read: (raw) => [unescaped(raw)],
    write: (value) => value.replace(/[\\:]/g, '\\$&'),
  },
  // app:P
  { split: (text) => parted(/^()([^:]+)(:)([\s\S]+)$/.exec(text)), read: (raw) => [raw], write: (value) => value },
];

function other(raw: string): Piece {
  return { is: 'other', raw };
}

function inUserinfo(userinfo: string): Piece[] {
  const colon = userinfo.indexOf(':');
  if (colon < 0) return [{ is: 'either', raw: userinfo }];
  return [{ is: 'user', raw: userinfo.slice(0, colon) }, other(':'), { is: 'secret', raw: userinfo.slice(colon + 1) }];
}

/** Pairs of a name and a value, all the text long: each match of `pair` is the name up to its value, the name, the value, the rest. */
function keyed(text: string, pair: RegExp): Piece[] {
  const found = [...text.matchAll(pair)];
  if (found.map(([whole]) => whole).join('') !== text) return text === '' ? [] : [other(text)];
  return found.flatMap(([, head = '', name = '', raw = '', tail = '']) => [
    other(head),
    { is: meaningOf(name.trim()), raw },
    other(tail),
  ]);
}

function meaningOf(name: string): Piece['is'] {
  if (/^(?:password|pwd)$/i.test(name)) return 'secret';
  return /^(?:user|user ?name|user ?id|uid)$/i.test(name) ? 'user' : 'other';
}

function parted(match: RegExpExecArray | null): Piece[] {
  if (match === null) return [];
  const [, head = '', user = '', colon = '', secret = ''] = match;
  return [other(head), { is: 'user', raw: user }, other(colon), { is: 'secret', raw: secret }];
}
