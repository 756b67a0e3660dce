/**
 * MariaDB's ed25519 logins: https://mariadb.com/kb/en/authentication-plugin-ed25519/. The signature scheme is that of RFC 8032, but the
 * hash of the password stands where the hash of a random key does. Neither Node nor a library takes that, so the scheme is written
 * here, and the arithmetic on the curve is the library's.
 */
import { hash } from 'node:crypto';
import { Point } from '@noble/ed25519';

const ORDER = Point.CURVE().n;

/** What the server stores: the public key, in base64 without its end. */
export function ed25519Hash(password: string): string {
  return Buffer.from(times(secretOf(password).scalar))
    .toString('base64')
    .replace(/=+$/, '');
}

/** Proves to the server that sent `challenge` that this side knows the password: RFC 8032, section 5.1.6. */
export function ed25519Signature(password: string, challenge: Buffer): Buffer {
  const { scalar, prefix } = secretOf(password);
  const nonce = littleEndian(sha512(prefix, challenge)) % ORDER;
  const point = times(nonce);
  const factor = littleEndian(sha512(point, times(scalar), challenge)) % ORDER;
  return Buffer.concat([point, bytesOf((nonce + factor * scalar) % ORDER)]);
}

function secretOf(password: string): { scalar: bigint; prefix: Buffer } {
  const digest = sha512(Buffer.from(password));
  const low = digest.subarray(0, 32);
  low[0] = (low[0] ?? 0) & 248;
  low[31] = ((low[31] ?? 0) & 63) | 64;
  return { scalar: littleEndian(low) % ORDER, prefix: digest.subarray(32) };
}

/** The library adds as many points for one scalar as for another: the time says little about a secret one. */
const times = (scalar: bigint) => Point.BASE.multiply(scalar).toBytes();
const sha512 = (...parts: readonly Uint8Array[]) => hash('sha512', Buffer.concat(parts), 'buffer');
const littleEndian = (bytes: Buffer) => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
const bytesOf = (value: bigint) => Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse();
