/** How a key is found again whose value was lost: its name at the provider tells the secret, the rotation and the time. */
import { createHash } from 'node:crypto';
import type { RotationContext } from '../rotation/strategy.ts';
import type { Key } from './provider.ts';

export type Labelled = Pick<RotationContext, 'secretId' | 'token'>;

const OF_REKEY = 'rekey-';

/** At most 60 characters of [a-z0-9-]: Twilio's names end at 64. `now` in epoch milliseconds. */
export function newLabel(of: Labelled, now: number): string {
  return `${labelOfRotation(of)}-${Math.floor(now / 1000).toString(36)}`;
}

export function isOfRotation(key: Key, of: Labelled): boolean {
  return key.label?.startsWith(`${labelOfRotation(of)}-`) ?? false;
}

export function isOfSecret(key: Key, of: Labelled): boolean {
  return key.label?.startsWith(labelOfSecret(of)) ?? false;
}

/** Of this secret or another, or of one that had its name in another account. */
export function isOfRekey(key: Key): boolean {
  return key.label?.startsWith(OF_REKEY) ?? false;
}

/** Milliseconds since the key was made: by the clock that named it, or else by the provider's. Undefined: nobody knows. */
export function ageOf(key: Key, now: number): number | undefined {
  const [, seconds] = /^rekey-[0-9a-f]{8}-.+-([0-9a-z]+)$/.exec(key.label ?? '') ?? [];
  if (seconds !== undefined) return now - Number.parseInt(seconds, 36) * 1000;
  return key.createdAt === undefined ? undefined : now - key.createdAt.getTime();
}

function labelOfRotation(of: Labelled): string {
  return `${labelOfSecret(of)}${of.token.slice(0, 36).toLowerCase()}`;
}

function labelOfSecret({ secretId }: Labelled): string {
  return `${OF_REKEY}${createHash('sha256').update(secretId).digest('hex').slice(0, 8)}-`;
}
