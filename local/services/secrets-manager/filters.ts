import { primaryRegion } from './regions.ts';
import type { Secret } from './secret.ts';

export interface Filter {
  readonly Key: string;
  readonly Values: readonly string[];
}

type Matcher = (secret: Secret, value: string) => boolean;

/** Several values of one filter are or-ed, several filters and-ed, also two with one key. */
export function matchesFilters(secret: Secret, filters: readonly Filter[]): boolean {
  return filters.every(({ Key, Values }) => Values.some((value) => matches(secret, Key, value)));
}

function matches(secret: Secret, key: string, value: string): boolean {
  const matcher = MATCHERS[key];
  if (!matcher) return false;
  return value.startsWith('!') ? !matcher(secret, value.slice(1)) : matcher(secret, value);
}

const MATCHERS: Readonly<Record<string, Matcher>> = {
  name: (secret, value) => !value.includes(' ') && secret.name.startsWith(value),
  description: (secret, value) => allWordsBegin(value, [secret.description ?? '']),
  'tag-key': (secret, value) => (secret.tags ?? []).some((tag) => tag.Key.startsWith(value)),
  'tag-value': (secret, value) => (secret.tags ?? []).some((tag) => tag.Value.startsWith(value)),
  'primary-region': (secret, value) => primaryRegion(secret)?.startsWith(value) ?? false,
  'owning-service': () => false,
  all(secret, value) {
    const tagTexts = (secret.tags ?? []).flatMap((tag) => [tag.Key, tag.Value]);
    return allWordsBegin(value, [secret.name, secret.description ?? '', ...tagTexts]);
  },
};

/** Each word of the value is the beginning of some word of the texts, in any order and any case. */
function allWordsBegin(value: string, texts: readonly string[]): boolean {
  const [wanted, words] = [wordsOf(value), texts.flatMap(wordsOf)];
  return wanted.length > 0 && wanted.every((one) => words.some((word) => word.startsWith(one)));
}

function wordsOf(text: string): string[] {
  return text
    .split(/\s+/)
    .flatMap(parts)
    .filter((part) => part !== '')
    .map((part) => part.toLowerCase());
}

/** A word is divided at its separator when it has one kind only, and before capitals. COMPANYthings is COMPAN and Ythings. */
function parts(word: string): string[] {
  const separators = new Set(word.match(/[/\-_+=.@]/g));
  const divided = separators.size === 1 ? word.split([...separators].join('')) : [word];
  return divided.flatMap((part) => part.split(/(?<=[^A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/));
}
