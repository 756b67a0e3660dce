/** What PostgreSQL keeps of a password: https://www.postgresql.org/docs/current/catalog-pg-authid.html */
import { createHash, createHmac, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import type { ProvenLogin } from '../engine.ts';

const derive = promisify(pbkdf2);

export type Verifier = { readonly kind: 'md5' } | ScramVerifier;

export interface ScramVerifier {
  readonly kind: 'scram-sha-256';
  readonly iterations: number;
  readonly salt: Buffer;
}

/** node-postgres logs in with no more, so neither could its applications: `scramMaxIterations` in its documentation. */
export const MOST_ITERATIONS = 100_000;

/** What a login through this engine showed. */
export function keptIn({ kept }: ProvenLogin): Verifier | undefined {
  return isVerifier(kept) ? kept : undefined;
}

function isVerifier(kept: unknown): kept is Verifier {
  return (
    typeof kept === 'object' && kept !== null && 'kind' in kept && ['md5', 'scram-sha-256'].includes(String(kept.kind))
  );
}

/** The text that the server stores. The same for the same verifier and password, byte for byte. */
export async function verifierText(verifier: Verifier, username: string, password: string): Promise<string> {
  if (verifier.kind === 'scram-sha-256') return scramText(password, verifier);
  return `md5${createHash('md5').update(password).update(username).digest('hex')}`;
}

/** `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`, as RFC 5802 and RFC 7677 define the keys. */
async function scramText(password: string, { iterations, salt }: ScramVerifier): Promise<string> {
  const salted = await derive(await prepared(password), salt, iterations, 32, 'sha256');
  const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest();
  const serverKey = hmac(salted, 'Server Key');
  const base64 = (bytes: Buffer) => bytes.toString('base64');
  return `SCRAM-SHA-256$${iterations}:${base64(salt)}$${base64(storedKey)}:${base64(serverKey)}`;
}

/** SASLprep, and the raw text where that forbids it: so does the server (pg_saslprep). ASCII needs neither. */
async function prepared(password: string): Promise<string> {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant.
  if (/^[\x00-\x7f]*$/.test(password)) return password;
  const { saslprep } = await import('@mongodb-js/saslprep');
  try {
    return saslprep(password);
  } catch {
    return password;
  }
}
