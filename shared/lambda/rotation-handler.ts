/** A function that Secrets Manager calls: one step of one rotation an invocation. */
import { mirrored } from '../aws/mirror.ts';
import { secretsManagerVersions } from '../aws/secrets-manager.ts';
import { runStep } from '../rotation/steps.ts';
import type { RotationStrategy } from '../rotation/strategy.ts';
import { parseEvent, revokeEvent } from './event.ts';
import type { RotationHandler } from './stack.ts';
import { rotationStack } from './stack.ts';

export type { RotationHandler } from './stack.ts';

/** Resolves when the step is done, or was done before. Rejects with a RotationError that holds no secret value. */
export function rotationHandler<S extends object>(strategy: RotationStrategy<S>): RotationHandler {
  return rotationStack(strategy, {
    store: 'secret',
    parse: parseEvent,
    async run(event, { invocation, settings, signal, contextFor }) {
      const versions = secretsManagerVersions({ signal, rotationToken: event.rotationToken });
      await runStep(event.step, {
        strategy,
        versions: mirrored(versions, { signal, log: invocation.log.info }),
        ctx: contextFor(event, revokeEvent(event)),
        cutover: settings.cutover,
        revoking: event.previous,
        progress: invocation.progress,
        report: invocation.report,
      });
    },
  });
}
