/** Finds what is left of a secret in a text: six characters in a row of it, as they are or as they are encoded. */

/** Shorter pieces are in every text by chance. */
const PIECE = 6;

export interface Leak {
  /** The piece as it stands in the text. */
  readonly piece: string;
  readonly at: number;
}

/** Looks for these secrets in as many texts as there are. */
export function leakFinder(secrets: Iterable<string>): (text: string) => Leak | undefined {
  const byLength = new Map<number, Set<string>>();
  const add = (form: string) => {
    if (form.length < PIECE) return;
    const forms = byLength.get(form.length) ?? new Set();
    byLength.set(form.length, forms.add(form));
  };
  for (const secret of secrets) {
    for (let at = 0; at + PIECE <= secret.length; at++)
      for (const form of formsOf(secret.slice(at, at + PIECE))) add(form);
  }
  return (text) => {
    for (const [length, forms] of byLength) {
      for (let at = 0; at + length <= text.length; at++) {
        const piece = text.slice(at, at + length);
        if (forms.has(piece)) return { piece, at };
      }
    }
    return undefined;
  };
}

/** A piece as itself, as in JSON, SQL and a URL, as hexadecimal digits, and as base64 wherever in a longer text it may begin. */
function formsOf(piece: string): string[] {
  const bytes = Buffer.from(piece);
  const hex = bytes.toString('hex');
  const percent = hex.replace(/../g, '%$&');
  const shifted = [0, 1, 2].map((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // The first and the last characters depend on what stands beside the piece.
    return whole.slice(shift === 0 ? 0 : shift + 1, Math.floor(((shift + bytes.length) * 8) / 6));
  });
  return [
    piece,
    JSON.stringify(piece).slice(1, -1),
    piece.replaceAll("'", "''"),
    encodeURIComponent(piece.toWellFormed()),
    ...[hex, percent].flatMap((form) => [form, form.toUpperCase()]),
    ...shifted.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]),
  ];
}
