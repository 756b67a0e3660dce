/** A secret may hold the value that a rotation replaces a second time, beside its own field: alone, or in a connection string. */
import { inBase64, isWrapped } from './copy-base64.ts';
import { type Form, forms, hostsIn, hostsNamed, linesIn, type Piece, percentDecoded, url } from './copy-forms.ts';
import { isOurHost, judged, type Named, type Ours, type Replaced } from './copy-judgement.ts';
import { loginFollowing } from './copy-logins.ts';
import { opensWith } from './copy-mentions.ts';
import { holdsAny, LONG, readingsOf } from './copy-readings.ts';
import { InvalidSecretError } from './errors.ts';
import { groupOf, type Role, roleOf } from './field-roles.ts';
import { parseJson, textsIn } from './json.ts';
import { withoutUnseen } from './unseen.ts';

export interface Replacements extends Ours {
  /** Passwords or keys. */
  readonly secrets: readonly Replaced[];
  /** User names or ids that go with them, also those that stay. */
  readonly owners: readonly Replaced[];
  /** Fields whose meaning is known: no copies, whatever they hold. */
  readonly known: readonly string[];
}

/** Where an object or a text stands. `beside` and `isTheirs` are looked for when a copy asks for them: most texts hold none. */
interface Place {
  readonly path: string;
  readonly beside: Named;
  /** A password that is not replaced belongs to it. */
  readonly isTheirs: () => boolean;
  readonly all: Replacements;
}

/** `name`: of its field. `preceding`: what stands in front of it, in the list or the lines that it is of. */
interface FieldPlace extends Place {
  readonly name: string;
  readonly preceding: string;
}

/**
 * The value with every copy of what is replaced following: docs/settings.md has the rule. Throws InvalidSecretError when a field may
 * hold a copy, and nobody can tell, or in a form that is not known.
 */
export function follow<T extends Readonly<Record<string, unknown>>>(value: T, replacements: Replacements): T {
  const { known } = replacements;
  const stored = replacements.secrets.flatMap(({ from, to }) => [
    { from, to },
    { from: withoutUnseen(from), to },
  ]);
  const secrets = stored.filter(({ from, to }) => from !== '' && from !== to);
  if (secrets.length === 0) return value;
  const others = Object.fromEntries(Object.entries(value).filter(([field]) => !known.includes(field)));
  const place = { path: '', beside: NOBODY, isTheirs: () => false, all: { ...replacements, secrets } };
  return { ...value, ...objectFollowing(others, place) };
}

/** For each of the fields that are replaced: those that follow it. Throws what `follow` will throw. */
export function followers(
  value: Readonly<Record<string, unknown>>,
  fields: readonly string[],
  replacementsBy: (to: (field: string) => string) => Replacements,
): ReadonlyMap<string, readonly string[]> {
  const marked = follow(
    value,
    replacementsBy(() => 'x'),
  );
  const differ = (one: Readonly<Record<string, unknown>>) =>
    Object.keys(value).filter((field) => JSON.stringify(one[field]) !== JSON.stringify(marked[field]));
  return new Map(
    fields.map((field) => [
      field,
      differ(
        follow(
          value,
          replacementsBy((one) => (one === field ? 'y' : 'x')),
        ),
      ),
    ]),
  );
}

const NOBODY: Named = { users: [], hosts: [] };

