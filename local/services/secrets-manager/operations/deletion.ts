import { operation } from '../../../aws/operation.ts';
import { seconds } from '../../../aws/present.ts';
import type { Account } from '../../../aws/service.ts';
import { flag, structure, whole } from '../../../aws/shapes.ts';
import { errors } from '../errors.ts';
import * as member from '../members.ts';
import { checkSecretId, nameInArn, newArn } from '../names.ts';
import type { Rotation } from '../secret.ts';
import { named } from '../views.ts';
import type { SecretOperations } from '../world.ts';

const DAY = 86_400_000;

export const deletionOperations: SecretOperations = {
  DeleteSecret: operation(
    structure({ SecretId: member.secretId }, { RecoveryWindowInDays: whole({}), ForceDeleteWithoutRecovery: flag }),
    (given, { account, secrets }) => {
      const { ForceDeleteWithoutRecovery: force, RecoveryWindowInDays: days } = given;
      checkSecretId(given.SecretId);
      checkWindow(days, force);
      const now = account.now();

      // A name that never existed can be force deleted, too; a repeated call then needs no special care.
      if (force && !secrets.find(given.SecretId))
        return { ...invented(given.SecretId, account), DeletionDate: seconds(now) };
      const secret = force ? secrets.get(given.SecretId) : secrets.getLive(given.SecretId);
      if (secret.primaryArn) throw errors.replica();
      if (secret.replicas.length > 0) {
        const regions = secret.replicas.map(({ region }) => region).join(', ');
        throw errors.invalidParameter(
          `You can't delete secret ${secret.arn} that still has replica regions [${regions}].`,
        );
      }

      if (force) {
        secrets.remove(secret.arn);
        return { ...named(secret), DeletionDate: seconds(now) };
      }
      const purgeAt = now + (days ?? 30) * DAY;
      secrets.save({
        ...secret,
        deletion: { at: now, purgeAt },
        rotation: secret.rotation && turnedOff(secret.rotation),
      });
      return { ...named(secret), DeletionDate: seconds(purgeAt) };
    },
  ),

  /** Rotation stays off, as the deletion left it. */
  RestoreSecret: operation(structure({ SecretId: member.secretId }), (given, { secrets }) => {
    const secret = secrets.get(given.SecretId);
    if (secret.deletion) secrets.save({ ...secret, deletion: undefined });
    return named(secret);
  }),
};

function checkWindow(days: number | undefined, force: boolean | undefined): void {
  if (days === undefined) return;
  if (force) {
    throw errors.invalidParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
  }
  if (days < 7 || days > 30) {
    throw errors.invalidParameter('The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).');
  }
}

function turnedOff({ functionArn, lastAt }: Rotation): Rotation {
  return { enabled: false, functionArn, lastAt };
}

function invented(id: string, account: Account) {
  const name = nameInArn(id);
  return name === undefined ? { ARN: newArn(account, id), Name: id } : { ARN: id, Name: name };
}
