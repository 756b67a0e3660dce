import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** PEM texts. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

export interface TestAuthority {
  /** The authority's own certificate, for a client's list of roots. */
  readonly ca: string;
  /** A server's certificate. Without names it is for localhost and 127.0.0.1; `notAfter` in the past makes an expired one. */
  issue(options?: { readonly names?: readonly string[]; readonly notAfter?: Date }): Certificate;
}

const day = 24 * 60 * 60 * 1000;

/** A certificate authority for tests. Node can't make X.509 by itself, and openssl is not on every machine, so the DER is written here. */
export function createAuthority(): TestAuthority {
  const name = `Sandbox CA ${randomBytes(4).toString('hex')}`;
  const own = newKeys();
  const issuer = { name, key: own.privateKey, id: keyId(own.publicKey) };
  const ca = certify(issuer, {
    subject: name,
    publicKey: own.publicKey,
    notAfter: new Date(Date.now() + 30 * day),
    // basicConstraints CA:true, keyUsage keyCertSign and cRLSign.
    extensions: [extension('55 1d 13', sequence(boolean), true), extension('55 1d 0f', hex('03 02 01 06'), true)],
  });
  return {
    ca,
    issue: ({ names = ['localhost', '127.0.0.1'], notAfter = new Date(Date.now() + 30 * day) } = {}) => {
      const keys = newKeys();
      const certificate = certify(issuer, {
        subject: names[0] ?? 'localhost',
        publicKey: keys.publicKey,
        notAfter,
        // basicConstraints CA:false, keyUsage digitalSignature, extendedKeyUsage serverAuth, subjectAltName.
        extensions: [
          extension('55 1d 13', sequence(), true),
          extension('55 1d 0f', hex('03 02 07 80'), true),
          extension('55 1d 25', sequence(oid('2b 06 01 05 05 07 03 01'))),
          extension('55 1d 11', sequence(...names.map(alternativeName))),
        ],
      });
      return { certificate, key: String(keys.privateKey.export({ type: 'pkcs8', format: 'pem' })) };
    },
  };
}

const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

interface Subject {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly notAfter: Date;
  readonly extensions: readonly Buffer[];
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.1 */
function certify(
  issuer: { name: string; key: KeyObject; id: Buffer },
  { subject, publicKey, notAfter, extensions }: Subject,
) {
  const algorithm = sequence(oid('2a 86 48 ce 3d 04 03 02'));
  const notBefore = new Date(Math.min(Date.now(), notAfter.getTime()) - day);
  const toBeSigned = sequence(
    tagged(0xa0, hex('02 01 02')),
    tagged(0x02, Buffer.concat([hex('01'), randomBytes(15)])),
    algorithm,
    commonName(issuer.name),
    sequence(time(notBefore), time(notAfter)),
    commonName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(
      0xa3,
      sequence(
        ...extensions,
        extension('55 1d 0e', tagged(0x04, keyId(publicKey))),
        extension('55 1d 23', sequence(tagged(0x80, issuer.id))),
      ),
    ),
  );
  const signature = sign('sha256', toBeSigned, issuer.key);
  const der = sequence(toBeSigned, algorithm, tagged(0x03, Buffer.concat([hex('00'), signature])));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: readonly Buffer[]) => tagged(0x30, Buffer.concat(parts));
const oid = (encoded: string) => tagged(0x06, hex(encoded));
const boolean = hex('01 01 ff');
const commonName = (name: string) => sequence(tagged(0x31, sequence(oid('55 04 03'), tagged(0x0c, Buffer.from(name)))));

function extension(id: string, value: Buffer, isCritical = false): Buffer {
  return sequence(oid(id), ...(isCritical ? [boolean] : []), tagged(0x04, value));
}

/** `YYMMDDhhmmssZ`. */
const time = (date: Date) =>
  tagged(
    0x17,
    Buffer.from(
      `${date
        .toISOString()
        .replaceAll(/[-:T]|\.\d+/g, '')
        .slice(2)}`,
    ),
  );

const alternativeName = (name: string) =>
  isIPv4(name) ? tagged(0x87, Buffer.from(name.split('.').map(Number))) : tagged(0x82, Buffer.from(name));

/** The uncompressed point is the last 65 bytes of a P-256 key. */
function keyId(publicKey: KeyObject): Buffer {
  return createHash('sha1')
    .update(publicKey.export({ type: 'spki', format: 'der' }).subarray(-65))
    .digest();
}
