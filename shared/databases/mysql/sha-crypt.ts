/**
 * Crypt by SHA-256, which caching_sha2_password and sha256_password store: https://www.akkadia.org/drepper/SHA-crypt.txt
 * Node has no crypt(3).
 */
import { hash } from 'node:crypto';

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The 43 characters of the digest alone, without `$5$` and salt. */
export function shaCrypt(password: Buffer, salt: Buffer, rounds: number): string {
  const sha = (...parts: readonly Buffer[]) => hash('sha256', Buffer.concat(parts), 'buffer');
  const repeated = (block: Buffer, length: number) => Buffer.alloc(length, block);

  const b = sha(password, salt, password);
  const parts = [password, salt, repeated(b, password.length)];
  for (let bits = password.length; bits > 0; bits >>= 1) parts.push((bits & 1) === 1 ? b : password);
  let digest = sha(...parts);

  const p = repeated(sha(...Array<Buffer>(password.length).fill(password)), password.length);
  const s = repeated(sha(...Array<Buffer>(16 + (digest[0] ?? 0)).fill(salt)), salt.length);
  for (let round = 0; round < rounds; round++) {
    const odd = (round & 1) === 1;
    const middle = [...(round % 3 === 0 ? [] : [s]), ...(round % 7 === 0 ? [] : [p])];
    digest = odd ? sha(p, ...middle, digest) : sha(digest, ...middle, p);
  }
  return encoded(digest);
}

/** Three bytes to four characters, in the order of the specification. */
function encoded(digest: Buffer): string {
  const byte = (index: number) => digest[index] ?? 0;
  let text = '';
  const take = (value: number, characters: number) => {
    let rest = value;
    for (let n = 0; n < characters; n++) {
      text += ALPHABET[rest & 0x3f];
      rest >>= 6;
    }
  };
  let [x, y, z] = [0, 10, 20];
  for (let group = 0; group < 10; group++) {
    take((byte(x) << 16) | (byte(y) << 8) | byte(z), 4);
    [x, y, z] = [z + 1, x + 1, y + 1];
  }
  take((byte(31) << 8) | byte(30), 3);
  return text;
}
