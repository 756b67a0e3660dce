/** What all key pairs have in common. */
import { generateKeyPair, type KeyObject, randomBytes, sign, verify } from 'node:crypto';
import { promisify } from 'node:util';

export type KeyType =
  | { readonly kind: 'rsa'; readonly bits: number }
  | { readonly kind: 'ec'; readonly curve: Curve }
  | { readonly kind: 'ed25519' };
export type Curve = 'P-256' | 'P-384' | 'P-521';

const generate = promisify(generateKeyPair);
/** As OpenSSL calls them. */
const NAMES: Readonly<Record<Curve, string>> = { 'P-256': 'prime256v1', 'P-384': 'secp384r1', 'P-521': 'secp521r1' };

export async function makeKeys(type: KeyType): Promise<{ privateKey: KeyObject; publicKey: KeyObject }> {
  if (type.kind === 'rsa') return generate('rsa', { modulusLength: type.bits });
  if (type.kind === 'ec') return generate('ec', { namedCurve: type.curve });
  return generate('ed25519');
}

/** Undefined when the keys are of this type, and what one signs the other verifies. */
export function mismatchOf(privateKey: KeyObject, publicKey: KeyObject, type: KeyType): string | undefined {
  const { asymmetricKeyType, asymmetricKeyDetails } = privateKey;
  if (asymmetricKeyType !== type.kind) return `is not of type ${type.kind}`;
  if (type.kind === 'rsa' && asymmetricKeyDetails?.modulusLength !== type.bits) return `has not ${type.bits} bits`;
  if (type.kind === 'ec' && asymmetricKeyDetails?.namedCurve !== NAMES[type.curve]) return `is not on ${type.curve}`;
  const text = randomBytes(32);
  const digest = type.kind === 'ed25519' ? null : 'sha256';
  const fits = verify(digest, text, publicKey, sign(digest, text, privateKey));
  return fits ? undefined : 'has a public key that does not fit the private one';
}
