/** The event that Secrets Manager sends: https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html */
import * as z from 'zod/mini';
import { InvalidEventError } from '../rotation/errors.ts';
import { REVOKE_PREVIOUS } from '../rotation/strategy.ts';

export interface RotationEvent {
  /** Checked by the steps, after the labels, as AWS's templates do. */
  readonly step: string;
  readonly secretId: string;
  readonly token: string;
  readonly rotationToken?: string | undefined;
  /** How often `revokePrevious` was postponed before. */
  readonly postponed: number;
  /** The version that `revokePrevious` is about. */
  readonly previous?: string | undefined;
}

const shape = z.object({
  Step: z.string().check(z.minLength(1)),
  SecretId: z.string().check(z.minLength(1)),
  ClientRequestToken: z.string().check(z.minLength(1)),
  RotationToken: z.optional(z.nullable(z.string())),
  // Ours, in the event of `revokePrevious` alone.
  Postponed: z.optional(z.int()),
  PreviousVersion: z.optional(z.string()),
});

/** Throws InvalidEventError, which names the field. */
export function parseEvent(event: unknown): RotationEvent {
  const result = shape.safeParse(event);
  if (!result.success) {
    const field = result.error.issues[0]?.path[0];
    throw new InvalidEventError(
      field === undefined
        ? 'the event is not an object'
        : `field ${String(field)} of the event is missing, or not text`,
      {
        hint: 'Secrets Manager sends Step, SecretId and ClientRequestToken; start rotations with rotate-secret (examples: events/)',
      },
    );
  }
  const { Step, SecretId, ClientRequestToken, RotationToken, Postponed = 0, PreviousVersion } = result.data;
  return {
    step: Step,
    secretId: SecretId,
    token: ClientRequestToken,
    rotationToken: RotationToken ?? undefined,
    postponed: Postponed,
    previous: PreviousVersion,
  };
}

/** What the function is sent when it asked to be called later. Each postponement is an event of its own. */
export function revokeEvent({ secretId, token, step, postponed }: RotationEvent): Readonly<Record<string, unknown>> {
  return {
    Step: REVOKE_PREVIOUS,
    SecretId: secretId,
    ClientRequestToken: token,
    Postponed: step === REVOKE_PREVIOUS ? postponed + 1 : 0,
  };
}
