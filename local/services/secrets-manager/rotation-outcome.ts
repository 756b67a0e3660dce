import type { RotationFailure } from './rotation-record.ts';
import { nextRotation } from './schedule.ts';
import { CURRENT, detach, holderOf, PENDING, type Secret, versionOf } from './secret.ts';

export const NOT_PROMOTED: RotationFailure = {
  errorType: 'RotationFailed',
  errorMessage: 'finishSecret ended without an error, but AWSCURRENT is not on the new version',
};

/** A rotation is over when its version has neither label any more: the pending one was taken off, or another version overtook it. */
export function whyAbandoned(secret: Secret | undefined, token: string): string | undefined {
  if (!secret || secret.deletion) return 'the secret was deleted';
  if (!secret.rotation?.enabled) return 'rotation was turned off';
  const labels = versionOf(secret, token)?.labels ?? [];
  if (labels.includes(PENDING) || labels.includes(CURRENT)) return undefined;
  return 'AWSPENDING was taken off the version, or moved';
}

/** The secret after a rotation that went well. The service itself takes AWSPENDING off, where the function left it. */
export function rotated(secret: Secret, token: string, now: number): Secret {
  const done = holderOf(secret, PENDING)?.id === token ? detach(secret, PENDING) : secret;
  if (!done.rotation) return done;
  const { next: before, rules } = done.rotation;
  const after = nextRotation(rules, now);
  // A rotation that was asked for ahead of its time has moved on the schedule already.
  const next = before && after && before.opensAt > after.opensAt ? before : after;
  return { ...done, rotation: { ...done.rotation, lastAt: now, next } };
}
