/** Whether a key may go, or another may come. */
import { keyTold, limitReached } from '../../providers/key-limit.ts';
import type { Access, IssuingProvider, Key } from '../../providers/provider.ts';
import { InvalidSecretError, ProviderError } from '../../rotation/errors.ts';
import type { Postponed, RotationContext } from '../../rotation/strategy.ts';
import type { RevokeChoice } from '../revoke-choice.ts';

const HOUR = 3_600_000;

/**
 * Why the key must stay for now; undefined when it is quiet, or nobody can tell. Uses before `countFrom` (epoch milliseconds) are of
 * the time in which it was the current one, and of the rotation itself.
 */
export function useOf(key: Key, quietFor: number, countFrom: number): Postponed | undefined {
  if (!(key.lastUsed instanceof Date) || quietFor === 0 || key.lastUsed.getTime() < countFrom) return undefined;
  const quietFrom = key.lastUsed.getTime() + quietFor;
  if (quietFrom <= Date.now()) return undefined;
  return { until: new Date(Math.max(quietFrom, Date.now() + HOUR)), because: `key ${keyTold(key)}` };
}

/** At most two keys live: while the one before is in use, there is no third. */
export function requireQuiet(
  key: Key,
  quietFor: number,
  countFrom: number,
  provider: IssuingProvider,
  ctx: RotationContext,
): void {
  const use = isExpired(key) ? undefined : useOf(key, quietFor, countFrom);
  if (use === undefined) return;
  throw new ProviderError(`${use.because} at ${provider.name}, and is the one that this rotation would revoke`, {
    code: 'KEY_IN_USE',
    retryable: false,
    hint: `find its user and let it read AWSCURRENT; or tag ${ctx.secretId} with rekey:quiet-for=0h and rotate again`,
  });
}

/** Names the keys, so that a person can choose which to free. */
export function requireFreeSlot(provider: IssuingProvider, keys: readonly Key[], { current }: Access): void {
  if (provider.slots !== undefined && keys.length >= provider.slots) throw limitReached(provider, keys, current);
}

export function isExpired({ expiresAt }: Key): boolean {
  return expiresAt !== undefined && expiresAt.getTime() <= Date.now();
}

/** Nobody may count on a grace time that the provider does not keep. */
export function requireGrace({ after }: RevokeChoice, provider: IssuingProvider, ctx: RotationContext): void {
  const { longestGraceMs: longest } = provider;
  if (after === undefined || longest === undefined || after <= longest) return;
  const days = Math.floor(longest / (24 * HOUR));
  throw new InvalidSecretError(
    `revoke-after of ${ctx.secretId} is longer than ${days} days, after which ${provider.name} ends the one before by itself`,
    { hint: `choose next-rotation, or a time up to ${days}d` },
  );
}
