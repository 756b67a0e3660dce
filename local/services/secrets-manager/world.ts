import type { Operations } from '../../aws/operation.ts';
import type { Account, RotationFunctions } from '../../aws/service.ts';
import type { Rotations } from './rotations.ts';
import type { SecretStore } from './store.ts';

/** What an operation may touch. */
export interface World {
  readonly account: Account;
  readonly secrets: SecretStore;
  readonly functions: RotationFunctions;
  readonly rotations: Rotations;
}

export type SecretOperations = Operations<World>;
