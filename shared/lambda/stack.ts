/** The one middy stack: every function that rotates is this around its work. */
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { DeadlineError, errorTold } from '../rotation/errors.ts';
import type { RotationStrategy } from '../rotation/strategy.ts';
import { adoptTemplateEndpoint, readSettings } from './config.ts';
import type { RotationEvent } from './event.ts';
import type { Invocation } from './invocation.ts';
import { startInvocation } from './invocation.ts';
import type { Running } from './running.ts';
import { LAST_WORDS_MS, running } from './running.ts';

export type RotationHandler = (event: unknown, context: Context) => Promise<unknown>;

/** What a function does for events about one kind of store. */
export interface Work {
  /** Before anything else, since only then a failure can be told to people. Throws InvalidEventError. */
  parse(event: unknown, context: Context): RotationEvent;
  run(event: RotationEvent, running: Running): Promise<unknown>;
}

/** What the second middleware puts in the place of the event, for the handler. */
interface Job {
  readonly work: Work;
  readonly event: RotationEvent;
  readonly running: Running;
}

/** Resolves when the work is done, or was done before. Rejects with a RotationError that holds no secret value. */
export function rotationStack<S extends object>(
  strategy: RotationStrategy<S>,
  workFor: (event: unknown) => Work,
): RotationHandler {
  const stack = middy<Job, unknown, Error, Context, { invocation: Invocation }>({
    timeoutEarlyInMillis: LAST_WORDS_MS,
    timeoutEarlyResponse: () => {
      throw new DeadlineError('the step did not end before the time limit of the function', {
        hint: 'give the function a longer timeout (30 s or more), and look at the log for what it waited for',
      });
    },
  })
    .before((request) => {
      request.internal.invocation = startInvocation(strategy);
    })
    .before((request) => {
      const { event, context, internal } = request;
      request.event = jobOf(strategy, workFor(event), event, context, internal.invocation);
    })
    .after((request) => {
      request.internal.invocation.done();
    })
    .onError(async (request) => {
      const { event, asked, redact, fail } = request.internal.invocation;
      const where = event === undefined ? '' : `${event.store.kind} ${event.secretId}, step ${event.step}: `;
      const error = redact.error(request.error, where);
      const working = await fail(error);
      // A person reads the answer. Whoever else called learns of a failed step only from a failed invocation.
      if (asked) request.response = { outcome: 'failed', working, error: errorTold(error) };
      else request.error = error;
    })
    .handler(({ work, event, running }) => work.run(event, running));
  // Before the second middleware the event is anything; middy's types have room for one event only.
  return stack as RotationHandler;
}

function jobOf<S extends object>(
  strategy: RotationStrategy<S>,
  work: Work,
  input: unknown,
  context: Context,
  invocation: Invocation,
): Job {
  const event = work.parse(input, context);
  invocation.event = event;
  invocation.asked = event.asked;
  adoptTemplateEndpoint();
  return { work, event, running: running(strategy, invocation, readSettings(), context) };
}
