/** {{current.account}}, {{admin.token}}, {{key.api_key}}, {{label}}, {{id}}: where values of a rotation go in a request. */
import { InvalidSecretError } from '../../rotation/errors.ts';
import { CURRENT } from '../../rotation/versions.ts';
import { textIn } from '../api/read.ts';

export type Source = 'current' | 'key' | 'admin' | 'label' | 'id';

/** `current` is AWSCURRENT, `key` the value that is looked at: AWSPENDING in testSecret. */
export type Values = Readonly<Partial<Record<'current' | 'key' | 'admin', Readonly<Record<string, unknown>>>>> & {
  readonly label?: string;
  readonly id?: string;
};

export interface Placeholder {
  readonly source: string;
  readonly field: string | undefined;
}

const ANY = /\{\{\s*([^{}]*?)\s*\}\}/g;
const TOLD: Readonly<Record<string, string>> = {
  current: CURRENT,
  key: 'the secret value',
  admin: 'the admin secret',
};

/** Every placeholder in a text, or in the texts of an object, and where it stands. */
export function* placeholdersIn(value: unknown, where: readonly string[] = []): Iterable<[Placeholder, string[]]> {
  if (typeof value === 'string') {
    for (const [, name = ''] of value.matchAll(ANY)) yield [parsed(name), [...where]];
    const rest = value.replace(ANY, '');
    if (/\{\{|\}\}/.test(rest)) yield [{ source: '', field: undefined }, [...where]];
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) yield* placeholdersIn(inner, [...where, name]);
  }
}

/** `encode` makes a value fit for where it stands. Throws InvalidSecretError for a field that is not there, or no text. */
export function filled(template: string, values: Values, encode: (text: string, what: string) => string): string {
  return template.replace(ANY, (_mark, name: string) => {
    const placeholder = parsed(name);
    return encode(textOf(valueBehind(placeholder, values), placeholder), toldOf(placeholder));
  });
}

/** A copy with every text filled in. A text that is one placeholder and nothing else keeps the number or boolean behind it. */
export function filledJson(value: unknown, values: Values): unknown {
  if (Array.isArray(value)) return value.map((inner) => filledJson(inner, values));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, filledJson(inner, values)]));
  }
  if (typeof value !== 'string') return value;
  const [only, name = ''] = /^\{\{\s*([^{}]*?)\s*\}\}$/.exec(value) ?? [];
  if (only !== undefined) {
    const behind = valueBehind(parsed(name), values);
    if (typeof behind === 'number' || typeof behind === 'boolean') return behind;
  }
  return filled(value, values, (text) => text);
}

/** Below a slash: one segment, or a value of the query. Dots alone would lead to another path. */
export function inPath(text: string, what: string): string {
  if (text === '' || /^\.{1,2}$/.test(text)) throw unfit(what, 'a path');
  return encodeURIComponent(text.toWellFormed());
}

export function inHeader(text: string, what: string): string {
  if (/^[\t\x20-\x7e]*$/.test(text)) return text;
  throw unfit(what, 'a header');
}

function parsed(name: string): Placeholder {
  const [source = '', ...rest] = name.split('.');
  return { source, field: rest.length === 0 ? undefined : rest.join('.') };
}

function valueBehind({ source, field }: Placeholder, values: Values): unknown {
  const found = values[source as Source];
  return typeof found === 'object' && field !== undefined ? found[field] : found;
}

function textOf(value: unknown, placeholder: Placeholder): string {
  const text = typeof value === 'boolean' ? String(value) : textIn(value);
  if (text !== undefined) return text;
  throw new InvalidSecretError(
    `${toldOf(placeholder)} is ${value === undefined || value === '' ? 'missing' : 'not text'}`,
    { hint: 'the description of the provider needs it; store it with put-secret-value' },
  );
}

function toldOf({ source, field }: Placeholder): string {
  return field === undefined ? `the ${source}` : `field ${field} of ${TOLD[source] ?? source}`;
}

function unfit(what: string, where: string): InvalidSecretError {
  return new InvalidSecretError(`${what} cannot stand in ${where}`, {
    hint: 'it is empty, dots alone, or has a line break or a character that does not fit; correct it with put-secret-value',
  });
}
