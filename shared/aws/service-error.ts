/** Errors of AWS calls, classified by code. */
import { DeadlineError, PermissionError, RotationError, ServiceError, UnreachableError } from '../rotation/errors.ts';
import { unreachableCode } from '../rotation/network.ts';

const DENIED = new Set([
  'AccessDeniedException',
  'AccessDenied',
  'AuthorizationError',
  'AuthorizationErrorException',
  'KMSAccessDeniedException',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'ExpiredTokenException',
  'CredentialsProviderError',
  'DecryptionFailure',
  'EncryptionFailure',
]);
const THROTTLED = new Set(['ThrottlingException', 'Throttling', 'TooManyRequestsException', 'RequestLimitExceeded']);

/** What an error of `what` (for example 'GetSecretValue of prod/app') means, when the caller has no better answer. */
export function serviceError(error: unknown, what: string): RotationError {
  if (error instanceof RotationError) return error;
  const { name, code, status } = facts(error);
  if (name === 'AbortError') {
    return new DeadlineError(`${what} had no answer before the time limit of the function`, {
      hint: 'in a VPC the function needs an interface endpoint of the service, or NAT; or give it a longer timeout',
      cause: error,
    });
  }
  if (DENIED.has(name)) {
    return new PermissionError(`${what} is denied (${name})`, {
      code: 'ACCESS_DENIED',
      hint: "allow it in the function's role, in the secret's resource policy and in the policy of its KMS key",
      cause: error,
    });
  }
  if (isThrottled(error)) {
    return new ServiceError(`${what} is throttled (${name})`, {
      code: 'THROTTLED',
      hint: 'too many calls in this account and region; the step is safe to repeat',
      cause: error,
    });
  }
  if (status === undefined) {
    const reason = unreachableCode(code ?? '');
    return new UnreachableError(`${what} got no answer (${code ?? name})`, {
      code: reason,
      hint:
        reason === 'UNREACHABLE_TLS'
          ? 'the certificate of the endpoint must be valid; see whether a proxy breaks TLS open, and the clock'
          : 'in a VPC the function needs an interface endpoint of the service, or NAT',
      cause: error,
    });
  }
  return new ServiceError(`${what} failed (${name}, HTTP ${status})`, {
    hint: 'see the health of the service; the step is safe to repeat',
    cause: error,
  });
}

export function isThrottled(error: unknown): boolean {
  return THROTTLED.has(nameOf(error));
}

/** Of whatever a service was asked for and did not do, for a line of the log. */
export function codeOf(error: unknown): string {
  return error instanceof RotationError ? error.code : 'UNEXPECTED';
}

export function nameOf(error: unknown): string {
  return facts(error).name;
}

function facts(error: unknown): { name: string; code: string | undefined; status: number | undefined } {
  const given = error as { name?: unknown; code?: unknown; $metadata?: { httpStatusCode?: unknown } } | undefined;
  const status = given?.$metadata?.httpStatusCode;
  return {
    name: typeof given?.name === 'string' ? given.name : 'Error',
    code: typeof given?.code === 'string' ? given.code : undefined,
    status: typeof status === 'number' ? status : undefined,
  };
}
