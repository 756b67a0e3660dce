/** What one invocation gives to the work that is done in it: its time, its steps, and calls later on. */
import type { Context } from 'aws-lambda';
import { pause } from '../rotation/pause.ts';
import type { Answer } from '../rotation/rotation.ts';
import { runStep } from '../rotation/steps.ts';
import type { RotationStrategy } from '../rotation/strategy.ts';
import type { SecretVersions } from '../rotation/versions.ts';
import type { Settings } from './config.ts';
import type { RotationEvent } from './event.ts';
import type { Invocation } from './invocation.ts';
import type { Logger } from './log.ts';
import { trustFor } from './trust.ts';

/** Kept back from the time limit, so that the function lives to say why. Milliseconds. */
export const LAST_WORDS_MS = 2000;
/** Calls are aborted this much sooner, so that the one that hangs can say where. */
const ABORT_EARLIER_MS = 300;

/** A process that is made for an invocation may take so long to start: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const LONGEST_START_MS = 10_000;
let isFirstInvocation = true;

/** What the work of a function gets, besides its event. */
export interface Running {
  readonly log: Logger['info'];
  readonly signal: AbortSignal;
  readonly timeLimitMs: number | undefined;
  /** Epoch milliseconds: not after the moment in which somebody asked for this invocation. */
  readonly askedAt: number;
  /** Does the strategy look at tags? */
  readonly readsTags: boolean;
  /**
   * Runs what the event names, and gives the answer where there is one. From then on the log and the messages are about this event. `later`
   * is what it would be called with.
   */
  step(event: RotationEvent, versions: SecretVersions, later: LaterEvent): Promise<Answer | undefined>;
}

export type LaterEvent = Readonly<Record<string, unknown>>;

export function running<S extends object>(
  strategy: RotationStrategy<S>,
  invocation: Invocation,
  { schedulerRole, region, caBundle, password, providerEndpoint, cutover }: Settings,
  context: Context,
): Running {
  const { progress, redact, report, loginTried } = invocation;
  const log = invocation.log.info;
  const signal = signalOf(context);
  const timeLimitMs = context.getRemainingTimeInMillis?.();
  return {
    log,
    signal,
    timeLimitMs,
    askedAt: askedAt(),
    readsTags: strategy.readsTags ?? false,
    step(event, versions, later) {
      // The steps of a parameter are one invocation: the one before has passed.
      if (invocation.event?.step !== event.step) invocation.passed();
      invocation.event = event;
      const { step, secretId, token, previous: revoking, asked } = event;
      const ctx = {
        secretId,
        token,
        signal,
        pause: pause(signal),
        redact,
        password,
        trust: () => trustFor(region, caBundle),
        log,
        ...(asked && { asked }),
        ...(timeLimitMs !== undefined && { timeLimitMs }),
        providerEndpoint,
        loginTried,
        ...(schedulerRole !== undefined && {
          later: laterCalls(later, {
            about: secretId,
            roleArn: schedulerRole,
            functionArn: context.invokedFunctionArn,
            signal,
          }),
        }),
      };
      return runStep(step, { strategy, versions, ctx, cutover, revoking, progress, report });
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
  event: LaterEvent,
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
