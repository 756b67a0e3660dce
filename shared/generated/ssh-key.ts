/** SSH keys: OpenSSH's private key file, and the line for authorized_keys. */
import { createPrivateKey, createPublicKey, type JsonWebKey, randomBytes } from 'node:crypto';
import { type Curve, type KeyType, makeKeys, mismatchOf } from './asymmetric.ts';
import type { Generator } from './generator.ts';
import { mpint, reader, text, uint32 } from './ssh-wire.ts';

const MAGIC = Buffer.from('openssh-key-v1\0');
const BEGIN = '-----BEGIN OPENSSH PRIVATE KEY-----';
const END = '-----END OPENSSH PRIVATE KEY-----';
const NO_PAIR = 'is no SSH key pair';

export function sshKey(type: KeyType, comment: string): Generator {
  return {
    isSingle: false,
    async make() {
      const { privateKey } = await makeKeys(type);
      const jwk = privateKey.export({ format: 'jwk' });
      const blob = publicBlob(jwk);
      return {
        private_key: privateFile(jwk, blob, comment),
        public_key: `${nameOf(jwk)} ${blob.toString('base64')} ${comment}`,
      };
    },
    faultOf({ private_key, public_key }) {
      if (typeof private_key !== 'string' || typeof public_key !== 'string') return NO_PAIR;
      try {
        const { jwk, blob } = opened(private_key);
        const [name, base64 = ''] = public_key.split(' ');
        if (name !== nameOf(jwk) || !blob.equals(Buffer.from(base64, 'base64'))) return 'has two different public keys';
        const [secret, open] = [createPrivateKey({ key: jwk, format: 'jwk' }), publicJwk(blob)];
        return mismatchOf(secret, createPublicKey({ key: open, format: 'jwk' }), type);
      } catch {
        return NO_PAIR;
      }
    },
  };
}

/** https://www.rfc-editor.org/rfc/rfc4253#section-6.6, https://www.rfc-editor.org/rfc/rfc5656#section-3.1, https://www.rfc-editor.org/rfc/rfc8709#section-4 */
function publicBlob(jwk: JsonWebKey): Buffer {
  const { kty, x = '', y = '', n = '', e = '' } = jwk;
  const name = text(nameOf(jwk));
  if (kty === 'RSA') return Buffer.concat([name, mpint(bytes(e)), mpint(bytes(n))]);
  if (kty === 'EC') return Buffer.concat([name, text(nistName(jwk)), text(point(x, y))]);
  return Buffer.concat([name, text(bytes(x))]);
}

/** https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key, with the members of https://datatracker.ietf.org/doc/html/draft-ietf-sshm-ssh-agent#section-3.2 */
function privateFile(jwk: JsonWebKey, blob: Buffer, comment: string): string {
  const check = randomBytes(4);
  const list = Buffer.concat([check, check, text(nameOf(jwk)), ...privateMembers(jwk), text(comment)]);
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (list.length % 8)) % 8));
  const whole = Buffer.concat([
    MAGIC,
    text('none'),
    text('none'),
    text(''),
    uint32(1),
    text(blob),
    text(Buffer.concat([list, padding])),
  ]);
  const lines = whole.toString('base64').match(/.{1,70}/g) ?? [];
  return `${[BEGIN, ...lines, END].join('\n')}\n`;
}

function privateMembers(jwk: JsonWebKey): Buffer[] {
  const { kty, x = '', y = '', d = '', n = '', e = '', p = '', q = '', qi = '' } = jwk;
  if (kty === 'RSA') return [n, e, d, qi, p, q].map((number) => mpint(bytes(number)));
  if (kty === 'EC') return [text(nistName(jwk)), text(point(x, y)), mpint(bytes(d))];
  return [text(bytes(x)), text(Buffer.concat([bytes(d), bytes(x)]))];
}

/** Reads what `privateFile` writes. Throws when it is anything else. */
function opened(file: string): { jwk: JsonWebKey; blob: Buffer } {
  if (!file.startsWith(BEGIN) || !file.trimEnd().endsWith(END))
    throw new TypeError('it is not in the armour of OpenSSH');
  const base64 = file.trimEnd().slice(BEGIN.length, -END.length);
  const outer = reader(Buffer.from(base64, 'base64'), MAGIC);
  const [cipher, kdf] = [outer.text(), outer.text(), outer.text()].map(String);
  if (cipher !== 'none' || kdf !== 'none' || outer.uint32() !== 1) throw new TypeError('not one key in clear');
  const blob = outer.text();
  const inner = reader(outer.text());
  const [check, again] = [inner.uint32(), inner.uint32()];
  if (check !== again) throw new TypeError('the check numbers differ');
  const name = String(inner.text());
  if (name === 'ssh-rsa') {
    const [n, e, d, qi, p, q] = Array.from({ length: 6 }, () => inner.mpint());
    return { jwk: rsaJwk({ n, e, d, qi, p, q }), blob };
  }
  if (name === 'ssh-ed25519') {
    inner.text();
    return { jwk: { ...publicJwk(blob), d: inner.text().subarray(0, 32).toString('base64url') }, blob };
  }
  inner.text();
  inner.text();
  const { x = '' } = publicJwk(blob);
  return { jwk: { ...publicJwk(blob), d: padded(inner.mpint(), bytes(x).length) }, blob };
}

function publicJwk(blob: Buffer): JsonWebKey {
  const parts = reader(blob);
  const name = String(parts.text());
  if (name === 'ssh-rsa') {
    const [e, n] = [parts.mpint(), parts.mpint()];
    return { kty: 'RSA', n: n.toString('base64url'), e: e.toString('base64url') };
  }
  if (name === 'ssh-ed25519') return { kty: 'OKP', crv: 'Ed25519', x: parts.text().toString('base64url') };
  const crv = `P-${String(parts.text()).slice('nistp'.length)}`;
  const both = parts.text().subarray(1);
  const [x, y] = [both.subarray(0, both.length / 2), both.subarray(both.length / 2)];
  return { kty: 'EC', crv, x: x.toString('base64url'), y: y.toString('base64url') };
}

/** SSH leaves out the two exponents that JWK has. */
function rsaJwk(parts: Record<'n' | 'e' | 'd' | 'qi' | 'p' | 'q', Buffer | undefined>): JsonWebKey {
  const texts = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part?.toString('base64url')]));
  const number = (part: Buffer | undefined) => BigInt(`0x${part?.toString('hex') || '0'}`);
  const exponent = (prime: Buffer | undefined) => {
    const hex = (number(parts.d) % (number(prime) - 1n)).toString(16);
    return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url');
  };
  return { kty: 'RSA', ...texts, dp: exponent(parts.p), dq: exponent(parts.q) };
}

function nameOf(jwk: JsonWebKey): string {
  if (jwk.kty === 'RSA') return 'ssh-rsa';
  return jwk.kty === 'EC' ? `ecdsa-sha2-${nistName(jwk)}` : 'ssh-ed25519';
}

const nistName = ({ crv }: JsonWebKey) => String(crv as Curve).replace('P-', 'nistp');
const bytes = (base64url: string) => Buffer.from(base64url, 'base64url');
/** Uncompressed: https://www.secg.org/sec1-v2.pdf, 2.3.3 */
const point = (x: string, y: string) => Buffer.concat([Buffer.from([4]), bytes(x), bytes(y)]);
const padded = (number: Buffer, length: number) =>
  Buffer.concat([Buffer.alloc(Math.max(0, length - number.length)), number]).toString('base64url');
