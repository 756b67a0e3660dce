/** The one middy stack: every rotation function is this around a strategy. */
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { secretsManagerVersions } from '../aws/secrets-manager.ts';
import { DeadlineError } from '../rotation/errors.ts';
import { runStep } from '../rotation/steps.ts';
import type { RotationContext, RotationStrategy } from '../rotation/strategy.ts';
import { adoptTemplateEndpoint, readSettings } from './config.ts';
import type { RotationEvent } from './event.ts';
import { parseEvent, revokeEvent } from './event.ts';
import type { Invocation } from './invocation.ts';
import { startInvocation } from './invocation.ts';
import { trustFor } from './trust.ts';

/** Kept back from the time limit, so that the function lives to say why. Milliseconds. */
const LAST_WORDS_MS = 2000;
/** Calls are aborted this much sooner, so that the one that hangs can say where. */
const ABORT_EARLIER_MS = 300;

export type RotationHandler = (event: unknown, context: Context) => Promise<unknown>;

/** Resolves when the step is done, or was done before. Rejects with a RotationError that holds no secret value. */
export function rotationHandler<S extends object>(strategy: RotationStrategy<S>): RotationHandler {
  const invocations = new WeakMap<object, Invocation>();

  const stack = middy<unknown, void, Error, Context>({
    timeoutEarlyInMillis: LAST_WORDS_MS,
    timeoutEarlyResponse: () => {
      throw new DeadlineError('the step did not end before the time limit of the function', {
        hint: 'give the function a longer timeout (30 s or more), and look at the log for what it waited for',
      });
    },
  })
    .before((request) => {
      invocations.set(request.context, startInvocation(strategy));
    })
    .onError(async (request) => {
      const invocation = invocations.get(request.context) ?? startInvocation(strategy);
      const { event, log, redact, startedAt } = invocation;
      const where = event === undefined ? '' : `secret ${event.secretId}, step ${event.step}: `;
      const error = redact.error(request.error, where);
      log.error(error.message, { code: error.code, type: error.name, durationMs: since(startedAt) });
      await invocation.notify({ outcome: 'failed', error });
      // Secrets Manager learns of a failed step only from a failed invocation.
      request.error = error;
    })
    .handler(async (input: unknown, context: Context) => {
      const invocation = invocations.get(context) ?? startInvocation(strategy);
      const event = parseEvent(input);
      invocation.event = event;
      adoptTemplateEndpoint();
      const settings = readSettings();
      const { redact, log } = invocation;
      const signal = abortBefore(context);
      const timeLimitMs = context.getRemainingTimeInMillis?.();
      const ctx: RotationContext = {
        secretId: event.secretId,
        token: event.token,
        signal,
        redact,
        password: settings.password,
        trust: () => trustFor(settings.region, settings.caBundle),
        log: log.info,
        ...(timeLimitMs !== undefined && { timeLimitMs }),
        providerEndpoint: settings.providerEndpoint,
        ...(settings.schedulerRole !== undefined && {
          later: laterCalls(event, {
            roleArn: settings.schedulerRole,
            functionArn: context.invokedFunctionArn,
            signal,
          }),
        }),
      };
      await runStep(event.step, {
        strategy,
        versions: secretsManagerVersions({ signal, rotationToken: event.rotationToken }),
        ctx,
        cutover: settings.cutover,
        progress: invocation.progress,
        report: (outcome, detail) =>
          invocation.notify({
            outcome,
            ...(outcome === 'postponed' ? { because: detail } : { recoveredWith: detail }),
          }),
      });
      log.info('step done', { durationMs: since(invocation.startedAt) });
    });

  return async (event, context) => stack(event, context ?? ({} as Context), {} as never);
}

/** The client for it is loaded when a rotation asks. */
function laterCalls(event: RotationEvent, by: { roleArn: string; functionArn: string; signal: AbortSignal }) {
  return async (at: Date): Promise<void> => {
    const { scheduleOnce } = await import('../aws/scheduler.ts');
    await scheduleOnce({ ...by, at, event: revokeEvent(event) });
  };
}

function abortBefore(context: Context): AbortSignal {
  const left = context.getRemainingTimeInMillis?.();
  if (left === undefined) return new AbortController().signal;
  return AbortSignal.timeout(Math.floor(Math.max(left / 2, left - LAST_WORDS_MS - ABORT_EARLIER_MS)));
}

function since(startedAt: number): number {
  return Math.round(performance.now() - startedAt);
}
