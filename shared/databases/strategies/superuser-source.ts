import type { RotationContext } from '../../rotation/strategy.ts';
import type { DatabaseEngine } from '../engine.ts';
import type { DatabaseLogin, DatabaseSecret } from '../secret.ts';

/** Finds the superuser's login for a secret. */
export interface SuperuserSource {
  /**
   * The value that `masterarn` names, completed, and proven to be for the server of `current` or its primary.
   * Throws TargetMismatchError otherwise, InvalidSecretError when there is no usable value.
   */
  superuserFor(current: DatabaseSecret, engine: DatabaseEngine, ctx: RotationContext): Promise<DatabaseLogin>;
}
