/** Secrets whose fields have names of their owner's: a tag says which of them stands for which one that Rekey knows. docs/settings.md */
import { InvalidSecretError } from '../rotation/errors.ts';
import { roleOf } from '../rotation/field-roles.ts';
import { parseObject } from '../rotation/json.ts';
import type { SecretVersions } from '../rotation/versions.ts';
import { CURRENT } from '../rotation/versions.ts';
import { rememberedTag } from './remembered-tag.ts';

/** Pairs, apart by spaces or commas: `password:DB_PASSWORD username:DB_USER`. An own name may have colons. */
const TAG = 'rekey:fields';

/**
 * The same store, whose values are read with the names that Rekey knows and stored with their own. Whatever is inside sees them as
 * they are stored. AWSCURRENT must have the own names: InvalidSecretError; another value without them is left as it is, for it
 * may be older than the tag. A secret without the tag costs nothing.
 */
export function ownNamed(versions: SecretVersions): SecretVersions {
  const tags = rememberedTag(versions, TAG);
  const namesOf = (id: string): FieldNames | undefined => {
    const tag = tags.of(id);
    return tag === undefined ? undefined : fieldNames(tag, id);
  };
  const read = (text: string, names: FieldNames | undefined) => names && renamed(text, names.known, names.own);
  const stored = (text: string, names: FieldNames | undefined) => names && renamed(text, names.own, names.known);

  return {
    ...versions,
    describe: tags.describe,
    async read(id, label, version) {
      const text = await versions.read(id, label, version);
      if (text === undefined) return undefined;
      const names = namesOf(id);
      if (label === CURRENT && names !== undefined) requireNamed(text, names, id);
      return read(text, names) ?? text;
    },
    async *unlabelled(id) {
      for await (const text of versions.unlabelled(id)) yield read(text, namesOf(id)) ?? text;
    },
    async put(id, version, text) {
      const names = namesOf(id);
      const next = stored(text, names);
      if (next === undefined && names !== undefined && parseObject(text) !== undefined) throw taken(id);
      return versions.put(id, version, next ?? text);
    },
    async requireCopy(id, current, together) {
      const names = namesOf(id);
      const own = together.map((fields) => fields.map((field) => names?.own.get(field) ?? field));
      await versions.requireCopy?.(id, stored(current, names) ?? current, own);
    },
  };
}

interface FieldNames {
  /** The name that Rekey knows → the owner's. */
  readonly own: ReadonlyMap<string, string>;
  /** The other way round. */
  readonly known: ReadonlyMap<string, string>;
}

function fieldNames(tag: string, id: string): FieldNames {
  const pairs = tag
    .split(/[\s,]+/)
    .filter((pair) => pair !== '')
    .map((pair) => /^([^:]+):(.+)$/.exec(pair));
  const own = new Map(pairs.map((match) => [match?.[1] ?? '', match?.[2] ?? '']));
  const known = new Map([...own].map(([field, name]) => [name, field]));
  if (pairs.includes(null) || known.size !== pairs.length || own.size !== pairs.length) {
    throw new InvalidSecretError(`the tag ${TAG} of ${id} does not pair each field with one name of its own`, {
      hint: 'correct it: password:DB_PASSWORD username:DB_USER, each once; the first is the field that Rekey knows',
      ofTag: true,
    });
  }
  const crossed = [...own].find(([field, name]) => field !== name && (own.has(name) || isShown(field, name)));
  if (crossed === undefined) return { own, known };
  throw new InvalidSecretError(`the tag ${TAG} of ${id} has ${crossed[1]} for ${crossed[0]}, and it is another field`, {
    hint: 'pair password:DB_PASSWORD and username:DB_USER, never a field with one of another kind',
    ofTag: true,
  });
}

/** A user name or a host is shown, and sent where it can be read: who may only tag must not have a password taken for one. */
function isShown(field: string, name: string): boolean {
  if (roleOf(field) === 'secrets') return false;
  return /pass|pwd|cred/i.test(name) || (TELLING.test(name) && roleOf(name) !== roleOf(field));
}

/** Anywhere in a name: `API_KEY_2`, `privateKeyPem`, `DATABASE_URL`, which may hold a password. */
const TELLING = /pw$|secret|token|key|private|url|uri|dsn|connection/i;

function taken(id: string): InvalidSecretError {
  return new InvalidSecretError(
    `the new value of ${id} has a field of its own under a name that its tag ${TAG} gives`,
    {
      hint: `choose another name in the tag: the provider adds this field itself`,
      ofTag: true,
    },
  );
}

/** Undefined: no JSON object, or one in which a name that `to` gives is taken. `from` is the other way round. */
function renamed(text: string, to: ReadonlyMap<string, string>, from: ReadonlyMap<string, string>): string | undefined {
  const value = parseObject(text);
  if (value === undefined || Object.keys(value).some((field) => from.has(field) && !to.has(field))) return undefined;
  return JSON.stringify(
    Object.fromEntries(Object.entries(value).map(([field, inner]) => [to.get(field) ?? field, inner])),
  );
}

/** What is no JSON object is for the schema to say. */
function requireNamed(text: string, names: FieldNames, id: string): void {
  const value = parseObject(text);
  if (value === undefined) return;
  for (const [field, name] of names.own) {
    if (!Object.hasOwn(value, name)) {
      throw new InvalidSecretError(`${id} has no field ${name}, which its tag ${TAG} has for ${field}`, {
        hint: 'correct the tag, or store a value with that field with put-secret-value',
      });
    }
    if (field === name || !Object.hasOwn(value, field)) continue;
    throw new InvalidSecretError(`${id} has a field ${field}, and ${name}, which its tag ${TAG} has for it`, {
      hint: `take one of the two out of the value with put-secret-value, or ${name} out of the tag`,
    });
  }
}
