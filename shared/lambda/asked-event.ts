/** What a person sends to the function of a secret, with the right to invoke it: docs/rekey.md, "Asked by hand". */
import type { Context } from 'aws-lambda';
import * as z from 'zod/mini';
import { DOCTOR, REVOKE_PREVIOUS, ROLLBACK } from '../rotation/strategy.ts';
import { nextWhenAsked } from '../stores/secrets-manager/next-command.ts';
import type { RotationEvent } from './event.ts';
import { parsed } from './parsed.ts';

const text = z.string().check(z.minLength(1));
/** The versions are those that the person saw, so that no other is meant. */
const shape = z.discriminatedUnion('rekey', [
  z.object({ rekey: z.literal('revoke-previous'), SecretId: text, Current: text, Previous: text }),
  z.object({ rekey: z.literal('rollback'), SecretId: text, Version: text }),
  z.object({ rekey: z.literal('doctor'), SecretId: text }),
]);

const HINT =
  'send {"rekey":"rollback"} with SecretId and Version, the one with AWSPREVIOUS; or {"rekey":"revoke-previous"} with SecretId, Current and Previous; or {"rekey":"doctor"} with SecretId; the tool rekey does it';

type Invoked = Partial<Pick<Context, 'awsRequestId'>>;

/** Throws InvalidEventError. */
export function parseAskedEvent(input: unknown, { awsRequestId }: Invoked): RotationEvent {
  const event = parsed(shape, input, HINT);
  const about = { store: { kind: 'secret', next: nextWhenAsked }, secretId: event.SecretId, postponed: 0 } as const;
  if (event.rekey === 'doctor') return { ...about, step: DOCTOR, asked: DOCTOR, token: awsRequestId ?? 'none' };
  if (event.rekey === 'rollback') return { ...about, step: ROLLBACK, asked: ROLLBACK, token: event.Version };
  const { Current: token, Previous: previous } = event;
  return { ...about, step: REVOKE_PREVIOUS, asked: REVOKE_PREVIOUS, token, previous };
}
