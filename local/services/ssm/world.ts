import type { Operations } from '../../aws/operation.ts';
import type { Account, Service } from '../../aws/service.ts';
import type { ParameterEvents } from './events.ts';
import type { ParameterStore } from './store.ts';

/** What an operation may touch. */
export interface World {
  readonly account: Account;
  readonly parameters: ParameterStore;
  readonly secretsManager: Pick<Service, 'call'>;
  readonly events: ParameterEvents;
  /** Keys that the callers may not use. */
  readonly deniedKeys: ReadonlySet<string>;
  /** The function with this key, if it is one's. */
  callerOf(accessKeyId: string): string | undefined;
}

export type ParameterOperations = Operations<World>;
