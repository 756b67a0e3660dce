/**
 * MariaDB's ed25519 logins: https://mariadb.com/kb/en/authentication-plugin-ed25519/. The signature scheme is that of RFC 8032, but the
 * hash of the password stands where the hash of a random key does, which Node's own Ed25519 does not take.
 */
import { hash } from 'node:crypto';

const P = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = mod(-121665n * inverse(121666n));

/** X, Y, Z and T = XY/Z. */
type Point = readonly [bigint, bigint, bigint, bigint];

const BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202n;
const BASE_Y = 46316835694926478169428394003475163141307993866256225615783033603165251855960n;
const BASE: Point = [BASE_X, BASE_Y, 1n, mod(BASE_X * BASE_Y)];

/** What the server stores: the public key, in base64 without its end. */
export function ed25519Hash(password: string): string {
  return encoded(times(secretOf(password).scalar))
    .toString('base64')
    .replace(/=+$/, '');
}

/** Proves to the server that sent `challenge` that this side knows the password. */
export function ed25519Signature(password: string, challenge: Buffer): Buffer {
  const { scalar, prefix } = secretOf(password);
  const nonce = littleEndian(sha512(prefix, challenge)) % ORDER;
  const point = encoded(times(nonce));
  const factor = littleEndian(sha512(point, encoded(times(scalar)), challenge)) % ORDER;
  return Buffer.concat([point, bytesOf((nonce + factor * scalar) % ORDER)]);
}

function secretOf(password: string): { scalar: bigint; prefix: Buffer } {
  const digest = sha512(Buffer.from(password));
  const low = digest.subarray(0, 32);
  low[0] = (low[0] ?? 0) & 248;
  low[31] = ((low[31] ?? 0) & 63) | 64;
  return { scalar: littleEndian(low), prefix: digest.subarray(32) };
}

function times(scalar: bigint): Point {
  let sum: Point = [0n, 1n, 1n, 0n];
  let power = BASE;
  for (let rest = scalar; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) sum = add(sum, power);
    power = add(power, power);
  }
  return sum;
}

/** https://www.rfc-editor.org/rfc/rfc8032#section-5.1.4 */
function add([x1, y1, z1, t1]: Point, [x2, y2, z2, t2]: Point): Point {
  const a = mod((y1 - x1) * (y2 - x2));
  const b = mod((y1 + x1) * (y2 + x2));
  const c = mod(2n * t1 * D * t2);
  const d = mod(2n * z1 * z2);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

function encoded([x, y, z]: Point): Buffer {
  const unit = inverse(z);
  const bytes = bytesOf(mod(y * unit));
  if ((mod(x * unit) & 1n) === 1n) bytes[31] = (bytes[31] ?? 0) | 128;
  return bytes;
}

function mod(value: bigint): bigint {
  const rest = value % P;
  return rest < 0n ? rest + P : rest;
}

/** By Fermat's little theorem. */
function inverse(value: bigint): bigint {
  let [result, power] = [1n, mod(value)];
  for (let rest = P - 2n; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = mod(result * power);
    power = mod(power * power);
  }
  return result;
}

const sha512 = (...parts: readonly Buffer[]) => hash('sha512', Buffer.concat(parts), 'buffer');
const littleEndian = (bytes: Buffer) => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
const bytesOf = (value: bigint) => Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse();
