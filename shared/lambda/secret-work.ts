/** What a function does for a secret: one step of one rotation an invocation, as Secrets Manager asks for them. */
import type { Answer } from '../rotation/rotation.ts';
import { ownNamed } from '../stores/field-names.ts';
import { mirrored } from '../stores/mirror.ts';
import { secretsManagerVersions } from '../stores/secrets-manager/secrets-manager.ts';
import { parseAskedEvent } from './asked-event.ts';
import { notificationTopic } from './config.ts';
import { parseSecretEvent, revokeSecretEvent } from './secret-event.ts';
import type { Work } from './stack.ts';

export const secretWork: Work = {
  parse: parseSecretEvent,

  async run(event, { log, signal, timeLimitMs, step }) {
    const versions = secretsManagerVersions({ signal, timeLimitMs, rotationToken: event.rotationToken });
    return step(event, ownNamed(mirrored(versions, { signal, log })), revokeSecretEvent(event));
  },
};

/** What a person asks for beside the steps. */
export const askedWork: Work = {
  parse: parseAskedEvent,

  async run(event, running) {
    const answer = (await secretWork.run(event, running)) as Answer;
    return answer.outcome === 'looked' ? { ...answer, checks: [...answer.checks, topicNamed()] } : answer;
  },
};

/** Whether a topic takes messages, only a message can tell, and nobody asked for one. */
function topicNamed() {
  const topic = notificationTopic();
  if (topic === undefined) return { check: 'topic', ok: null, fact: 'none is set, so nobody is told of an outcome' };
  return { check: 'topic', ok: null, fact: `${topic} was not tried`, hint: 'a configuration check tries it' };
}
