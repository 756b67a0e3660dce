/** The secret that `masterarn` names: a superuser's, or an admin's at a provider. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { InvalidSecretError } from '../rotation/errors.ts';
import { clientOf } from './clients.ts';
import { nameOf, serviceError } from './service-error.ts';

/** Its value. Throws InvalidSecretError for all that only a person can mend: of whoever owns that secret, or of the rotated one. */
export async function namedSecret(
  masterarn: string,
  whose: 'superuser' | 'admin',
  signal: AbortSignal,
): Promise<string> {
  const what = `the ${whose} secret ${masterarn}`;
  const command = new GetSecretValueCommand({ SecretId: masterarn });
  const { SecretString } = await clientOf(SecretsManagerClient)
    .send(command, { abortSignal: signal })
    .catch((error: unknown) => {
      throw unreadable(error, what, masterarn);
    });
  if (SecretString !== undefined) return SecretString;
  throw new InvalidSecretError(`${what} holds a binary value`, {
    hint: `store the ${whose}'s credential in it as text (SecretString) with put-secret-value, then rotate again`,
    about: masterarn,
  });
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html */
function unreadable(cause: unknown, what: string, masterarn: string): Error {
  switch (nameOf(cause)) {
    case 'ResourceNotFoundException':
      return new InvalidSecretError(`${what} does not exist, or has no value`, {
        code: 'SECRET_NOT_FOUND',
        hint: 'correct field masterarn, or store the credential in the secret that it names; then rotate again',
        about: masterarn,
        cause,
      });
    case 'InvalidRequestException':
      return new InvalidSecretError(`${what} is marked for deletion`, {
        code: 'SECRET_NOT_FOUND',
        hint: 'restore it with restore-secret, or name another one in field masterarn; then rotate again',
        about: masterarn,
        isDeleted: true,
        cause,
      });
    case 'ValidationException':
    case 'InvalidParameterException':
      return new InvalidSecretError(`field masterarn holds no name of a secret: ${masterarn}`, {
        hint: 'put the name or the whole ARN of a secret there, then rotate again',
        cause,
      });
    default:
      return serviceError(cause, `GetSecretValue of ${what}`);
  }
}

/** An error about the value of that secret sends people there, and not to the rotated one. */
export function aboutNamed<T>(about: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof InvalidSecretError)) throw error;
    throw new InvalidSecretError(error.fact, { hint: error.hint, about, cause: error.cause });
  }
}
