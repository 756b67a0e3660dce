/** What `echo`, an editor or a copied page leaves at the ends of a value, where nobody sees it. */

/** Spaces, control characters, and what Unicode says to show as nothing; but U+FE0F and the like say how what is before them looks. */
const UNSEEN = String.raw`[[\s\p{Cc}\p{Default_Ignorable_Code_Point}\u2800]--\p{Variation_Selector}]+`;
const ENDS = new RegExp(`^${UNSEEN}|${UNSEEN}$`, 'gv');
const QUOTED = /^(["'])(.+)\1$/su;

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/[\r\n\u0085\u2028\u2029]/u, 'a line break'],
  [/\t/u, 'a tab'],
  [/\uFEFF/u, 'a byte order mark'],
  [/[\u00A0\u2007\u202F]/u, 'a no-break space'],
  [/\p{Bidi_Control}/u, 'a mark for the direction of writing'],
  [/[\s\u2800]/u, 'a space'],
  [/\p{Cc}/u, 'a control character'],
];

export const UNSEEN_HINT = 'store it again without: printf, not echo, and no line at the end of the file';

/** The kind of what stands there. Undefined: nothing, or the text has lines, as a key in PEM has, and may end in one. */
export function unseenEnd(text: string): string | undefined {
  const bare = text.replace(ENDS, '');
  if (/[\r\n]/.test(bare)) return undefined;
  const ends = text.match(ENDS)?.join('');
  if (ends === undefined) return QUOTED.test(text) ? 'quotes' : undefined;
  return KINDS.find(([kind]) => kind.test(ends))?.[1] ?? 'a zero-width character';
}

export function withoutUnseen(text: string): string {
  return text.replace(ENDS, '').replace(QUOTED, '$2');
}
