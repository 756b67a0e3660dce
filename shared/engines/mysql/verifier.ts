/** What the servers store instead of a password, by authentication plugin, and how a statement hands it over. */
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { PermissionError } from '../../rotation/errors.ts';
import type { Connection } from './connection.ts';
import { literal } from './quoting.ts';
import { shaCrypt } from './sha-crypt.ts';

/** `IDENTIFIED …`, with a hash in it. `password` undefined: a hash that no password has. */
export async function identifiedBy(
  connection: Connection,
  plugin: string,
  password: string | undefined,
): Promise<string> {
  if (connection.server.product === 'MariaDB') {
    if (plugin !== 'mysql_native_password') throw otherPlugin(connection, plugin);
    return `IDENTIFIED VIA mysql_native_password USING ${literal(nativeHash(password))}`;
  }
  switch (plugin) {
    case 'caching_sha2_password': {
      const hash = cachingSha2Hash(password, await roundsOf(connection));
      return `IDENTIFIED WITH caching_sha2_password AS 0x${hash.toString('hex')}`;
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

/** Absent before 8.0.24, when it was 5000 always. Since 9.x it may be more. */
async function roundsOf(connection: Connection): Promise<number> {
  const [row] = await connection.query("SHOW VARIABLES LIKE 'caching_sha2_password_digest_rounds'");
  return Number(row?.Value ?? 5000);
}

function otherPlugin({ at }: Connection, plugin: string): PermissionError {
  return new PermissionError(
    `an account at ${at.host}:${at.port} logs in with ${plugin}, which has no password to rotate here`,
    {
      hint: 'give the account an authentication plugin that the page of the engine lists, then rotate again',
    },
  );
}
