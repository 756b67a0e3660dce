/** A text of no known form may hold a value in other letters than its own. What its readers make of it is looked at, too. */
import { unwrapped } from './copy-base64.ts';
import { percentDecoded } from './copy-forms.ts';
import { isDistinct, type Replaced } from './copy-judgement.ts';

/** Only of values that do not occur by chance; of the short ones not inside of a longer word. */
export function holdsAny(
  text: string,
  { secrets, names }: { secrets: readonly Replaced[]; names: readonly string[] },
  readings = readingsOf(text),
): boolean {
  const distinct = secrets.filter(({ from }) => isDistinct(from, names));
  return distinct.some(({ from }) => {
    const bytes = Buffer.from(from);
    if (text.includes(bytes.toString('base64').replaceAll('=', ''))) return true;
    if (text.toLowerCase().includes(bytes.toString('hex'))) return true;
    return readings.some((one) => (from.length < LONG ? standsAlone(from, one) : one.includes(from)));
  });
}

/** From here on no longer word has it in it by chance. */
export const LONG = 12;

function standsAlone(word: string, text: string): boolean {
  return text.split(word).some((front, at, all) => {
    const rest = all[at + 1];
    return rest !== undefined && !/[\p{L}\p{N}_-]$/u.test(front) && !/^[\p{L}\p{N}_-]/u.test(rest);
  });
}

/** The text, and all that it may stand for: three layers deep, as base64 of XML in which a URL stands. */
export function readingsOf(text: string): readonly string[] {
  const deeper = (texts: readonly string[]) => [
    ...new Set(texts.flatMap((one) => [one, ...READERS.map((read) => read(one))])),
  ];
  return deeper(deeper(deeper([text])));
}

const READERS: readonly ((text: string) => string)[] = [
  // Each run by itself: a percent sign elsewhere is no reason to read none.
  (text) => text.replace(/(?:%[\da-f]{2})+/gi, percentDecoded),
  // JSON, shells, .properties
  (text) =>
    text.replace(/\\(u[\da-f]{4}|[\s\S])/gi, (_all, escaped: string) =>
      escaped.length > 1 ? character(escaped.slice(1), 16) : escaped.replace(/[nrt]/, '\n'),
    ),
  // SQL, CSV
  (text) => text.replaceAll("''", "'").replaceAll('""', '"'),
  // XML
  (text) =>
    text.replace(/&(#x?)?(\w+);/gi, (all, number: string | undefined, name: string) =>
      number === undefined ? (ENTITIES.get(name) ?? all) : character(name, number === '#' ? 10 : 16),
    ),
  unwrapped,
  (text) => text.replace(/[\w+/-]{8,}/g, (word) => Buffer.from(word, 'base64').toString()),
];

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['amp', '&'],
]);

function character(digits: string, base: number): string {
  return String.fromCharCode(Number.parseInt(digits, base));
}
