/** What a person sends to the function of a secret, with the right to invoke it: docs/rekey.md, "Asked by hand". */
import * as z from 'zod/mini';
import { REVOKE_PREVIOUS } from '../rotation/strategy.ts';
import { againForSecret, nextForSecret } from '../stores/secrets-manager/next-command.ts';
import type { RotationEvent } from './event.ts';
import { parsed } from './parsed.ts';

const text = z.string().check(z.minLength(1));
/** The versions that the person saw, so that no other is meant. */
const shape = z.object({ rekey: z.literal('revoke-previous'), SecretId: text, Current: text, Previous: text });

const HINT = 'send {"rekey":"revoke-previous"}, SecretId, and the versions seen: Current, Previous; rekey does it';

/** Throws InvalidEventError. */
export function parseAskedEvent(input: unknown): RotationEvent {
  const { SecretId, Current, Previous } = parsed(shape, input, HINT);
  return {
    store: { kind: 'secret', next: nextForSecret, again: againForSecret },
    step: REVOKE_PREVIOUS,
    secretId: SecretId,
    token: Current,
    postponed: 0,
    previous: Previous,
    asked: true,
  };
}
