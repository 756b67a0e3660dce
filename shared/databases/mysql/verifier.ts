/** What the servers store instead of a password, by authentication plugin, and how a statement hands it over. */
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { ConfigurationError, PermissionError } from '../../rotation/errors.ts';
import { WITH_ANOTHER_PASSWORD } from '../reach.ts';
import type { Connection } from './connection.ts';
import { ed25519Hash } from './ed25519.ts';
import { errno, failedWith } from './errors.ts';
import { literal } from './quoting.ts';
import { shaCrypt } from './sha-crypt.ts';

/** What an account logs in with. */
interface Method {
  readonly plugin: string;
  /** What is kept now: a new hash is never weaker. */
  readonly stored: readonly Buffer[];
  /** Of a new hash of caching_sha2_password. */
  readonly rounds?: number | undefined;
  /** MariaDB takes no hash. Absent: it is asked. */
  readonly insists?: boolean | undefined;
}

/** `IDENTIFIED …`, with a hash in it. `password` undefined: a hash that no password has. */
export async function identifiedBy(
  connection: Connection,
  method: Method,
  password: string | undefined,
): Promise<string> {
  const { plugin, stored: kept, rounds = USUAL_ROUNDS } = method;
  if (connection.server.product === 'MariaDB') {
    const stored = await mariadbForm(connection, method, password ?? `${randomBytes(24).toString('base64')}-aA1`);
    return `IDENTIFIED VIA ${plugin} USING ${stored}`;
  }
  switch (plugin) {
    case 'caching_sha2_password': {
      const stored = cachingSha2Hash(password, Math.max(rounds, ...kept.map(roundsIn)));
      return `IDENTIFIED WITH caching_sha2_password AS 0x${stored.toString('hex')}`;
    }
    case 'sha256_password': {
      const salt = randomSalt();
      const text = Buffer.concat([Buffer.from('$5$'), salt, Buffer.from(`$${digestOf(password, salt, 5000)}`)]);
      return `IDENTIFIED WITH sha256_password AS 0x${text.toString('hex')}`;
    }
    case 'mysql_native_password':
      return `IDENTIFIED WITH mysql_native_password AS ${literal(nativeHash(password))}`;
    default:
      throw otherPlugin(connection, plugin);
  }
}

/**
 * `IDENTIFIED …`, with the hash that is kept. A MariaDB that insists on clear text makes it anew from `password`: its hashes of one
 * password are one.
 */
export async function identifiedAs(
  connection: Connection,
  method: Method,
  password: string | undefined,
): Promise<string> {
  const { plugin, stored } = method;
  const [kept] = stored;
  requireKnownPlugin(connection, plugin);
  if (kept === undefined) throw new Error('an account that keeps no password cannot have got one');
  if (connection.server.product === 'MySQL') return `IDENTIFIED WITH ${plugin} AS 0x${kept.toString('hex')}`;
  const form =
    password === undefined ? literal(kept.toString()) : await mariadbForm(connection, method, password, kept);
  return `IDENTIFIED VIA ${plugin} USING ${form}`;
}

/** A literal that MariaDB stores as it is, or the one expression that it insists on. */
export async function mariadbForm(
  connection: Connection,
  { plugin, insists }: Pick<Method, 'plugin' | 'insists'>,
  password: string,
  kept?: Buffer,
): Promise<string> {
  const hashed = { mysql_native_password: nativeHash, ed25519: ed25519Hash }[plugin];
  if (hashed === undefined) throw otherPlugin(connection, plugin);
  if (!(insists ?? (await insistsNow(connection)))) return literal(kept?.toString() ?? hashed(password));
  if (connection.sendsInClear) return `PASSWORD(${literal(password)})`;
  throw takesNoHash(connection);
}

