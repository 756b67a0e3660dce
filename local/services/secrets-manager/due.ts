import { randomUUID } from 'node:crypto';
import type { Account } from '../../aws/service.ts';
import type { RotationRecord } from './rotation-record.ts';
import type { Rotations } from './rotations.ts';
import { nextRotation } from './schedule.ts';
import { type Secret, unfinishedRotation, withPending } from './secret.ts';
import type { SecretStore } from './store.ts';

/** A rotation whose window had opened, and how it ended. */
export type DueRotation = { readonly dueAt: string } & Partial<RotationRecord>;

/**
 * Rotates every secret whose window has opened by then, once, and waits. A rotation that is not finished is taken up again with its
 * token, as the service does. A secret that is being rotated is left to that.
 */
export function rotateDue(
  { account, secrets, rotations }: { account: Account; secrets: SecretStore; rotations: Rotations },
  until: number,
): Promise<DueRotation[]> {
  async function rotate(secret: Secret, opensAt: number): Promise<DueRotation> {
    const { arn, rotation } = secret;
    const unfinished = unfinishedRotation(secret)?.id;
    const token = unfinished ?? randomUUID();
    const pending = unfinished ? secret : withPending(secret, token, account.now());
    secrets.save({ ...pending, rotation: rotation && { ...rotation, next: nextRotation(rotation.rules, until) } });
    await rotations.start(arn, token);
    const last = rotations.history.findLast((record) => record.secretId === arn && record.token === token);
    return { dueAt: new Date(opensAt).toISOString(), ...last };
  }
  return Promise.all(
    secrets.all().flatMap((secret) => {
      const opensAt = secret.rotation?.next?.opensAt;
      const isDue = opensAt !== undefined && opensAt <= until && !rotations.isDriven(secret.arn);
      return isDue ? [rotate(secret, opensAt)] : [];
    }),
  );
}
