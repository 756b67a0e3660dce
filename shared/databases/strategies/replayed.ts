/** A replica knows a new password when it has replayed the change, which the superuser made on the primary. */

import { AuthenticationError, ServiceError } from '../../rotation/errors.ts';
import { patiently } from '../../rotation/pause.ts';
import type { RotationContext } from '../../rotation/strategy.ts';
import type { DatabaseEngine } from '../engine.ts';
import { withSession } from '../engine.ts';
import type { DatabaseLogin } from '../secret.ts';

/** Milliseconds. Few tries, because each that is refused counts against the account. */
const PAUSES = [3000];

/** Resolves when `login` opens. Throws a retryable ServiceError when that takes too long; the change on the primary stays. */
export async function replayed(engine: DatabaseEngine, login: DatabaseLogin, ctx: RotationContext): Promise<void> {
  const isReplayed = async () => {
    try {
      await withSession(engine, login, { ...ctx, awake: true }, async () => {});
      return true;
    } catch (error) {
      if (error instanceof AuthenticationError) return false;
      throw error;
    }
  };
  if (await patiently(isReplayed, (yes) => yes, PAUSES, ctx.pause)) return;
  throw new ServiceError(`replica ${login.host} does not know the new password of ${login.username} yet`, {
    hint: 'look at its replication lag; the step is safe to repeat',
  });
}
