/** A secret may hold the value that a rotation replaces a second time, beside its own field: alone, or in a connection string. */
import { type Pair, percentDecoded, type Replaced, rewritten, unescaped } from './copy-forms.ts';
import { InvalidSecretError } from './errors.ts';
import { parseObject } from './json.ts';

export interface Replacements {
  /** Passwords or keys. */
  readonly secrets: readonly Replaced[];
  /** User names or ids that go with them, also those that stay. */
  readonly owners: readonly Replaced[];
  /** Fields whose meaning is known: no copies, whatever they hold. */
  readonly known: readonly string[];
  /** A key is nobody else's, so the user named beside it says nothing; two users may have one password. */
  readonly anyOwner?: boolean;
}

/** Names of fields that are trusted to hold what they say, also when the text occurs by chance elsewhere. */
const SECRET_FIELD = /pass|pwd|pw$|secret|token|key$/i;
const OWNER_FIELD = /user|access_?key_?id|sid$/i;

/**
 * The value with every copy of what is replaced following: docs/settings.md has the rule. Throws InvalidSecretError when a field
 * holds it in a form that is not known.
 */
export function follow<T extends Readonly<Record<string, unknown>>>(value: T, replacements: Replacements): T {
  const { known, secrets, owners, anyOwner = false } = replacements;
  const others = Object.keys(value).filter((field) => !known.includes(field));
  const followed: Record<string, unknown> = { ...value };
  for (const secret of secrets) {
    if (secret.from === '' || secret.from === secret.to) continue;
    const isDistinct = distinct(secret.from);
    const pair = { secret, owners, anyOwner: anyOwner && isDistinct, alone: isDistinct };
    for (const field of others) followed[field] = following(followed[field], field, pair);
  }
  return followed as T;
}

function following(value: unknown, path: string, pair: Pair): unknown {
  if (typeof value === 'string') return textFollowing(value, path, pair);
  if (Array.isArray(value)) return value.map((inner, at) => following(inner, `${path}.${at}`, pair));
  // An object without a prototype is a number that is kept as it was written.
  if (!(value instanceof Object)) return value;
  const inside = Object.entries(value).map(([name, inner]) => [name, following(inner, `${path}.${name}`, pair)]);
  return Object.fromEntries(inside);
}

function textFollowing(text: string, path: string, pair: Pair): string {
  const { secret, owners, alone: isDistinct } = pair;
  const name = path.slice(path.lastIndexOf('.') + 1);
  if (text === secret.from && (isDistinct || SECRET_FIELD.test(name))) return secret.to;
  const owner = OWNER_FIELD.test(name) ? owners.find(({ from }) => from === text) : undefined;
  if (owner !== undefined) return owner.to;

  const wrapped = unwrapped(text, !secret.from.includes('\n'));
  if (wrapped !== undefined) return wrapped.again((inner) => textFollowing(inner, path, pair));
  const json = parseObject(text);
  if (json !== undefined) {
    const next = JSON.stringify(following(json, path, pair));
    return next === JSON.stringify(json) ? text : next;
  }
  const found = rewritten(text, pair);
  if (isDistinct && holds(found?.rest ?? text, secret.from)) throw unknownForm(path);
  return found?.text ?? text;
}

interface Wrapped {
  again(follow: (inner: string) => string): string;
}

/** What stands around a text or several: spaces, lines, the name of a scheme, base64. */
function unwrapped(text: string, hasLines: boolean): Wrapped | undefined {
  const around = /^(\s*(?:(?:bearer|basic|token) +)?)(\S(?:[\s\S]*\S)?)(\s*)$/i.exec(text);
  if (around === null) return undefined;
  const [, before = '', core = '', after = ''] = around;
  if (core !== text) return { again: (follow) => before + follow(core) + after };
  if (hasLines && core.includes('\n') && !core.startsWith('{'))
    return { again: (follow) => core.split('\n').map(follow).join('\n') };
  return base64(core);
}

/** Only what comes out as it was, letter for letter, when it is encoded again. */
function base64(text: string): Wrapped | undefined {
  for (const alphabet of ['base64', 'base64url'] as const) {
    const bytes = Buffer.from(text, alphabet);
    const encoded = (inner: Buffer) => {
      const full = inner.toString(alphabet);
      return text.length % 4 === 0 && alphabet === 'base64' ? full : full.replace(/=+$/, '');
    };
    const inner = bytes.toString();
    if (text.length < 8 || encoded(bytes) !== text || !Buffer.from(inner).equals(bytes)) continue;
    return {
      again(follow) {
        const next = follow(inner);
        return next === inner ? text : encoded(Buffer.from(next));
      },
    };
  }
  return undefined;
}

function holds(text: string, value: string): boolean {
  const bare = [text, percentDecoded(text), unescaped(text), text.replaceAll("''", "'"), text.replaceAll('""', '"')];
  const encoded = [encodeURIComponent(value.toWellFormed()), Buffer.from(value).toString('base64').replace(/=+$/, '')];
  return bare.some((form) => form.includes(value)) || encoded.some((form) => text.includes(form));
}

function unknownForm(path: string): InvalidSecretError {
  return new InvalidSecretError(`field ${path} holds the value that is replaced, in a form that cannot be rewritten`, {
    hint: 'take it out, or write it in a form that docs/settings.md lists, with put-secret-value',
  });
}

/** Short texts and words such as "postgres" occur by chance. */
function distinct(text: string): boolean {
  return text.length >= 16 || (text.length >= 8 && !/^\p{L}+$/u.test(text));
}
