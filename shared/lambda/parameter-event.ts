/** What a schedule, or an operator, sends to have a parameter rotated. */
import { createHash } from 'node:crypto';
import type { Context } from 'aws-lambda';
import * as z from 'zod/mini';
import { parameterName } from '../aws/parameter-store/names.ts';
import { InvalidEventError } from '../rotation/errors.ts';
import { REVOKE_PREVIOUS } from '../rotation/strategy.ts';
import type { RotationEvent } from './event.ts';

const shape = z.object({
  Parameter: z.string().check(z.minLength(1)),
  Token: z.optional(z.nullable(z.string())),
  // Ours, in the event of `revokePrevious` alone.
  Step: z.optional(z.literal(REVOKE_PREVIOUS)),
  Postponed: z.optional(z.int()),
});

/** Before the first of the four steps. */
export const BEGIN = 'begin';

/** Without a token, Lambda's request id: it is the same when Lambda repeats the invocation. Throws InvalidEventError. */
export function parseParameterEvent(event: unknown, context: Pick<Context, 'awsRequestId'>): RotationEvent {
  const result = shape.safeParse(event);
  if (!result.success) {
    const field = result.error.issues[0]?.path[0];
    throw new InvalidEventError(
      field === undefined ? 'the event is not an object' : `field ${String(field)} of the event is missing, or wrong`,
      { hint: 'send {"Parameter": "<name>", "Token": "<aws.scheduler.execution-id>"}; the token may be left out' },
    );
  }
  const { Parameter, Token, Step = BEGIN, Postponed = 0 } = result.data;
  const token = Token || context.awsRequestId;
  if (!token) {
    throw new InvalidEventError('the event has no Token, and the invocation no request id', {
      hint: 'send a Token that is another for every rotation',
    });
  }
  return { step: Step, secretId: parameterName(Parameter), token: plain(token), postponed: Postponed };
}

/** What the function is sent when it asked to be called later. Each postponement is an event of its own. */
export function revokeParameterEvent(event: RotationEvent): Readonly<Record<string, unknown>> {
  return {
    Parameter: event.secretId,
    Token: event.token,
    Step: REVOKE_PREVIOUS,
    Postponed: event.step === REVOKE_PREVIOUS ? event.postponed + 1 : 0,
  };
}

/** A token is written down where not every character may stand. */
function plain(token: string): string {
  return /^[\w.-]{1,100}$/.test(token) ? token : createHash('sha256').update(token).digest('hex').slice(0, 40);
}
