import { setTimeout as delay } from 'node:timers/promises';
import type { InvokeOutcome } from '../../aws/service.ts';
import {
  defaultTimeoutSeconds,
  describeError,
  type HandlerFunction,
  type InvocationContext,
  timedOut,
} from './definition.ts';

/** Runs a handler in this process. */
export async function runHandler(
  definition: HandlerFunction,
  event: unknown,
  context: InvocationContext,
): Promise<InvokeOutcome> {
  const seconds = definition.timeoutSeconds ?? defaultTimeoutSeconds;
  const deadline = Date.now() + seconds * 1000;
  const handler = definition.handler as (event: unknown, context: object) => unknown;
  const timer = new AbortController();
  const late = delay(seconds * 1000, timedOut(context.awsRequestId, seconds), { signal: timer.signal, ref: false });
  try {
    const getRemainingTimeInMillis = () => Math.max(0, deadline - Date.now());
    const run = async () => {
      // A copy, as over the wire: the handler must not reach into the caller's objects.
      const payload = await handler(structuredClone(event), { ...context, getRemainingTimeInMillis });
      return { ok: true as const, payload: payload === undefined ? null : payload };
    };
    return await Promise.race([run(), late]);
  } catch (error) {
    return { ok: false, error: describeError(error) };
  } finally {
    late.catch(() => {});
    timer.abort();
  }
}
