/** Secret values that hold a key: a JSON object, or the bare key where one value is all there is. */
import { follow, followers } from '../rotation/copies.ts';
import { InvalidSecretError } from '../rotation/errors.ts';
import { requireObject, textsIn } from '../rotation/json.ts';
import type { SecretSchema } from '../rotation/strategy.ts';
import { UNSEEN_HINT, unseenEnd } from '../rotation/unseen.ts';

/** A parsed secret value. Fields that Rekey does not know stay in it, and are written back untouched. */
export type KeySecret = Readonly<Record<string, unknown>>;

/** What `keySecretSchema` gives: the required fields are text. When the names are not known before the program runs, none is. */
export type KeySecretOf<R extends Readonly<Record<string, string>>> = string extends keyof R
  ? KeySecret
  : Readonly<Record<keyof R, string>> & KeySecret;

export interface KeySecretOptions<R extends Readonly<Record<string, string>>> {
  /** Fields that must be there, as text, and what to tell whoever left one out. */
  readonly required: R;
  /** Of those and of others: the fields that may be seen. Everything else is secret. */
  readonly visible: readonly string[];
  /** Of the visible ones: texts that have lines, as a public key in PEM has. The others are names, and have none. */
  readonly lines?: readonly string[];
  /** Of the hidden ones: those that a new key brings. Absent: all that are required. */
  readonly issued?: readonly string[];
  /** The field that a value which is not JSON stands for. Absent: such a value is refused. */
  readonly plain?: string;
}

/** Marks a value that was stored bare. Copies keep it (it is a symbol), and JSON does not show it. */
const PLAIN: unique symbol = Symbol('plain');
/** Shorter texts in fields that nobody here knows are names more often than secrets. */
const SHORTEST_UNKNOWN = 12;
const ALWAYS_VISIBLE = ['masterarn', 'admin_of'];

export function keySecretSchema<R extends Readonly<Record<string, string>>>({
  required,
  visible,
  lines = [],
  issued = Object.keys(required),
  plain,
}: KeySecretOptions<R>): SecretSchema<KeySecretOf<R>> {
  const hidden = issued.filter((field) => !visible.includes(field));
  const known = [...Object.keys(required), ...hidden, ...visible, ...ALWAYS_VISIBLE];
  const namesIn = (value: KeySecret) => [...textsIn(visible.map((field) => value[field] ?? ''))];
  return {
    parse(text, what) {
      const fields = Object.keys(required).map((field) => `"${field}":…`);
      const orBare = plain === undefined ? '' : ', or one bare value without spaces';
      const hint = `store {${fields.join(',')}}${orBare}, with put-secret-value`;
      const value = bare(text, plain) ?? requireObject(text, what, hint);
      const names = visible.filter((field) => !lines.includes(field));
      requireNames(value, [...names, ...ALWAYS_VISIBLE], what);
      requireTexts(value, required, what);
      requireEnds(value, [...names, ...Object.keys(required)], what);
      return value;
    },

    confidential(value) {
      const seen = [...visible, ...ALWAYS_VISIBLE];
      const hidden = Object.entries(value).filter(([field]) => !seen.includes(field));
      return hidden.flatMap(([field, inner]) =>
        [...textsIn(inner)].filter((text) => field in required || text.length >= SHORTEST_UNKNOWN),
      );
    },

    follow: (pending, current) => {
      const changed = Object.keys(current).filter((field) => pending[field] !== current[field]);
      const replaced = textsOf(current, pending);
      return follow(pending, {
        secrets: replaced((hidden.length > 0 ? hidden : changed).filter((field) => !visible.includes(field))),
        owners: replaced(visible),
        known: [...known, ...changed],
        names: namesIn(current),
        anyOwner: true,
      });
    },

    copies(current) {
      const marked = (fields: readonly string[], to: (field: string) => string) =>
        fields.flatMap((field) => {
          const from = current[field];
          return typeof from === 'string' ? [{ from, to: to(field) }] : [];
        });
      return followers(current, [...hidden, ...visible], (to) => ({
        secrets: marked(hidden, to),
        owners: marked(visible, to),
        known,
        names: namesIn(current),
        anyOwner: true,
      }));
    },

    format(value) {
      const only = plain !== undefined && PLAIN in value ? value[plain] : undefined;
      return typeof only === 'string' ? only : JSON.stringify(value);
    },
  };
}

/** What the fields that are text become. */
function textsOf(current: KeySecret, pending: KeySecret) {
  return (fields: readonly string[]) =>
    fields.flatMap((field) => {
      const [from, to] = [current[field], pending[field]];
      return typeof from === 'string' && typeof to === 'string' ? [{ from, to }] : [];
    });
}

function requireTexts<R extends Readonly<Record<string, string>>>(
  value: KeySecret,
  required: R,
  what: string,
): asserts value is KeySecretOf<R> {
  for (const [field, hint] of Object.entries(required)) {
    const given = value[field] ?? '';
    if (typeof given === 'string' && given !== '') continue;
    throw new InvalidSecretError(`field ${field} of ${what} is ${given === '' ? 'missing' : 'not text'}`, { hint });
  }
}

/** Names, ids and hosts go into URLs, headers and other protocols; there a control character ends one thing and begins the next. */
function requireNames(value: KeySecret, fields: readonly string[], what: string): void {
  const wrong = fields.find((field) => typeof value[field] === 'string' && /\p{Cc}/u.test(value[field]));
  if (wrong === undefined) return;
  throw new InvalidSecretError(`field ${wrong} of ${what} holds a line break or another control character`, {
    hint: 'store the value without it, with put-secret-value',
  });
}

/** No provider makes a key or an id with such ends, so it would be told as one that is dead. */
function requireEnds(value: KeySecret, fields: readonly string[], what: string): void {
  for (const field of fields) {
    const given = value[field];
    const unseen = typeof given === 'string' ? unseenEnd(given) : undefined;
    if (unseen === undefined) continue;
    throw new InvalidSecretError(`field ${field} of ${what} begins or ends in ${unseen}`, { hint: UNSEEN_HINT });
  }
}

/** Something that begins like JSON and is none is a mistake, not a key. */
function bare(text: string, plain: string | undefined): Record<string, unknown> | undefined {
  const key = text.trim();
  if (plain === undefined || key === '' || /^[[{"]/.test(key) || /\s/.test(key)) return undefined;
  return { [plain]: key, [PLAIN]: true };
}

export function isBare(value: KeySecret): boolean {
  return PLAIN in value;
}
