/** A wrong id beside a right key would let the key before pass for an old one, and AWSCURRENT would be revoked. */
import { AuthenticationError, InvalidSecretError } from '../rotation/errors.ts';
import type { Access, IssuingProvider, Key } from './provider.ts';

/**
 * Throws InvalidSecretError when the provider does not list the id that AWSCURRENT names, and the key works all the same. A key
 * that is dead as well was revoked by hand; its successor may be made. Gives the keys back.
 */
export async function withCurrent(
  keys: readonly Key[],
  field: string,
  provider: IssuingProvider,
  access: Access,
): Promise<readonly Key[]> {
  const { current } = access;
  if (keys.some(({ id }) => id === current[field])) return keys;
  try {
    await provider.verify(current, access);
  } catch (error) {
    if (error instanceof AuthenticationError) return keys;
    throw error;
  }
  throw new InvalidSecretError(`${provider.name} lists no key with the ${field} of AWSCURRENT`, {
    hint: `see in its console which key that is, correct ${field} with put-secret-value, then rotate again`,
  });
}
