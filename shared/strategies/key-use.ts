/** Whether a key may go, or another may come. */
import { keyTold, limitReached } from '../providers/key-limit.ts';
import type { Access, IssuingProvider, Key } from '../providers/provider.ts';
import { ProviderError } from '../rotation/errors.ts';
import type { Postponed, RotationContext } from '../rotation/strategy.ts';

const HOUR = 3_600_000;

/** Why the key must stay for now; undefined when it is quiet, or nobody can tell. */
export function useOf(key: Key, quietFor: number): Postponed | undefined {
  if (!(key.lastUsed instanceof Date) || quietFor === 0) return undefined;
  const quietFrom = key.lastUsed.getTime() + quietFor;
  if (quietFrom <= Date.now()) return undefined;
  return { until: new Date(Math.max(quietFrom, Date.now() + HOUR)), because: `key ${keyTold(key)}` };
}

/** At most two keys live: while the one before is in use, there is no third. */
export function requireQuiet(key: Key, quietFor: number, provider: IssuingProvider, ctx: RotationContext): void {
  const use = useOf(key, quietFor);
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
