/** Key pairs for signatures, as PEM (PKCS 8 and SPKI) or JWK. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { type KeyType, makeKeys, mismatchOf } from './asymmetric.ts';
import type { Generator } from './generator.ts';

export function keyPair(type: KeyType, format: 'pem' | 'jwk'): Generator {
  return {
    isSingle: false,
    async make() {
      const { privateKey, publicKey } = await makeKeys(type);
      if (format === 'jwk') return { private_key: jwkOf(privateKey), public_key: jwkOf(publicKey) };
      return {
        private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
        public_key: publicKey.export({ type: 'spki', format: 'pem' }),
      };
    },
    faultOf({ private_key, public_key }) {
      try {
        return mismatchOf(
          createPrivateKey(asKey(private_key, format)),
          createPublicKey(asKey(public_key, format)),
          type,
        );
      } catch {
        return `is no key pair in ${format.toUpperCase()}`;
      }
    },
  };
}

/** With the thumbprint as `kid`: https://www.rfc-editor.org/rfc/rfc7638 */
function jwkOf(key: KeyObject): Record<string, unknown> {
  const jwk = key.export({ format: 'jwk' });
  const { crv, e, kty, n, x, y } = jwk;
  // In this order, and without those that the type does not have.
  const needed = kty === 'RSA' ? { e, kty, n } : kty === 'EC' ? { crv, kty, x, y } : { crv, kty, x };
  return { ...jwk, kid: createHash('sha256').update(JSON.stringify(needed)).digest('base64url') };
}

function asKey(key: unknown, format: 'pem' | 'jwk') {
  if (format === 'pem' && typeof key === 'string') return key;
  if (format === 'jwk' && typeof key === 'object') return { key: { ...key }, format };
  throw new TypeError(`not in ${format}`);
}
