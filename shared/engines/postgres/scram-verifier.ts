/** What PostgreSQL stores instead of a password: https://www.postgresql.org/docs/current/catalog-pg-authid.html */
import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(pbkdf2);

/** `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`, as RFC 5802 and RFC 7677 define the keys. */
export async function scramVerifier(
  password: string,
  iterations: number,
  salt: Buffer = randomBytes(16),
): Promise<string> {
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
