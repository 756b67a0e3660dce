/** The one middy stack: every function that rotates is this around its work. */
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { DeadlineError } from '../rotation/errors.ts';
import { pause } from '../rotation/pause.ts';
import type { RotationContext, RotationStrategy } from '../rotation/strategy.ts';
import type { Settings } from './config.ts';
import { adoptTemplateEndpoint, readSettings } from './config.ts';
import type { RotationEvent } from './event.ts';
import type { Invocation } from './invocation.ts';
import { startInvocation } from './invocation.ts';
import { trustFor } from './trust.ts';

/** Kept back from the time limit, so that the function lives to say why. Milliseconds. */
const LAST_WORDS_MS = 2000;
/** Calls are aborted this much sooner, so that the one that hangs can say where. */
const ABORT_EARLIER_MS = 300;

/** A process that is made for an invocation may take so long to start: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const LONGEST_START_MS = 10_000;
let isFirstInvocation = true;

export type RotationHandler = (event: unknown, context: Context) => Promise<unknown>;

/** What the work of a function gets, besides its event. */
export interface Running {
  readonly invocation: Invocation;
  readonly settings: Settings;
  readonly signal: AbortSignal;
  readonly timeLimitMs: number | undefined;
  /** Epoch milliseconds: not after the moment in which somebody asked for this invocation. */
  readonly askedAt: number;
  /** What the steps get for this event. Sets it as the one that the log and the messages are about. */
  contextFor(event: RotationEvent, callLater: Readonly<Record<string, unknown>>): RotationContext;
}

/** What a function does for events about one kind of store. */
export interface Work {
  /** Before anything else, since only then a failure can be told to people. Throws InvalidEventError. */
  parse(event: unknown, context: Context): RotationEvent;
  run<S extends object>(strategy: RotationStrategy<S>, event: RotationEvent, running: Running): Promise<unknown>;
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
  workFor: (event: unknown) => Work | Promise<Work>,
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
    .before(async (request) => {
      const { event, context, internal } = request;
      request.event = jobOf(await workFor(event), event, context, internal.invocation);
    })
    .after((request) => {
      const { log, startedAt } = request.internal.invocation;
      log.info('step done', { durationMs: since(startedAt) });
    })
    .onError(async (request) => {
      const { event, log, redact, startedAt, notify } = request.internal.invocation;
      const where = event === undefined ? '' : `${event.store.kind} ${event.secretId}, step ${event.step}: `;
      const error = redact.error(request.error, where);
      log.error(error.message, { code: error.code, type: error.name, durationMs: since(startedAt) });
      await notify({ outcome: 'failed', error });
      // The caller learns of a failed step only from a failed invocation.
      request.error = error;
    })
    .handler(({ work, event, running }) => work.run(strategy, event, running));
  // Before the second middleware the event is anything; middy's types have room for one event only.
  return stack as RotationHandler;
}

function jobOf(work: Work, input: unknown, context: Context, invocation: Invocation): Job {
  const event = work.parse(input, context);
  invocation.event = event;
  adoptTemplateEndpoint();
  return { work, event, running: running(invocation, readSettings(), context) };
}

function running(invocation: Invocation, settings: Settings, context: Context): Running {
  const signal = signalOf(context);
  const timeLimitMs = context.getRemainingTimeInMillis?.();
  const { schedulerRole, region, caBundle, password, providerEndpoint } = settings;
  return {
    invocation,
    settings,
    signal,
    timeLimitMs,
    askedAt: askedAt(),
    contextFor(event, callLater) {
      invocation.event = event;
      return {
        secretId: event.secretId,
        token: event.token,
        signal,
        pause: pause(signal),
        redact: invocation.redact,
        password,
        trust: () => trustFor(region, caBundle),
        log: invocation.log.info,
        ...(timeLimitMs !== undefined && { timeLimitMs }),
        providerEndpoint,
        ...(schedulerRole !== undefined && {
          later: laterCalls(callLater, {
            about: event.secretId,
            roleArn: schedulerRole,
            functionArn: context.invokedFunctionArn,
            signal,
          }),
        }),
      };
    },
  };
}

/** Whoever asked for the first invocation of a process waits since before the process was there. */
function askedAt(): number {
  const now = Date.now();
  if (!isFirstInvocation) return now;
  isFirstInvocation = false;
  return Math.max(performance.timeOrigin, now - LONGEST_START_MS);
}

/** The client for it is loaded when a rotation asks. */
function laterCalls(
  event: Readonly<Record<string, unknown>>,
  by: { about: string; roleArn: string; functionArn: string; signal: AbortSignal },
) {
  return async (at: Date, previous?: string): Promise<void> => {
    const { scheduleOnce } = await import('../aws/scheduler.ts');
    await scheduleOnce({ ...by, at, event: { ...event, ...(previous && { PreviousVersion: previous }) } });
  };
}

/** Aborts while there is still time to say so. */
export function signalOf(context: Partial<Pick<Context, 'getRemainingTimeInMillis'>> | undefined): AbortSignal {
  const left = context?.getRemainingTimeInMillis?.();
  if (left === undefined) return new AbortController().signal;
  return AbortSignal.timeout(Math.floor(Math.max(left / 2, left - LAST_WORDS_MS - ABORT_EARLIER_MS)));
}

function since(startedAt: number): number {
  return Math.round(performance.now() - startedAt);
}
