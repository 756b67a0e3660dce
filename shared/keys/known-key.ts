/** What a secret and a provider say of keys is looked at before anything follows from it. */
import { AuthenticationError, InvalidSecretError } from '../rotation/errors.ts';
import type { IssuingProvider, Key, KeyAccess, KeySecret } from './provider.ts';

/**
 * A wrong id beside a right key would let the previous key pass for an old one, and AWSCURRENT would be revoked.
 * Throws InvalidSecretError when the provider does not list the id that AWSCURRENT names, and the key works all the same. A key
 * that is dead as well was revoked by hand; its successor may be made. Gives the keys back.
 */
export async function withCurrent<S extends KeySecret, A extends KeySecret>(
  keys: readonly Key[],
  field: string,
  provider: IssuingProvider<S, A>,
  access: KeyAccess<S>,
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

/** Issue, verify and promote, with repeats: a use of a key in this time is the rotation's own. Milliseconds. */
export const OWN_USE_MS = 15 * 60_000;

/** A use that came later than its own rotation's, or of a key whose age nobody knows. */
export function isForeignUse(used: Date, made: Date | undefined): boolean {
  return made === undefined || used.getTime() - made.getTime() >= OWN_USE_MS;
}