/** `isOurs`: a user that it names is the secret's, unless something beside it says another. */
function objectFollowing(object: object, place: Place, isOurs = place.path === ''): object {
  const { path, all } = place;
  const isTop = path === '';
  const fields = Object.entries(object).map(
    ([name, inner]) => [name, inner, roleOf(name), groupOf(name)] as const satisfies Field,
  );
  const entry = entryName(fields);
  const next = new Map<string, unknown>();
  const changed = (fields: Fields) => fields.filter(([name, inner]) => next.get(name) !== inner);
  const isTheirs = (groups: readonly Fields[]) => {
    const passwords = ofRole('secrets', groups);
    return passwords.length > 0 ? changed(passwords).length === 0 : place.isTheirs();
  };
  const rank = ([, , role]: Field) => (role === 'secrets' ? 0 : 1);
  // Passwords first: the others are told by them.
  for (const [name, inner] of fields.toSorted((one, other) => rank(one) - rank(other))) {
    if (holdsAny(name, all)) throw unknownForm(isTop ? '*' : path, NAMED);
    const groups = () => groupsOf(name, fields, isTop, entry);
    const innerPath = isTop ? shown(name) : `${path}.${shown(name)}`;
    const inside = {
      ...{ all, name, path: innerPath, preceding: signPreceding(name, inner, entry, all) },
      beside: {
        get users() {
          return named('users', groups(), place);
        },
        get hosts() {
          return named('hosts', groups(), place);
        },
      },
      isTheirs: () => isTheirs(groups()),
    };
    next.set(name, following(inner, inside));
    if (isCopied(inner, next.get(name), all) && isRenamed(name, all)) throw unknownForm(innerPath, NAMED);
  }
  const hasCopies = changed(fields).length > 0;
  for (const [name, inner, role] of fields) {
    if (role !== 'users' || next.get(name) !== inner) continue;
    const groups = groupsOf(name, fields, isTop, entry);
    if (isTheirs(groups)) continue;
    const namesHost = named('hosts', groups, { ...place, beside: NOBODY }).length > 0;
    if (!isOurHost(named('hosts', groups, place), all)) continue;
    if (isOurs || hasCopies || namesHost) next.set(name, ownerFollowing(inner, all.owners));
  }
  return changed(fields).length === 0 ? object : Object.fromEntries(fields.map(([name]) => [name, next.get(name)]));
}

/** Users that are named alone are judged by themselves. */
function signPreceding(name: string, value: unknown, entry: string | undefined, all: Replacements): string {
  return roleOf(name) === 'users' && isRenamed(value, all) ? '' : `${entry ?? name}=`;
}

/** Of a name and a value, which are one field: {"name":"PGUSER","value":"app"}. */
function entryName(fields: Fields): string | undefined {
  const isEntry = fields.length === 2 && fields.some(([field]) => /^value$/i.test(field));
  const name = fields.find(([field]) => /^(?:name|key)$/i.test(field));
  return isEntry && name ? JSON.stringify(name[1]) : undefined;
}

/** The old name, where it is no longer the one to log in with. */
function isRenamed(value: unknown, { owners }: Replacements): boolean {
  return owners.some(({ from, to }) => from === value && from !== to);
}

/** It was what is replaced, alone. */
function isCopied(value: unknown, next: unknown, { secrets }: Replacements): boolean {
  return next !== value && secrets.some(({ from }) => from === value);
}

type Field = readonly [name: string, inner: unknown, role: Role | undefined, group: string];
type Fields = readonly Field[];

/** What belongs to a field, the nearest first. At the top the secret itself stands, and names nobody else. */
function groupsOf(name: string, fields: Fields, isTop: boolean, entry: string | undefined): readonly Fields[] {
  const others = fields.filter(([other]) => other !== name);
  const group = (like: string) => others.filter(([, , , other]) => other === like);
  if (!isTop) return entry === undefined ? [group(groupOf(name)), group(''), others] : [];
  return groupOf(name) === '' ? [] : [group(groupOf(name))];
}

function ofRole(role: Role, groups: readonly Fields[]): Fields {
  const found = groups.map((group) => group.filter(([, inner, other]) => other === role && hasText(inner)));
  return found.find((fields) => fields.length > 0) ?? [];
}

function hasText(value: unknown): boolean {
  return [...textsIn(value)].some((text) => text !== '');
}

function named(role: 'users' | 'hosts', groups: readonly Fields[], { beside }: Place): readonly string[] {
  const texts = ofRole(role, groups).flatMap(([, inner]) => [...textsIn(inner)]);
  if (role === 'users') return texts.length > 0 ? texts : beside.users;
  const hosts = texts.flatMap(hostsIn);
  if (hosts.length > 0) return hosts;
  const inUrls = groups.map((group) =>
    group.flatMap(([, inner]) => (isText(inner) ? [inner].flat().flatMap(hostOf) : [])),
  );
  return inUrls.find((found) => found.length > 0) ?? beside.hosts;
}

