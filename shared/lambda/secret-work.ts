/** What a function does for a secret: one step of one rotation an invocation, as Secrets Manager asks for them. */
import { ownNamed } from '../stores/field-names.ts';
import { mirrored } from '../stores/mirror.ts';
import { secretsManagerVersions } from '../stores/secrets-manager/secrets-manager.ts';
import { parseAskedEvent } from './asked-event.ts';
import { parseSecretEvent, revokeSecretEvent } from './secret-event.ts';
import type { Work } from './stack.ts';

export const secretWork: Work = {
  parse: parseSecretEvent,

  async run(event, { log, signal, step }) {
    const versions = secretsManagerVersions({ signal, rotationToken: event.rotationToken });
    return step(event, ownNamed(mirrored(versions, { signal, log })), revokeSecretEvent(event));
  },
};

/** What a person asks for beside the steps. */
export const askedWork: Work = { ...secretWork, parse: parseAskedEvent };
