import type { Account, CallContext, RotationFunctions } from '../../aws/service.ts';
import { parse, type Shape } from '../../aws/shapes.ts';
import type { Rotations } from './rotations.ts';
import type { SecretStore } from './store.ts';

/** What an operation may touch. */
export interface World {
  readonly account: Account;
  readonly secrets: SecretStore;
  readonly functions: RotationFunctions;
  readonly rotations: Rotations;
}

export type Output = Record<string, unknown> | undefined;
export type Operation = (input: Record<string, unknown>, world: World, context: CallContext) => Output;

/** An operation whose input is checked against the service's model before it runs. */
export function operation<T>(
  input: Shape<T>,
  run: (input: T, world: World, context: CallContext) => Output,
): Operation {
  return (given, world, context) => run(parse(input, given), world, context);
}
