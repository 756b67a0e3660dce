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

/**
 * Throws PermissionError, which names rights that only one of the two has: a key that may do more is no successor either. Only for
 * names that the provider publishes. Rights that a vendor adds to every key by itself are the caller's to leave out, with a source.
 */
export function requireSameRights(may: readonly string[], should: readonly string[], hint: string): void {
  const missing = should.filter((right) => !may.includes(right));
  if (missing.length > 0) throw otherRights(`the new key lacks rights of the current one: ${few(missing)}`, hint);
  const more = may.filter((right) => !should.includes(right));
  if (more.length > 0) throw otherRights(`the new key has rights that the current one has not: ${few(more)}`, hint);
}

/** As text that is equal for two values when they say the same, in whatever order. */
export function normal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(normal).toSorted().join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}:${normal(inner)}`);
  return `{${members.toSorted().join()}}`;
}

export function otherRights(fact: string, hint: string): PermissionError {
  return new PermissionError(fact, { code: 'PRIVILEGES_DIFFER', hint });
}

const few = (rights: readonly string[]) => rights.slice(0, 3).join(', ');