function isText(value: unknown): value is string | string[] {
  return [value].flat().every((one) => typeof one === 'string');
}

/** Of the URL of a database: others say nothing about where a password beside them is for. */
function hostOf(text: string): string[] {
  const isHost = ({ is }: Piece) => is === 'hosts';
  return /^https?:/i.test(text)
    ? []
    : url
        .split(text)
        .filter(isHost)
        .flatMap(({ raw }) => hostsIn(percentDecoded(raw)));
}

function ownerFollowing(value: unknown, owners: readonly Replaced[]): unknown {
  if (Array.isArray(value))
    return sameOr(
      value,
      value.map((inner) => ownerFollowing(inner, owners)),
    );
  return owners.find(({ from }) => from === value)?.to ?? value;
}

/** What did not change is the same object, so that whoever asks can see it. */
function sameOr(given: readonly unknown[], made: readonly unknown[]): readonly unknown[] {
  return made.every((inner, at) => inner === given[at]) ? given : made;
}

function following(value: unknown, place: FieldPlace): unknown {
  if (typeof value === 'string') return textFollowing(value, place);
  if (Array.isArray(value)) return listFollowing(value, place);
  if (value instanceof Object) return objectFollowing(value, place);
  // A number, also one that is kept as it was written: that is an object without a prototype.
  const text = JSON.stringify(value);
  const followed = bareFollowing(text, place) ?? text;
  if (followed !== text) throw unknownForm(place.path);
  return value;
}

function listFollowing(list: readonly unknown[], place: FieldPlace): readonly unknown[] {
  const next = list.map((inner, at) => {
    const preceding = `${JSON.stringify(list[at - 1])} `;
    return following(inner, { ...place, path: `${place.path}.${at}`, preceding });
  });
  // A user beside a password, and nobody can tell that it is one.
  const hasCopy = list.some((inner, at) => isCopied(inner, next[at], place.all));
  if (hasCopy && list.some((inner) => isRenamed(inner, place.all))) throw unknownForm(place.path, UNKNOWN, USER_NAME);
  return sameOr(list, next);
}

function textFollowing(text: string, place: FieldPlace): string {
  const { path, all } = place;
  const bare = bareFollowing(text, place);
  if (bare !== undefined) return bare;

  const again = (inner: string) => textFollowing(inner, place);
  const core = text.trim().replace(/^(?:bearer|basic|token) /i, '');
  if (core !== text) {
    const at = text.lastIndexOf(core);
    return text.slice(0, at) + again(core) + text.slice(at + core.length);
  }
  const encoded = inBase64(text, again);
  if (encoded !== undefined) return encoded;
  const json = parseJson(text);
  if (typeof json === 'string' || json instanceof Object) {
    const next = following(json, place);
    return next === json ? text : JSON.stringify(next);
  }
  const lines = linesIn(text);
  if (lines !== undefined) {
    const next = objectFollowing(lines.fields, place, true) as typeof lines.fields;
    const rest = lines.rest;
    if (holdsAny(rest, all) || linesFollowing(rest, place) !== rest) throw unknownForm(path);
    return lines.write(next) ?? unwritable(path);
  }
  if (text.includes('\n') && !isWrapped(text)) return linesFollowing(text, place);
  for (const form of forms) {
    const next = formFollowing(text, form, place);
    if (next !== undefined) return next;
  }
  const readings = readingsOf(text);
  const isOpener = ({ from }: Replaced) => opensWith(text, from, all.owners, place.preceding, readings);
  if (holdsAny(text, all, readings) || all.secrets.some(isOpener)) throw unknownForm(path);
  const login = loginFollowing(text, place.beside, all, place.preceding, readings);
  if (('text' in login && login.text === text) || place.isTheirs()) return text;
  if ('text' in login) return login.text;
  throw unknownForm(path, login.stale === 'elsewhere' ? LOGIN_ELSEWHERE : UNKNOWN, USER_NAME);
}

function linesFollowing(text: string, place: FieldPlace): string {
  const lines = text.split('\n');
  return lines.map((line, at) => textFollowing(line, { ...place, preceding: `${lines[at - 1]}\n` })).join('\n');
}

