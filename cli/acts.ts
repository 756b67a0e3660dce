/** Everything with which `rekey` changes something at AWS. */
import {
  CancelRotateSecretCommand,
  RotateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { ConfigurationError, StagingError } from '../shared/rotation/errors.ts';
import { PENDING } from '../shared/rotation/versions.ts';
import type { Account } from './account.ts';
import { call, causeOf } from './call.ts';
import { functionOf } from './rights.ts';

export interface Schedule {
  readonly functionName: string;
  readonly functionArn: string;
  readonly every: string;
  readonly window?: string;
}

interface RotationOrder {
  readonly token: string;
  readonly checkOnly: boolean;
  readonly functionName: string;
  readonly schedule?: Schedule;
}

/** Begins a rotation, or with `checkOnly` a configuration check. The same token twice begins one. */
export async function startRotation(
  account: Account,
  id: string,
  { token, checkOnly, functionName, schedule }: RotationOrder,
): Promise<void> {
  const command = new RotateSecretCommand({
    SecretId: id,
    ClientRequestToken: token,
    RotateImmediately: !checkOnly,
    ...(schedule && {
      RotationLambdaARN: schedule.functionArn,
      RotationRules: { ScheduleExpression: schedule.every, ...(schedule.window && { Duration: schedule.window }) },
    }),
  });
  try {
    await call('secretsmanager:RotateSecret', id, account.patience, (abort) => account.secrets.send(command, abort));
  } catch (error) {
    if (causeOf(error) === 'InvalidRequestException') {
      throw new StagingError(
        `Secrets Manager begins no rotation of ${id}: another one has begun meanwhile, or is unfinished`,
        {
          code: 'TOKEN_NOT_PENDING',
          hint: 'rekey status shows it',
          cause: error,
        },
      );
    }
    // The service says the same of a function that is gone, of one that it may not call, and to whom may not ask.
    if (causeOf(error) !== 'AccessDeniedException' || (await functionOf(account, functionName)) !== undefined)
      throw error;
    throw new ConfigurationError(`function ${functionName}, which is to rotate ${id}, is not in ${account.region}`, {
      hint: `deploy it, or attach another one: rekey enable ${id} --function NAME --every 30d`,
      cause: error,
    });
  }
}

/** Off, as before it was attached; the function and the schedule stay named. */
export async function cancelRotation(account: Account, id: string): Promise<void> {
  const command = new CancelRotateSecretCommand({ SecretId: id });
  await call('secretsmanager:CancelRotateSecret', id, account.patience, (abort) =>
    account.secrets.send(command, abort),
  );
}

/** AWSPENDING is gone from this version, which stays. */
export async function dropPending(account: Account, id: string, version: string): Promise<void> {
  const command = new UpdateSecretVersionStageCommand({
    SecretId: id,
    VersionStage: PENDING,
    RemoveFromVersionId: version,
  });
  await call('secretsmanager:UpdateSecretVersionStage', id, account.patience, (abort) =>
    account.secrets.send(command, abort),
  );
}
