/** How a key is found again whose value was lost: its name at the provider tells the secret, the rotation and the time. */
import { createHash } from 'node:crypto';
import type { Key } from '../../providers/provider.ts';
import type { RotationContext } from '../../rotation/strategy.ts';

/** At most 60 characters of [a-z0-9-]: Twilio's names end at 64. */
export function newLabel(ctx: RotationContext): string {
  return `${labelOfRotation(ctx)}-${Math.floor(Date.now() / 1000).toString(36)}`;
}

export function isOfRotation(key: Key, ctx: RotationContext): boolean {
  return key.label?.startsWith(`${labelOfRotation(ctx)}-`) ?? false;
}

export function isOfSecret(key: Key, ctx: RotationContext): boolean {
  return key.label?.startsWith(labelOfSecret(ctx)) ?? false;
}

/** Milliseconds since the key was made: by the clock that named it, or else by the provider's. Undefined: nobody knows. */
export function ageOf(key: Key): number | undefined {
  const [, seconds] = /^rekey-[0-9a-f]{8}-.+-([0-9a-z]+)$/.exec(key.label ?? '') ?? [];
  if (seconds !== undefined) return Date.now() - Number.parseInt(seconds, 36) * 1000;
  return key.createdAt === undefined ? undefined : Date.now() - key.createdAt.getTime();
}

function labelOfRotation(ctx: RotationContext): string {
  return `${labelOfSecret(ctx)}${ctx.token.slice(0, 36).toLowerCase()}`;
}

function labelOfSecret({ secretId }: RotationContext): string {
  return `rekey-${createHash('sha256').update(secretId).digest('hex').slice(0, 8)}-`;
}
