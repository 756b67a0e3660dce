/** What a person sends to the function of a secret, with the right to invoke it: docs/rekey.md, "Asked by hand". */
import * as z from 'zod/mini';
import { REVOKE_PREVIOUS, ROLLBACK } from '../rotation/strategy.ts';
import { nextWhenAsked } from '../stores/secrets-manager/next-command.ts';
import type { RotationEvent } from './event.ts';
import { parsed } from './parsed.ts';

const text = z.string().check(z.minLength(1));
/** The versions are those that the person saw, so that no other is meant. */
const shape = z.discriminatedUnion('rekey', [
  z.object({ rekey: z.literal('revoke-previous'), SecretId: text, Current: text, Previous: text }),
  z.object({ rekey: z.literal('rollback'), SecretId: text, Version: text }),
]);

const HINT =
  'send {"rekey":"rollback"} with SecretId and Version, the one with AWSPREVIOUS; or {"rekey":"revoke-previous"} with SecretId, Current and Previous; the tool rekey does both';

/** Throws InvalidEventError. */
export function parseAskedEvent(input: unknown): RotationEvent {
  const event = parsed(shape, input, HINT);
  const about = { store: { kind: 'secret', next: nextWhenAsked }, secretId: event.SecretId, postponed: 0 } as const;
  if (event.rekey === 'rollback') return { ...about, step: ROLLBACK, asked: ROLLBACK, token: event.Version };
  const { Current: token, Previous: previous } = event;
  return { ...about, step: REVOKE_PREVIOUS, asked: REVOKE_PREVIOUS, token, previous };
}
