/** The admin credential of a provider, from the secret that `masterarn` names. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { InvalidSecretError } from '../rotation/errors.ts';
import type { AdminSource } from '../strategies/keys/access.ts';
import { clientOf } from './clients.ts';
import { nameOf, serviceError } from './service-error.ts';

export const adminFromSecretsManager: AdminSource = {
  async adminFor(masterarn, schema, ctx) {
    const text = await secretText(masterarn, ctx.signal);
    const admin = schema.parse(text, `the admin secret ${masterarn}`);
    ctx.redact.add(...schema.confidential(admin));
    return admin;
  },
};

async function secretText(masterarn: string, signal: AbortSignal): Promise<string> {
  try {
    const answer = await clientOf(SecretsManagerClient).send(new GetSecretValueCommand({ SecretId: masterarn }), {
      abortSignal: signal,
    });
    if (answer.SecretString !== undefined) return answer.SecretString;
  } catch (error) {
    if (!['ResourceNotFoundException', 'InvalidRequestException'].includes(nameOf(error))) {
      throw serviceError(error, `GetSecretValue of ${masterarn}`);
    }
    throw unusable(`the admin secret ${masterarn} does not exist, or has no value`, masterarn, error);
  }
  throw unusable(`the admin secret ${masterarn} holds a binary value`, masterarn);
}

function unusable(fact: string, about: string, cause?: unknown): InvalidSecretError {
  const hint = 'store the admin credential as text in the secret that masterarn names, then rotate again';
  return new InvalidSecretError(fact, { hint, about, cause });
}
