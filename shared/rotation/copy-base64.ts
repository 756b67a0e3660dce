/** A text that is base64 as a whole, also in lines as `base64` writes them. */

/** With what `follow` makes of its inner text. Undefined: it is none, letter for letter, or nothing in it changes. */
export function inBase64(text: string, follow: (inner: string) => string): string | undefined {
  const end = String(/\r?\n|$/.exec(text));
  const joined = text.replaceAll(end, '');
  const line = new RegExp(`.{${text.indexOf(end)}}(?=.)`, 'g');
  if (joined.length < 8) return undefined;
  for (const alphabet of ['base64', 'base64url'] as const) {
    const encoded = (inner: Buffer) => {
      const full = inner.toString(alphabet);
      return (joined.length % 4 === 0 ? full : full.replaceAll('=', '')).replace(line, `$&${end}`);
    };
    const bytes = Buffer.from(joined, alphabet);
    const inner = bytes.toString();
    if (encoded(bytes) !== text || !Buffer.from(inner).equals(bytes)) continue;
    const next = follow(inner);
    return next === inner ? undefined : encoded(Buffer.from(next));
  }
  return undefined;
}

/** Lines in it have others that belong to them: none can be written by itself. */
export function isWrapped(text: string): boolean {
  return WRAP.test(text);
}

/** Such lines as one. */
export function unwrapped(text: string): string {
  return text.replace(new RegExp(WRAP, 'g'), '');
}

const WRAP = /(?<=[\w+/-]{60})\r?\n[ \t]*(?=[\w+/-])/;