/** Undefined: the text is something else than the value alone. */
function bareFollowing(text: string, { path, name, preceding, beside, all }: FieldPlace): string | undefined {
  const secret = all.secrets.find(({ from }) => from === text);
  const role = roleOf(name);
  if (secret === undefined) return undefined;
  if (role === 'hosts') return text;
  const verdict = judged(text, role === 'secrets' || opensWith(text, text, all.owners, preceding), beside, all);
  if (verdict === 'refuse') throw unknownForm(path, ELSEWHERE);
  return verdict === 'follows' ? secret.to : text;
}

/** Undefined: not of this form, or the value does not stand where a secret stands. */
function formFollowing(text: string, form: Form, { path, beside, all }: Place): string | undefined {
  const pieces = form.split(text).map((piece) => {
    const read = form.read(piece.raw);
    const find = (replaced: readonly Replaced[]) => replaced.find(({ from }) => read.includes(from));
    const owner = piece.is === 'users' || piece.is === 'either' ? find(all.owners) : undefined;
    const secret = piece.is === 'secrets' || (piece.is === 'either' && !owner) ? find(all.secrets) : undefined;
    const isName = piece.raw !== '' && (piece.is === 'users' || (piece.is === 'either' && !secret));
    return { ...piece, owner, secret, users: isName ? [owner?.from ?? piece.raw] : [] };
  });
  const found = pieces.find(({ secret }) => secret !== undefined);
  if (found?.secret === undefined) return undefined;
  const users = pieces.flatMap((piece) => piece.users);
  const hosts = hostsNamed(pieces, form);
  const who = { users: users.length > 0 ? users : beside.users, hosts: hosts.length > 0 ? hosts : beside.hosts };
  const verdict = judged(found.secret.from, found.is === 'secrets', who, all);
  if (verdict === 'refuse') throw unknownForm(path, ELSEWHERE);
  if (verdict === 'leave') return found.is === 'secrets' ? text : undefined;
  if (pieces.some(({ secret, raw }) => secret === undefined && holdsAny(raw, all))) throw unknownForm(path);
  const next = pieces.map(({ raw, secret, owner }) => {
    const change = secret ?? owner;
    return change === undefined || change.from === change.to ? raw : form.write(change.to, raw);
  });
  return next.join('');
}

/** A name that may itself be a value, as where a map has tokens for names, is not shown. */
function shown(name: string): string {
  const words = name.split(/[._ -]|(?<=[a-z])(?=[A-Z])/);
  return name.length < LONG || words.every((word) => /^(?:[A-Z]?[a-z]+|[A-Z]+)$/.test(word)) ? name : '*';
}

const USER_NAME = 'user name';

interface Refusal {
  readonly what: string;
  readonly hint: string;
}

const UNKNOWN: Refusal = {
  what: 'holds the value that is replaced, in a form that cannot be rewritten',
  hint: 'take it out, or write it in a form that docs/settings.md lists, with put-secret-value',
};
const NAMED: Refusal = { ...UNKNOWN, what: 'is named after what is replaced' };
const ELSEWHERE: Refusal = {
  what: 'holds the value that is replaced, for another user or host than the secret, and cannot be rewritten',
  hint: 'write the user and host of the secret there, or move it to a secret of its own, with put-secret-value; docs/settings.md has the rule',
};
/** Of a broker or a repository it may be: with the host of the secret it would lead nowhere. */
const LOGIN_ELSEWHERE: Refusal = {
  ...ELSEWHERE,
  hint: 'leave the user out and have readers take it from username, or move it to a secret of its own, with put-secret-value; docs/settings.md has the rule',
};

function unknownForm(path: string, { what, hint } = UNKNOWN, of = 'value'): InvalidSecretError {
  return new InvalidSecretError(`field ${path} ${what.replace('value', of)}`, { hint });
}

function unwritable(path: string): never {
  throw new InvalidSecretError(`field ${path} holds the value in a line, and the new one cannot be written there`, {
    hint: 'write it in single quotes there if its readers take them, or exclude # and $ with EXCLUDE_CHARACTERS',
  });
}
