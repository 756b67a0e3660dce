/** A new key may do what the current one may. Its rights are copied from the current one, and compared where a provider shows them. */
import { AuthenticationError, type ErrorDetails, InvalidSecretError, PermissionError } from '../rotation/errors.ts';
import type { IssuingProvider, KeyAccess, KeySecret } from './provider.ts';

/**
 * Throws InvalidSecretError when the current key is refused: then its id is no more than somebody's word, and may be that of a key
 * which may do more.
 */
export async function requireLivingCurrent<S extends KeySecret, A extends KeySecret>(
  provider: IssuingProvider<S, A>,
  access: KeyAccess<S>,
): Promise<void> {
  await asLivingCurrent(() => provider.verify(access.current, access));
}

/** What only the current key itself can tell. Throws as requireLivingCurrent does: an AuthenticationError would be the admin's. */
export async function asLivingCurrent<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AuthenticationError)) throw error;
    throw deadCurrent(`${error.fact}, so nobody can tell what the new one should be allowed`, { cause: error });
  }
}

export function deadCurrent(fact: string, details: Partial<ErrorDetails> = {}): InvalidSecretError {
  const hint = 'store a key that works with put-secret-value, then rotate again';
  return new InvalidSecretError(fact, { code: 'AUTHENTICATION_REFUSED', hint, ...details });
}

/** Throws PermissionError, which names rights that are in `should` and not in `may`. Only for names that the provider publishes. */
export function requireRights(may: readonly string[], should: readonly string[], hint: string): void {
  const missing = should.filter((right) => !may.includes(right));
  if (missing.length > 0) {
    throw otherRights(`the new key lacks rights of the current one: ${missing.slice(0, 3).join(', ')}`, hint);
  }
}

export function otherRights(fact: string, hint: string): PermissionError {
  return new PermissionError(fact, { code: 'PRIVILEGES_DIFFER', hint });
}
