/** What a function does for a secret: one step of one rotation an invocation, as Secrets Manager asks for them. */
import { mirrored } from '../aws/mirror.ts';
import { secretsManagerVersions } from '../aws/secrets-manager.ts';
import { runStep } from '../rotation/steps.ts';
import { parseSecretEvent, revokeSecretEvent } from './secret-event.ts';
import type { Work } from './stack.ts';

export const secretWork: Work = {
  parse: parseSecretEvent,

  async run(strategy, event, { invocation, settings, signal, contextFor }) {
    const versions = secretsManagerVersions({ signal, rotationToken: event.rotationToken });
    await runStep(event.step, {
      strategy,
      versions: mirrored(versions, { signal, log: invocation.log.info }),
      ctx: contextFor(event, revokeSecretEvent(event)),
      cutover: settings.cutover,
      revoking: event.previous,
      progress: invocation.progress,
      report: invocation.report,
    });
  },
};
