/** The secret value of a database user, in the JSON that AWS's consoles, templates and CDK write. */
import { isIP } from 'node:net';
import * as z from 'zod/mini';
import { follow, followers, type Replacements } from '../rotation/copies.ts';
import { InvalidSecretError } from '../rotation/errors.ts';
import { requireObject, textsIn } from '../rotation/json.ts';
import type { SecretSchema } from '../rotation/strategy.ts';
import { UNSEEN_HINT, unseenEnd } from '../rotation/unseen.ts';

/** Who logs in, and where. */
export interface DatabaseLogin {
  readonly engine: string;
  readonly host: string;
  /** Absent: the engine's. */
  readonly port?: number;
  readonly username: string;
  readonly password: string;
  /** Absent: the engine's. */
  readonly dbname?: string;
  /** False: plain text, which only the secret value itself can ask for. Absent: verified TLS. There is no falling back. */
  readonly tls?: false;
  /** MongoDB's name for the database in which the user lives. Absent: `admin`. */
  readonly authSource?: string;
}

/** A parsed secret value. */
export interface DatabaseSecret extends DatabaseLogin {
  /** ARN or name of the superuser secret. AWS's field name. */
  readonly masterarn?: string;
  /** All of it as it is stored. Nothing but user and password, and their copies, ever differs when it is written back. */
  readonly original: Stored;
}

/** Drivers write names into their protocols as they are; there a control character ends one and begins the next. */
const name = z.string().check(
  z.regex(/^\P{Cc}*$/u),
  z.refine((text) => unseenEnd(text) === undefined),
);

const shape = z.looseObject({
  engine: name,
  host: z.string().check(z.refine(isHost)),
  username: name.check(z.minLength(1)),
  password: z.string().check(z.minLength(1)),
  port: z.optional(z.unknown().check(z.refine((port) => isAbsent(port) || numberOf(port) !== undefined))),
  dbname: z.optional(z.nullable(name)),
  authSource: z.optional(z.nullable(name)),
  masterarn: z.optional(z.nullable(name)),
});
const withSuperuser = z.extend(shape, { masterarn: name.check(z.minLength(1)) });

/** What is stored, when it has been looked at. */
type Stored = Readonly<Record<string, unknown>> & Readonly<z.infer<typeof shape>>;

