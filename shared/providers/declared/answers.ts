/** What is read out of a provider's answers, at the paths that a description names. */
import type { Answer } from '../http.ts';
import { unusable } from '../http.ts';
import type { Key } from '../provider.ts';
import type { Description } from './description.ts';

type ListDescription = NonNullable<Description['list']>;

/** 'data.keys.0.id'; empty: the value itself. */
export function found(value: unknown, path: string): unknown {
  const steps = path === '' ? [] : path.split('.');
  return steps.reduce<unknown>((at, key) => (at as Record<string, unknown> | null | undefined)?.[key], value);
}

/** Undefined when it is no text. A number that JavaScript cannot hold is an object here, whose JSON is the number. */
export function textIn(value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '') return value;
  if (typeof value === 'number') return String(value);
  const json = typeof value === 'object' && value !== null ? JSON.stringify(value) : '';
  return /^-?\d/.test(json) ? json : undefined;
}

export function neededText({ body }: Answer, path: string, name: string, call: string): string {
  const text = textIn(found(body, path));
  if (text === undefined) throw unusable(`the answer of ${name} to ${call} lacks ${path}`, HINT);
  return text;
}

export function keysIn({ body }: Answer, list: ListDescription, name: string): Key[] {
  const items = found(body, list.items);
  if (!Array.isArray(items)) throw unusable(`the answer of ${name} to list has no list at "${list.items}"`, HINT);
  return items.filter((item) => fits(item, list.where)).map((item) => keyIn(item, list, name));
}

export function fits(value: unknown, where: Readonly<Record<string, unknown>> = {}): boolean {
  return Object.entries(where).every(([path, expected]) => found(value, path) === expected);
}

/** A list of words, or a text with spaces between them. */
export function wordsIn({ body }: Answer, path: string, name: string, call: string): string[] {
  const words = found(body, path);
  if (Array.isArray(words)) return words.map(String);
  if (typeof words === 'string') return words.split(' ').filter((word) => word !== '');
  throw unusable(`the answer of ${name} to ${call} has no rights at "${path}"`, HINT);
}

const HINT = 'compare the description with an answer of the provider, or see whether a proxy stands in between';

function keyIn(item: unknown, list: ListDescription, name: string): Key {
  const id = textIn(found(item, list.id));
  if (id === undefined) throw unusable(`a key in the answer of ${name} to list lacks ${list.id}`, HINT);
  const at = (path: string | undefined) => (path === undefined ? undefined : found(item, path));
  return {
    id,
    // A key that has no name is one that nobody here made.
    ...(list.label !== undefined && { label: textIn(at(list.label)) ?? '' }),
    createdAt: dateIn(at(list.createdAt)),
    lastUsed: at(list.lastUsed) === null ? 'never' : dateIn(at(list.lastUsed)),
    usedBy: textIn(at(list.usedBy)),
  };
}

/** Text as Date knows it, or seconds or milliseconds since 1970. */
function dateIn(value: unknown): Date | undefined {
  const isCount = typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value));
  const count = Number(value);
  const date = isCount ? new Date(count < 1e11 ? count * 1000 : count) : new Date(String(value));
  return Number.isNaN(date.getTime()) ? undefined : date;
}
