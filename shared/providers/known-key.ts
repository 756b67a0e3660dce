/** What a secret says of its keys is looked at before anything is copied from one, or revoked. */
import { AuthenticationError, InvalidSecretError } from '../rotation/errors.ts';
import type { Access, IssuingProvider, Key } from './provider.ts';

/**
 * A wrong id beside a right key would let the key before pass for an old one, and AWSCURRENT would be revoked.
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

/**
 * What the new key may do is copied from the current one. Throws InvalidSecretError when that is refused: then its id is no more
 * than somebody's word, and may be that of a key which may do more.
 */
export async function requireLivingCurrent(provider: IssuingProvider, access: Access): Promise<void> {
  try {
    await provider.verify(access.current, access);
  } catch (error) {
    if (!(error instanceof AuthenticationError)) throw error;
    throw new InvalidSecretError(`${error.fact}, so nobody can tell what the new one should be allowed`, {
      code: 'AUTHENTICATION_REFUSED',
      hint: 'store a key that works with put-secret-value, then rotate again',
      cause: error,
    });
  }
}
