/** The event that Secrets Manager sends: https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html */
import * as z from 'zod/mini';
import { REVOKE_PREVIOUS } from '../rotation/strategy.ts';
import { againForSecret, nextForSecret } from '../stores/secrets-manager/next-command.ts';
import type { RotationEvent } from './event.ts';
import { parsed, rotationHint } from './parsed.ts';

const shape = z.object({
  Step: z.string().check(z.minLength(1)),
  SecretId: z.string().check(z.minLength(1)),
  ClientRequestToken: z.string().check(z.minLength(1)),
  RotationToken: z.optional(z.nullable(z.string())),
  // Ours, in the event of `revokePrevious` alone.
  Postponed: z.optional(z.int()),
  PreviousVersion: z.optional(z.string()),
});

/** Throws InvalidEventError. */
export function parseSecretEvent(input: unknown): RotationEvent {
  const event = parsed(shape, input, rotationHint);
  return {
    store: { kind: 'secret', next: nextForSecret, again: againForSecret },
    step: event.Step,
    secretId: event.SecretId,
    token: event.ClientRequestToken,
    rotationToken: event.RotationToken ?? undefined,
    postponed: event.Postponed ?? 0,
    previous: event.PreviousVersion,
  };
}

/** What the function is sent when it asked to be called later. Each postponement is an event of its own. */
export function revokeSecretEvent(event: RotationEvent): Readonly<Record<string, unknown>> {
  return {
    Step: REVOKE_PREVIOUS,
    SecretId: event.secretId,
    ClientRequestToken: event.token,
    Postponed: event.step === REVOKE_PREVIOUS ? event.postponed + 1 : 0,
  };
}
