import type { Account, CallContext, Service } from '../../aws/service.ts';
import { parse, type Shape } from '../../aws/shapes.ts';
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
}

export type Output = Record<string, unknown>;
export type Operation = (
  input: Record<string, unknown>,
  world: World,
  context: CallContext,
) => Output | Promise<Output>;

/** An operation whose input is checked against the service's model before it runs. */
export function operation<T>(
  input: Shape<T>,
  run: (input: T, world: World, context: CallContext) => Output | Promise<Output>,
): Operation {
  return (given, world, context) => run(parse(input, given), world, context);
}
