import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import * as x509 from '@peculiar/asn1-x509';

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

/** A certificate authority for tests. Node can't make X.509 by itself, and openssl is not on every machine. */
export function createAuthority(): TestAuthority {
  const name = `Sandbox CA ${randomBytes(4).toString('hex')}`;
  const own = newKeys();
  const issuer = { name, ...own };
  const ca = certify(issuer, {
    subject: name,
    publicKey: own.publicKey,
    notAfter: new Date(Date.now() + 30 * day),
    extensions: [
      extension(x509.id_ce_basicConstraints, new x509.BasicConstraints({ cA: true }), true),
      extension(x509.id_ce_keyUsage, new x509.KeyUsage(usage.keyCertSign | usage.cRLSign), true),
    ],
  });
  return {
    ca,
    issue: ({ names = ['localhost', '127.0.0.1'], notAfter = new Date(Date.now() + 30 * day) } = {}) => {
      const keys = newKeys();
      const certificate = certify(issuer, {
        subject: names[0] ?? 'localhost',
        publicKey: keys.publicKey,
        notAfter,
        extensions: [
          extension(x509.id_ce_basicConstraints, new x509.BasicConstraints(), true),
          extension(x509.id_ce_keyUsage, new x509.KeyUsage(usage.digitalSignature), true),
          extension(x509.id_ce_extKeyUsage, new x509.ExtendedKeyUsage([x509.id_kp_serverAuth])),
          extension(x509.id_ce_subjectAltName, new x509.SubjectAlternativeName(names.map(alternativeName))),
        ],
      });
      return { certificate, key: String(keys.privateKey.export({ type: 'pkcs8', format: 'pem' })) };
    },
  };
}

const usage = x509.KeyUsageFlags;
const ecdsaWithSha256 = '1.2.840.10045.4.3.2';
const idOfCommonName = '2.5.4.3';
const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

interface Subject {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly notAfter: Date;
  readonly extensions: readonly x509.Extension[];
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.1 */
function certify(
  issuer: { name: string; privateKey: KeyObject; publicKey: KeyObject },
  { subject, publicKey, notAfter, extensions }: Subject,
): string {
  const signatureAlgorithm = new x509.AlgorithmIdentifier({ algorithm: ecdsaWithSha256 });
  const tbsCertificate = new x509.TBSCertificate({
    version: x509.Version.v3,
    serialNumber: bytesOf(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    signature: signatureAlgorithm,
    issuer: commonName(issuer.name),
    validity: new x509.Validity({ notBefore: new Date(Math.min(Date.now(), notAfter.getTime()) - day), notAfter }),
    subject: commonName(subject),
    subjectPublicKeyInfo: keyInfo(publicKey),
    extensions: new x509.Extensions([
      ...extensions,
      extension(x509.id_ce_subjectKeyIdentifier, new x509.SubjectKeyIdentifier(keyId(publicKey))),
      extension(
        x509.id_ce_authorityKeyIdentifier,
        new x509.AuthorityKeyIdentifier({ keyIdentifier: new x509.KeyIdentifier(keyId(issuer.publicKey)) }),
      ),
    ]),
  });
  const signatureValue = bytesOf(sign('sha256', Buffer.from(AsnConvert.serialize(tbsCertificate)), issuer.privateKey));
  const der = AsnConvert.serialize(new x509.Certificate({ tbsCertificate, signatureAlgorithm, signatureValue }));
  return new X509Certificate(Buffer.from(der)).toString();
}

function extension(extnID: string, value: object, critical = false): x509.Extension {
  return new x509.Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

function commonName(name: string): x509.Name {
  const value = new x509.AttributeValue({ utf8String: name });
  return new x509.Name([
    new x509.RelativeDistinguishedName([new x509.AttributeTypeAndValue({ type: idOfCommonName, value })]),
  ]);
}

const alternativeName = (name: string) =>
  new x509.GeneralName(isIP(name) === 0 ? { dNSName: name } : { iPAddress: name });

const keyInfo = (key: KeyObject) =>
  AsnConvert.parse(key.export({ type: 'spki', format: 'der' }), x509.SubjectPublicKeyInfo);

const keyId = (key: KeyObject) =>
  createHash('sha1')
    .update(Buffer.from(keyInfo(key).subjectPublicKey))
    .digest();

/** The library takes a buffer for the whole of its memory. */
const bytesOf = (bytes: Buffer) => new Uint8Array(bytes).buffer;