function takesNoHash({ at }: Connection): ConfigurationError {
  const [keeps, or] = at.tls
    ? ['CLEAR_TEXT=never keeps the password itself from it', 'take CLEAR_TEXT=never from the function']
    : [
        'the password itself is sent over TLS only',
        'switch TLS on at the server and take "ssl": false from the secret',
      ];
  return new ConfigurationError(`${at.host}:${at.port} takes no hash in place of a password, and ${keeps}`, {
    code: 'PASSWORD_REFUSED',
    hint: `switch strict_password_validation off at the server, or ${or}; ${WITH_ANOTHER_PASSWORD}`,
  });
}

/** With a plugin that looks into new passwords, strict validation takes no hash: https://mariadb.com/kb/en/password-validation/ */
export const insistsOnClearText = `@@strict_password_validation AND EXISTS (SELECT 1 FROM information_schema.plugins
         WHERE plugin_type = 'PASSWORD VALIDATION' AND plugin_status = 'ACTIVE')`;

async function insistsNow(connection: Connection): Promise<boolean> {
  try {
    const [row] = await connection.query(`SELECT ${insistsOnClearText} AS insists`);
    return Number(row?.insists) === 1;
  } catch (error) {
    // Asking is not allowed with an expired password.
    if (failedWith(error, errno.mustChangePassword)) return false;
    throw error;
  }
}

/** `*` and SHA-1 twice. MariaDB's default, and MySQL's up to 5.7. */
export function nativeHash(password: string | undefined): string {
  const sha1 = (data: string | Buffer) => createHash('sha1').update(data).digest();
  const stored = password === undefined ? randomBytes(20) : sha1(sha1(password));
  return `*${stored.toString('hex').toUpperCase()}`;
}

/**
 * `$A$`, thousands of rounds in three hexadecimal digits, `$`, 20 bytes of salt and 43 characters of digest.
 * https://github.com/mysql/mysql-server/blob/8.4/sql/auth/sha2_password.cc (serialize)
 */
function cachingSha2Hash(password: string | undefined, rounds: number): Buffer {
  const salt = randomSalt();
  const thousands = (rounds / 1000).toString(16).toUpperCase().padStart(3, '0');
  return Buffer.concat([Buffer.from(`$A$${thousands}$`), salt, Buffer.from(digestOf(password, salt, rounds))]);
}

function digestOf(password: string | undefined, salt: Buffer, rounds: number): string {
  return password === undefined ? shaCrypt(randomBytes(32), salt, 1) : shaCrypt(Buffer.from(password), salt, rounds);
}

/** Seven bits a byte, and neither NUL nor `$`, which end it. */
function randomSalt(): Buffer {
  const bytes = Array.from({ length: 20 }, () => {
    const byte = randomInt(1, 127);
    return byte >= 0x24 ? byte + 1 : byte;
  });
  return Buffer.from(bytes);
}

/** Of a hash that caching_sha2_password keeps; 0 of any other text. */
export function roundsIn(kept: Buffer): number {
  const rounds = Number.parseInt(kept.toString('latin1', 3, 6), 16) * 1000;
  return kept.toString('latin1', 0, 3) === '$A$' && rounds > 0 ? rounds : 0;
}

/** Of caching_sha2_password before 8.0.24, always. Since then the server may have more. */
export const USUAL_ROUNDS = 5000;

const KNOWN = {
  MySQL: ['caching_sha2_password', 'sha256_password', 'mysql_native_password'],
  MariaDB: ['mysql_native_password', 'ed25519'],
};

export function requireKnownPlugin(connection: Connection, plugin: string): void {
  if (!KNOWN[connection.server.product].includes(plugin)) throw otherPlugin(connection, plugin);
}

function otherPlugin({ at }: Connection, plugin: string): PermissionError {
  return new PermissionError(
    `an account at ${at.host}:${at.port} logs in with ${plugin}, which has no password to rotate here`,
    {
      hint: 'give the account an authentication plugin that the page of the engine lists, then rotate again',
    },
  );
}
