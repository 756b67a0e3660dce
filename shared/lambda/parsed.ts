/** The one way in which events are read, and their mistakes are worded. */
import type * as z from 'zod/mini';
import { InvalidEventError } from '../rotation/errors.ts';

/** What a rotation function takes. */
export const rotationHint =
  'rotate-secret sends Step, SecretId and ClientRequestToken; for a parameter send {"Parameter": "<name>", "Token": "<aws.scheduler.execution-id>"}';

/** Throws InvalidEventError, which names the first field that is missing or wrong. */
export function parsed<T>(schema: z.ZodMiniType<T>, event: unknown, hint: string): T {
  const result = schema.safeParse(event);
  if (result.success) return result.data;
  const field = result.error.issues[0]?.path.join('.') ?? '';
  const fact = field === '' ? 'the event is not an object' : `field ${field} of the event is missing, or wrong`;
  throw new InvalidEventError(fact, { hint });
}
