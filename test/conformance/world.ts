/** What a strategy suite runs in: a store with one secret, and a system that the secret opens. */

import type { DatabaseSecret } from '../../shared/databases/secret.ts';
import type { RotationContext, RotationStrategy } from '../../shared/rotation/strategy.ts';
import type { SecretVersions } from '../../shared/rotation/versions.ts';
import type { TestContext } from '../support/context.ts';
import type { TestStore } from '../support/store.ts';
import type { CrashPlan } from './crash.ts';

export interface StrategyWorld<S extends object = DatabaseSecret> {
  readonly store: TestStore;
  /** The store with every call of its own going through the plan. Absent: the plan has a call of it as one. */
  versions?(plan: CrashPlan): SecretVersions;
  /** The strategy under test, with every call to the system going through the plan. */
  strategy(plan: CrashPlan): RotationStrategy<S>;
  context(given: Partial<RotationContext>): TestContext;
  /** Does the system accept this secret value now? */
  opens(value: S): Promise<boolean>;
}

/** A world in which the system is a database. */
export interface DatabaseWorld extends StrategyWorld {
  /** What an administrator does by hand. */
  setPassword(username: string, password: string): Promise<void>;
  /** Logins that the system refused since the last call of it. */
  refusedLogins(): Promise<number>;
  openSessions(): Promise<number>;
}