/** One host name or address: no port, no scheme, no list, and no path, which drivers take for a socket of this machine. */
function isHost(text: string): boolean {
  return (
    isIP(text) !== 0 ||
    (text.length <= 253 && /^[\p{L}\p{M}\p{N}_-]{1,63}(?:\.[\p{L}\p{M}\p{N}_-]{1,63})*\.?$/u.test(text))
  );
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** A port, which may be written as text, or as 5432.0: AWS's template takes both. */
function numberOf(port: unknown): number | undefined {
  const text = typeof port === 'string' ? port.trim() : JSON.stringify(port);
  const number = /^[1-9]\d{0,4}(\.0+)?$/.test(text) ? Number(text) : 0;
  return number >= 1 && number <= 65535 ? number : undefined;
}

/** Nothing else, however much it looks like it: an absent or odd `ssl` is verified TLS. */
function isFalse(ssl: unknown): boolean {
  return ssl === false || (typeof ssl === 'string' && ssl.toLowerCase() === 'false');
}

/** Shorter texts in fields that nobody here knows are names ("public", "prod") far more often than secrets. */
const SHORTEST_UNKNOWN = 12;
/** Where and who. */
const VISIBLE = ['engine', 'host', 'username', 'dbname', 'masterarn', 'dbInstanceIdentifier', 'dbClusterIdentifier'];
const KNOWN = [...VISIBLE, 'password', 'port', 'authSource', 'ssl'];

export interface DatabaseSecretOptions {
  /** Values of `engine` that are served. */
  readonly accepts: readonly string[];
  /** Must the value name a superuser secret? */
  readonly needsSuperuser?: boolean;
}

export function databaseSecretSchema(options: DatabaseSecretOptions): SecretSchema<DatabaseSecret> {
  const required = options.needsSuperuser ? withSuperuser : shape;
  return {
    parse(text, what) {
      const value = requireObject(text, what, EXAMPLE);
      requireShape(value, required, what);
      if (!options.accepts.includes(value.engine)) {
        throw new InvalidSecretError(`field engine of ${what} is not one that this function rotates`, {
          hint: `set it to ${options.accepts.join(' or ')}, or use the function of that engine`,
        });
      }
      return { ...loginIn(value), original: value };
    },
    confidential,
    copies: (value, together = ['password']) =>
      followers(value.original, together, (to) => {
        const username = together.includes('username') ? to('username') : value.username;
        return replacing(value, username, to('password'));
      }),
    format,
  };
}

/** Not what the schema gives, which has the fields in another order. */
function requireShape(
  value: Record<string, unknown>,
  required: typeof shape | typeof withSuperuser,
  what: string,
): asserts value is Record<string, unknown> & z.infer<typeof shape> {
  const { success, error } = required.safeParse(value);
  if (!success) throw wrongField(String(error.issues[0]?.path[0]), value, what);
}

/** Throws InvalidSecretError when a field holds the password in a form that cannot follow it. */
function format({ original, username, password }: DatabaseSecret): string {
  const copied = follow(original, replacing({ original }, username, password));
  return JSON.stringify({ ...copied, username, password });
}

function replacing({ original }: Pick<DatabaseSecret, 'original'>, username: string, password: string): Replacements {
  return {
    secrets: [{ from: original.password, to: password }],
    owners: [{ from: original.username, to: username }],
    known: KNOWN,
    names: VISIBLE.map((field) => original[field]).filter((text) => typeof text === 'string'),
    host: original.host,
    anyOwner: false,
  };
}

/** An empty field is an absent one. */
function loginIn(value: z.infer<typeof shape>): Omit<DatabaseSecret, 'original'> {
  const { engine, host, username, password, dbname, authSource, masterarn } = value;
  const port = isAbsent(value.port) ? undefined : numberOf(value.port);
  return {
    engine,
    host,
    username,
    password,
    ...(port && { port }),
    ...(dbname && { dbname }),
    ...(authSource && { authSource }),
    ...(masterarn && { masterarn }),
    ...(isFalse(value.ssl) && { tls: false }),
  };
}

/** The password, and every other text that does not just repeat where and who. */
function confidential({ password, original }: DatabaseSecret): string[] {
  const seen = VISIBLE.map((field) => original[field]);
  const others = [...textsIn({ ...original, password: undefined })].filter(
    (text) =>
      text.length >= SHORTEST_UNKNOWN && !seen.some((known) => typeof known === 'string' && known.includes(text)),
  );
  return [password, ...others];
}

function wrongField(field: string, value: Record<string, unknown>, what: string): InvalidSecretError {
  const given = value[field];
  const unseen = typeof given === 'string' ? unseenEnd(given) : undefined;
  if (unseen !== undefined) {
    return new InvalidSecretError(`field ${field} of ${what} begins or ends in ${unseen}`, { hint: UNSEEN_HINT });
  }
  return new InvalidSecretError(
    `field ${field} of ${what} is ${isAbsent(value[field]) ? 'missing' : 'not of the right kind'}`,
    {
      hint: EXPECTED[field] ?? 'see the secret JSON on the page of the engine',
    },
  );
}

const EXAMPLE = 'store {"engine":…,"host":…,"username":…,"password":…} with put-secret-value';

const EXPECTED: Record<string, string> = {
  engine: 'name the engine, for example "postgres"',
  host: 'give one host name or address alone: no port, no scheme, no list, no spaces',
  username: 'give the name of the user; it holds no line breaks and no other control characters',
  password: 'give the password that works now',
  port: 'give a number from 1 to 65535, or leave it out',
  dbname: 'give the name of a database as text without control characters, or leave it out',
  authSource: 'give the name of the authentication database as text without control characters, or leave it out',
  masterarn: 'give the ARN of the superuser secret; alternating users need one',
};
