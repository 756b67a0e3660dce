/** What is read out of a provider's answers, at the paths that a description names: 'data.keys.0.id'. */
import { dateAt, lastUseAt, memberAt, nameAt, odd, type Part, textAt, textIn } from '../api/read.ts';
import type { Key } from '../provider.ts';
import type { Description } from './description.ts';

type ListDescription = NonNullable<Description['list']>;

/** Empty: the answer itself. */
export const stepsOf = (path: string) => (path === '' ? [] : path.split('.'));

export function fits(part: Part, where: Readonly<Record<string, unknown>> = {}): boolean {
  return Object.entries(where).every(([path, expected]) => memberAt(part, stepsOf(path)) === expected);
}

/** A list of words, or a text with spaces between them. */
export function wordsIn(part: Part, path: string): string[] {
  const found = memberAt(part, stepsOf(path));
  const words = typeof found === 'string' ? found.split(' ').filter((word) => word !== '') : found;
  // An object is no word: all would be the same one, and rights that differ would be equal.
  const texts = Array.isArray(words) ? words.map(textIn) : [undefined];
  if (texts.every((text) => text !== undefined)) return texts;
  throw odd(part, 'has no rights', stepsOf(path));
}

export function keyIn(item: Part, { id, label, createdAt, lastUsed, usedBy }: ListDescription): Key {
  return {
    id: textAt(item, ...stepsOf(id)),
    // A key that has no name is one that nobody here made.
    ...(label !== undefined && { label: nameAt(item, ...stepsOf(label)) }),
    createdAt: createdAt === undefined ? undefined : dateAt(item, ...stepsOf(createdAt)),
    lastUsed: lastUsed === undefined ? undefined : lastUseAt(item, ...stepsOf(lastUsed)),
    usedBy: usedBy === undefined ? undefined : textIn(memberAt(item, stepsOf(usedBy))),
  };
}
