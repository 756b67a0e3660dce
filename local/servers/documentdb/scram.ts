/** The server's side of SCRAM: https://www.rfc-editor.org/rfc/rfc5802, with MongoDB's digest for SCRAM-SHA-1. */
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { saslprep } from '@mongodb-js/saslprep';

export const mechanisms = ['SCRAM-SHA-1', 'SCRAM-SHA-256'] as const;
export type Mechanism = (typeof mechanisms)[number];

export interface Credential {
  readonly salt: Buffer;
  readonly iterations: number;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

/** The least that drivers accept. Real servers count to 10,000 and more; tests log in some thousand times. */
const ITERATIONS = 4096;
const hashOf = (mechanism: Mechanism) => (mechanism === 'SCRAM-SHA-1' ? 'sha1' : 'sha256');

/** Throws on a password that SASLprep refuses, as the client would. */
export function credentialFor(mechanism: Mechanism, username: string, password: string): Credential {
  const hash = hashOf(mechanism);
  const secret =
    mechanism === 'SCRAM-SHA-1'
      ? createHash('md5').update(`${username}:mongo:${password}`).digest('hex')
      : saslprep(password);
  const salt = randomBytes(mechanism === 'SCRAM-SHA-1' ? 16 : 28);
  const salted = pbkdf2Sync(secret, salt, ITERATIONS, hash === 'sha1' ? 20 : 32, hash);
  const hmac = (key: Buffer, text: string) => createHmac(hash, key).update(text).digest();
  const storedKey = createHash(hash).update(hmac(salted, 'Client Key')).digest();
  return { salt, iterations: ITERATIONS, storedKey, serverKey: hmac(salted, 'Server Key') };
}

export interface Exchange {
  readonly username: string;
  readonly firstAnswer: string;
  /** The server's last message, or undefined when the proof is wrong. */
  finish(message: string): string | undefined;
}

/** `credentialOf` gives nothing for a user that is not there, or has not this mechanism; then there is no exchange. */
export function startExchange(
  mechanism: Mechanism,
  first: string,
  credentialOf: (username: string) => Credential | undefined,
): Exchange | undefined {
  const bare = first.slice('n,,'.length);
  const [, name = '', clientNonce = ''] = /^n=(.*),r=(.*)$/s.exec(bare) ?? [];
  const username = name.replaceAll('=2C', ',').replaceAll('=3D', '=');
  const credential = credentialOf(username);
  if (credential === undefined) return undefined;

  const hash = hashOf(mechanism);
  const nonce = clientNonce + randomBytes(18).toString('base64');
  const firstAnswer = `r=${nonce},s=${credential.salt.toString('base64')},i=${credential.iterations}`;
  return {
    username,
    firstAnswer,
    finish(message) {
      const [, withoutProof = '', proof = ''] = /^(.*),p=(.*)$/s.exec(message) ?? [];
      const signed = `${bare},${firstAnswer},${withoutProof}`;
      const signature = createHmac(hash, credential.storedKey).update(signed).digest();
      const given = Buffer.from(proof, 'base64');
      if (given.length !== signature.length || !withoutProof.endsWith(`r=${nonce}`)) return undefined;
      const clientKey = Buffer.from(given.map((byte, i) => byte ^ (signature[i] ?? 0)));
      if (!timingSafeEqual(createHash(hash).update(clientKey).digest(), credential.storedKey)) return undefined;
      return `v=${createHmac(hash, credential.serverKey).update(signed).digest('base64')}`;
    },
  };
}
