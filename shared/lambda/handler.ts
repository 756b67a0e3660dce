/** A rotation function, for secrets and for parameters. */
import { InvalidEventError } from '../rotation/errors.ts';
import type { RotationStrategy } from '../rotation/strategy.ts';
import { parameterWork } from './parameter-work.ts';
import { rotationHint } from './parsed.ts';
import { askedWork, secretWork } from './secret-work.ts';
import type { RotationHandler, Work } from './stack.ts';
import { rotationStack } from './stack.ts';

/**
 * The shape of an event says what it is about: `Step` and `SecretId` a secret, `Parameter` a parameter, `rekey` a secret of which a person asks. Which of the two a deployed
 * function may touch is a matter of its role.
 *
 * @example export const singleUser = handler(singleUserStrategy(postgres));
 */
export function handler<S extends object>(strategy: RotationStrategy<S>): RotationHandler {
  return rotationStack(strategy, workFor);
}

function workFor(event: unknown): Work {
  // What is no object is for a parser to say.
  if (typeof event !== 'object' || event === null) return secretWork;
  const { rekey, Step, SecretId, Parameter }: Readonly<Record<string, unknown>> = { ...event };
  if (rekey && !Parameter) return askedWork;
  if (Parameter && SecretId) throw unclear('a secret and a parameter');
  if (Parameter) return parameterWork;
  if (Step || SecretId) return secretWork;
  throw unclear('neither a secret nor a parameter');
}

function unclear(names: string): InvalidEventError {
  return new InvalidEventError(`the event names ${names}`, { hint: rotationHint });
}
