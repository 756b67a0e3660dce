/** What a schedule, or an operator, sends to have a parameter rotated. */
import { createHash } from 'node:crypto';
import type { Context } from 'aws-lambda';
import * as z from 'zod/mini';
import { InvalidEventError } from '../rotation/errors.ts';
import { REVOKE_PREVIOUS, ROLLBACK } from '../rotation/strategy.ts';
import { isPlaceOf, parsePlace } from '../stores/parameter-store/names.ts';
import { commandsForParameter } from '../stores/parameter-store/next-command.ts';
import type { RotationEvent } from './event.ts';
import { parsed, rotationHint } from './parsed.ts';

const shape = z.object({
  Parameter: z.string().check(z.minLength(1)),
  Token: z.optional(z.nullable(z.string())),
  /** What a person asks for. */
  rekey: z.optional(z.literal(ROLLBACK)),
  // Ours, in the event of `revokePrevious` alone.
  Step: z.optional(z.literal(REVOKE_PREVIOUS)),
  Postponed: z.optional(z.int()),
  PreviousVersion: z.optional(z.string()),
});

/** Before the first of the four steps. */
export const BEGIN = 'begin';

type Invoked = Pick<Context, 'awsRequestId'> & Partial<Pick<Context, 'invokedFunctionArn'>>;

/** Without a token, Lambda's request id: it is the same when Lambda repeats the invocation. Throws InvalidEventError. */
export function parseParameterEvent(input: unknown, context: Invoked): RotationEvent {
  const event = parsed(shape, input, rotationHint);
  const token = event.Token || context.awsRequestId;
  if (!token) {
    throw new InvalidEventError('the event has no Token, and the invocation no request id', {
      hint: 'send a Token that is another for every rotation',
    });
  }
  // Nobody filled it in, so it would be the same for every rotation: the first would be the last.
  if (token.startsWith('<aws.')) {
    throw new InvalidEventError('the Token of the event is the name of a context attribute, and not its value', {
      hint: 'only a schedule of EventBridge Scheduler fills in <aws.scheduler.execution-id>; elsewhere leave Token out',
    });
  }
  return {
    store: { kind: 'parameter', ...commandsForParameter(context.invokedFunctionArn) },
    step: event.Step ?? BEGIN,
    secretId: nameIn(event.Parameter, context.invokedFunctionArn),
    token: plain(token),
    postponed: event.Postponed ?? 0,
    previous: event.PreviousVersion,
    ...(event.rekey && { asked: event.rekey }),
  };
}

/** Throws InvalidEventError for what names no parameter that this function may rotate. */
function nameIn(parameter: string, functionArn: string | undefined): string {
  const place = parsePlace(parameter);
  if (typeof place === 'string') {
    throw new InvalidEventError(`the event ${place}`, {
      hint: 'give the name or the ARN of a parameter of yours, without a version or a label behind a colon',
    });
  }
  if (isPlaceOf(place, functionArn)) return place.name;
  throw new InvalidEventError(`the ARN of ${place.name} in the event is of another account or region`, {
    hint: 'invoke a function that is deployed where the parameter is',
  });
}

/** A token is written down where not every character may stand. */
function plain(token: string): string {
  return /^[\w.-]{1,100}$/.test(token) ? token : createHash('sha256').update(token).digest('hex').slice(0, 40);
}
