/** What is read out of an answer. Whatever is not what it must be makes the answer unusable; the error names provider and member. */
import type * as z from 'zod/mini';
import { type ErrorDetails, ProviderError } from '../../rotation/errors.ts';

/** An answer, or one object in a list of it. */
export interface Part {
  readonly body: unknown;
  /** For messages: 'the answer of sendgrid to GET /v3/scopes'. */
  readonly of: string;
  /** What to do when it cannot be used. Absent: to look for an outage. */
  readonly hint?: string;
}

/** What the schema makes of it. Members that the schema does not name are left out. */
export function shaped<T>(part: Part, schema: z.ZodMiniType<T>): T {
  const result = schema.safeParse(part.body);
  if (result.success) return result.data;
  throw odd(part, 'lacks', (result.error.issues[0]?.path ?? []).map(String));
}

/** Text, or a number as text. */
export function textAt(part: Part, ...path: string[]): string {
  return needed(part, path, 'lacks', textIn);
}

/** A name that may be missing. One that is no text is none that Rekey gave. */
export function nameAt(part: Part, ...path: string[]): string {
  return textIn(memberAt(part, path)) ?? '';
}

/** Yes or no. */
export function flagAt(part: Part, ...path: string[]): boolean {
  return needed(part, path, 'lacks', (value) => (typeof value === 'boolean' ? value : undefined));
}

/** An object, with whatever is in it. */
export function objectAt(part: Part, ...path: string[]): Readonly<Record<string, unknown>> {
  return needed(part, path, 'lacks', (value) => (isObject(value) ? value : undefined));
}

/** Texts in a list: scopes, permissions. */
export function textsAt(part: Part, ...path: string[]): string[] {
  return needed(part, path, 'has no list of texts', (value) =>
    Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined,
  );
}

/** The objects in a list. Without a path, the answer is the list. */
export function listAt(part: Part, ...path: string[]): Part[] {
  const list = needed(part, path, 'has no list', (value) => (Array.isArray(value) ? value : undefined));
  return list.filter(isObject).map((body) => ({ ...part, body }));
}

/** Text as Date knows it, or seconds or milliseconds since 1970. */
export function dateAt(part: Part, ...path: string[]): Date {
  return needed(part, path, 'has no date', dateIn);
}

/** A date that may be missing: then it tells nothing. */
export function dateIfAny(part: Part, ...path: string[]): Date | undefined {
  return memberAt(part, path) == null ? undefined : dateAt(part, ...path);
}

/** When a key was used last. Null is a vendor's word for never; what is missing tells nothing. */
export function lastUseAt(part: Part, ...path: string[]): Date | 'never' | undefined {
  return memberAt(part, path) === null ? 'never' : dateIfAny(part, ...path);
}

/** Undefined when it is no text. A number that JavaScript cannot hold is an object here, whose JSON is the number. */
export function textIn(value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '') return value;
  if (typeof value === 'number') return String(value);
  const json = typeof value === 'object' && value !== null ? JSON.stringify(value) : '';
  return /^-?\d/.test(json) ? json : undefined;
}

/** A number, or a text that is one; NaN for all else, also for what JavaScript's own Number would throw at. */
export function numberIn(value: unknown): number {
  return Number(textIn(value) ?? Number.NaN);
}

const MOST_PAGES = 100;

/** All pages of a list. `page` gives one, and what asks for the next. Throws when there is no end: half a list is none. */
export async function paged<T, P>(
  page: (at: P | undefined) => Promise<{ items: T[]; next?: P | undefined }>,
): Promise<T[]> {
  const all: T[] = [];
  let at: P | undefined;
  for (let turn = 0; turn < MOST_PAGES; turn++) {
    const { items, next } = await page(at);
    all.push(...items);
    if (next === undefined) return all;
    at = next;
  }
  throw unusableAnswer(`a list of the provider has more than ${MOST_PAGES} pages`);
}

export function unusableAnswer(fact: string, details: Partial<ErrorDetails> = {}): ProviderError {
  const hint = 'see the status page of the provider, and whether a proxy stands in between';
  return new ProviderError(fact, { code: 'UNEXPECTED_ANSWER', hint, ...details });
}

export function memberAt({ body }: Part, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), body);
}

/** `fact` is what is wrong with an answer at that path: 'has no date'. */
export function odd({ of, hint }: Part, fact: string, path: readonly string[]): ProviderError {
  const where = path.join('.');
  const at = where === '' ? '' : fact === 'lacks' ? ` ${where}` : ` at ${where}`;
  return unusableAnswer(`${of} ${fact}${at}`, hint === undefined ? {} : { hint });
}

function needed<T>(part: Part, path: readonly string[], fact: string, read: (value: unknown) => T | undefined): T {
  const found = read(memberAt(part, path));
  if (found === undefined) throw odd(part, fact, path);
  return found;
}

function dateIn(value: unknown): Date | undefined {
  const text = textIn(value);
  if (text === undefined) return undefined;
  const isCount = typeof value !== 'string' || /^\d+$/.test(text);
  const count = numberIn(value);
  const date = new Date(isCount ? (count < 1e11 ? count * 1000 : count) : text);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
