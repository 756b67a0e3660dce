import { AwsError } from './aws-error.ts';
import type { CallContext, Service } from './service.ts';
import { parse, type Shape } from './shapes.ts';

type Input = Record<string, unknown>;
export type Output = Record<string, unknown> | undefined;

/** One operation of a service. `World` is what it may touch. */
export type Operation<World> = (input: Input, world: World, context: CallContext) => Output | Promise<Output>;

/** Operations by their names on the wire. */
export type Operations<World> = Readonly<Record<string, Operation<World>>>;

/** An operation whose input is checked against the service's model before it runs. */
export function operation<World, T>(
  input: Shape<T>,
  run: (input: T, world: World, context: CallContext) => Output | Promise<Output>,
): Operation<World> {
  return (given, world, context) => run(parse(input, given), world, context);
}

/** The `call` of a service that has these operations. `unknown` is what it says to any other. */
export function callOf<World>(
  operations: Operations<World>,
  world: World,
  unknown = (name: string) => new AwsError('UnknownOperationException', `Unknown operation: ${name}`),
): Service['call'] {
  return async (name, input, context) => {
    const run = Object.hasOwn(operations, name) ? operations[name] : undefined;
    if (!run) throw unknown(name);
    return run(input, world, context);
  };
}

/** What a service of the query protocol says to an operation that it does not have. */
export const invalidAction = (version: string) => (name: string) =>
  new AwsError('InvalidAction', `Could not find operation ${name} for version ${version}`);
