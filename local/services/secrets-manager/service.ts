import { lagging } from '../../aws/lagging.ts';
import { callOf } from '../../aws/operation.ts';
import {
  type Account,
  inRegion,
  type RotationFunctions,
  type SecretsManagerFaults,
  type Service,
} from '../../aws/service.ts';
import { type DueRotation, rotateDue } from './due.ts';
import { deletionOperations } from './operations/deletion.ts';
import { labelOperations } from './operations/labels.ts';
import { randomPasswordOperations } from './operations/random-password.ts';
import { replicationOperations } from './operations/replication.ts';
import { resourcePolicyOperations } from './operations/resource-policy.ts';
import { rotationOperations } from './operations/rotation.ts';
import { secretOperations } from './operations/secrets.ts';
import { tagOperations } from './operations/tags.ts';
import { valueOperations } from './operations/values.ts';
import type { RotationRecord } from './rotation-record.ts';
import { rotations } from './rotations.ts';
import type { Secret } from './secret.ts';
import { secretStore } from './store.ts';

export interface SecretsManagerOptions {
  readonly account: Account;
  readonly functions: RotationFunctions;
  readonly faults: SecretsManagerFaults;
  /** How often a failed rotation is repeated without being asked; `retryRotation` repeats it further. AWS publishes no number. Default 2. */
  readonly automaticRetries?: number | undefined;
  /** Time before each of those. Default 100. */
  readonly retryDelayMs?: number | undefined;
}

export interface SecretsManagerService extends Service {
  /** Resolves when no rotation is being driven. */
  idle(): Promise<void>;
  /**
   * Repeats an unfinished rotation, as the service does some time later: the whole rotation from createSecret with the same token.
   * Waits for a rotation that is being driven; does nothing when none is unfinished.
   */
  retryRotation(secretId: string): Promise<void>;
  /** Rotates what is due by then (the account's moment when absent), without moving the clock for anything else, and says what came of it. */
  rotateDue(until?: number): Promise<readonly DueRotation[]>;
  /** Every secret of every region as it is, whatever a read that lags would show. */
  secrets(): readonly Secret[];
  /** The latest of what happened in rotations, oldest first. */
  readonly history: readonly RotationRecord[];
}

/** Secrets Manager, in memory: no wire, no clock of its own, and rotation functions reached through `functions`. */
export function secretsManager(options: SecretsManagerOptions): SecretsManagerService {
  const { account, functions, faults, automaticRetries = 2, retryDelayMs = 100 } = options;
  const all = lagging<Secret>(faults);
  const secrets = secretStore(account, all, '');
  const driver = rotations({ account, functions, faults, secrets, automaticRetries, retryDelayMs });

  return {
    name: 'secretsmanager',

    call: (operation, input, context) => {
      const here = inRegion(account, context.region);
      const world = { account: here, secrets: secretStore(here, all), functions, rotations: driver };
      return callOf(operations, world)(operation, input, context);
    },

    reset() {
      driver.clear();
      all.clear();
    },

    idle: () => driver.idle(),
    retryRotation: async (secretId) =>
      driver.retry((secretStore(account, all).find(secretId) ?? secrets.get(secretId)).arn),
    rotateDue: (until = account.now()) => rotateDue({ account, secrets, rotations: driver }, until),
    secrets: () => secrets.all(),
    history: driver.history,
  };
}

/** Every operation of the service, by its name on the wire. */
const operations = {
  ...deletionOperations,
  ...labelOperations,
  ...randomPasswordOperations,
  ...replicationOperations,
  ...resourcePolicyOperations,
  ...rotationOperations,
  ...secretOperations,
  ...tagOperations,
  ...valueOperations,
};
