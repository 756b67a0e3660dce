/** What a function does for a parameter: all four steps in one invocation, since nobody else calls them one by one. */
import type { Begun } from '../aws/parameter-store/begin.ts';
import type { ParameterVersions } from '../aws/parameter-store.ts';
import { LONGEST_INVOCATION_MS } from '../rotation/pause.ts';
import { runStep } from '../rotation/steps.ts';
import type { RotationStrategy } from '../rotation/strategy.ts';
import { REVOKE_PREVIOUS, rotationSteps } from '../rotation/strategy.ts';
import type { RotationEvent } from './event.ts';
import { parseParameterEvent, revokeParameterEvent } from './parameter-event.ts';
import type { Running, Work } from './stack.ts';

/** What the operator sees who invoked the function and waits. */
export interface ParameterAnswer {
  readonly Parameter: string;
  readonly Token: string;
  /** One clause. */
  readonly Outcome: string;
}

/** Two clocks are compared: the function's, and the one that dates the parameter's versions. */
const CLOCKS_DIFFER_MS = 5000;

/** Resolves when the rotation is done, was done before, or is somebody else's. Its code comes with the first such event. */
export const parameterWork: Work = {
  parse: parseParameterEvent,

  async run(strategy, event, running): Promise<ParameterAnswer> {
    const { parameterVersions } = await import('../aws/parameter-store.ts');
    const { signal, invocation } = running;
    const versions = parameterVersions({ signal, tags: strategy.readsTags ?? false, log: invocation.log.info });
    const answer = (Outcome: string) => ({ Parameter: event.secretId, Token: event.token, Outcome });
    if (event.step === REVOKE_PREVIOUS) {
      await play(REVOKE_PREVIOUS, event, strategy, versions, running);
      return answer('what was to be revoked was looked at');
    }
    const begun = await rotate(event, running.askedAt, strategy, versions, running);
    if (begun.goesOn) return answer(begun.isComplete ? 'this rotation is complete' : 'rotated');
    invocation.log.info('nothing to do', { because: begun.because });
    return answer(begun.because);
  },
};

async function rotate<S extends object>(
  event: RotationEvent,
  askedAt: number | undefined,
  strategy: RotationStrategy<S>,
  versions: ParameterVersions,
  running: Running,
): Promise<Begun> {
  const { timeLimitMs = LONGEST_INVOCATION_MS } = running;
  const deadAfterMs = timeLimitMs + CLOCKS_DIFFER_MS;
  const times = { deadAfterMs, ...(askedAt !== undefined && { askedAt }) };
  const begun = await versions.begin(event.secretId, event.token, times);
  if (!begun.goesOn) return begun;
  const current = { ...event, token: begun.token };
  for (const step of rotationSteps) await play(step, { ...current, step }, strategy, versions, running);
  // Somebody else's rotation that had only its end left to do is not the one that was asked for.
  if (begun.token !== event.token && begun.isPromoted) {
    return rotate(event, undefined, strategy, versions, running);
  }
  return begun;
}

async function play<S extends object>(
  step: string,
  event: RotationEvent,
  strategy: RotationStrategy<S>,
  versions: ParameterVersions,
  { invocation, settings, contextFor }: Running,
): Promise<void> {
  await runStep(step, {
    strategy,
    versions,
    ctx: contextFor(event, revokeParameterEvent(event)),
    cutover: settings.cutover,
    revoking: event.previous,
    progress: invocation.progress,
    report: invocation.report,
  });
}
