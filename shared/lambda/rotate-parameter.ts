/** All four steps of the rotation of a parameter in one invocation, since nobody else calls them one by one. */

import { codeOf } from '../aws/service-error.ts';
import { RotationError } from '../rotation/errors.ts';
import { LONGEST_INVOCATION_MS } from '../rotation/pause.ts';
import { REVOKE_PREVIOUS, rotationSteps } from '../rotation/strategy.ts';
import { ownNamed } from '../stores/field-names.ts';
import type { Begun } from '../stores/parameter-store/begin.ts';
import type { ParameterVersions } from '../stores/parameter-store/parameter-store.ts';
import { parameterVersions } from '../stores/parameter-store/parameter-store.ts';
import type { RotationEvent } from './event.ts';
import type { LaterEvent, Running } from './running.ts';

/** What the operator sees who invoked the function and waits. */
export interface ParameterAnswer {
  readonly Parameter: string;
  readonly Token: string;
  /** One clause. */
  readonly Outcome: string;
}

/** Two clocks are compared: the function's, and the one that dates the parameter's versions. */
const CLOCKS_DIFFER_MS = 5000;

/** Resolves when the rotation is done, was done before, or is somebody else's. */
export async function rotateParameter(event: RotationEvent, running: Running): Promise<ParameterAnswer> {
  const { signal, log, readsTags, askedAt } = running;
  const versions = parameterVersions({ signal, tags: readsTags, log });
  const answer = (Outcome: string) => ({ Parameter: event.secretId, Token: event.token, Outcome });
  if (event.step === REVOKE_PREVIOUS) {
    await running.step(event, ownNamed(versions), revokeEvent(event));
    return answer('what was to be revoked was looked at');
  }
  const begun = await rotate(event, askedAt, versions, running);
  if (begun.goesOn) return answer(outcomeOf(begun, event));
  log('nothing to do', { because: begun.because });
  return answer(begun.because);
}

function outcomeOf({ token, isComplete, asked }: Begun & { goesOn: true }, event: RotationEvent): string {
  if (isComplete) return 'this rotation is complete';
  if (!event.asked) return asked ? 'rolled back' : 'rotated';
  return token === event.token ? 'rolled back' : 'another rotation was unfinished, and was ended: look, then ask again';
}

async function rotate(
  event: RotationEvent,
  askedAt: number | undefined,
  versions: ParameterVersions,
  running: Running,
): Promise<Begun> {
  const { timeLimitMs = LONGEST_INVOCATION_MS, log } = running;
  const deadAfterMs = timeLimitMs + CLOCKS_DIFFER_MS;
  const times = { deadAfterMs, askedAt, asked: event.asked };
  const begun = await versions.begin(event.secretId, event.token, times);
  if (!begun.goesOn) return begun;
  // What somebody else began goes on as it began. Of what a version before began, only its own token tells.
  const asked = begun.asked ?? (begun.token === event.token ? event.asked : undefined);
  const staysOpen = (error: unknown) => log('the rollback stays open', { code: codeOf(error) });
  for (const step of rotationSteps) {
    const one = { ...event, token: begun.token, step, asked };
    await running.step(one, ownNamed(versions), revokeEvent(one)).catch(async (error: unknown) => {
      // No repeat makes the value from before do: the schedules would go on with it for ever. It is `:previous` still, where the next
      // rotation finds it, should it be what opens the system.
      const isFinal = error instanceof RotationError && !error.retryable;
      if (asked && isFinal) await versions.abandon(event.secretId, begun.token).catch(staysOpen);
      throw error;
    });
  }
  // Somebody else's rotation that had only its end left to do is not the one that was asked for.
  if (begun.token !== event.token && begun.isPromoted) return rotate(event, undefined, versions, running);
  return begun;
}

/** What the function is sent when it asked to be called later. Each postponement is an event of its own. */
function revokeEvent(event: RotationEvent): LaterEvent {
  return {
    Parameter: event.secretId,
    Token: event.token,
    Step: REVOKE_PREVIOUS,
    Postponed: event.step === REVOKE_PREVIOUS ? event.postponed + 1 : 0,
  };
}
