/** Errors of Parameter Store, classified by code. */

import { nameOf, serviceError } from '../../aws/service-error.ts';
import { InvalidSecretError, PermissionError, RotationError, ServiceError } from '../../rotation/errors.ts';

/** What the service refuses about a value or its settings: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html */
const REFUSED: Readonly<Record<string, string>> = {
  ValidationException:
    'Standard parameters hold 4096 characters and Advanced ones 8192, without {{}}; make it Advanced with put-parameter --overwrite --tier Advanced',
  ParameterPatternMismatchException:
    'the new value does not match the AllowedPattern; put a pattern on it that JSON matches',
  InvalidAllowedPatternException: 'correct the AllowedPattern of the parameter',
  ParameterMaxVersionLimitExceeded: 'take labels off the oldest versions with unlabel-parameter-version',
  ParameterVersionLabelLimitExceeded: 'a version holds ten labels; take one off with unlabel-parameter-version',
  ParameterLimitExceeded:
    'the account has as many parameters as it may; each rotated one needs a second one under /rekey/',
  HierarchyLevelLimitExceededException:
    'its second one under /rekey/ is a level deeper: use a name of at most 14 levels',
  HierarchyTypeMismatchException:
    'the parameter under /rekey/ is of another type; look at it, and delete it if it is not needed',
  InvalidPolicyTypeException: 'correct the policies of the parameter',
  InvalidPolicyAttributeException: 'correct the policies of the parameter',
  IncompatiblePolicyException: 'correct the policies of the parameter',
  PoliciesLimitExceededException: 'correct the policies of the parameter',
  UnsupportedParameterType: 'use a SecureString',
};

export function parameterError(error: unknown, operation: string, name: string): RotationError {
  if (error instanceof RotationError) return error;
  const code = nameOf(error);
  const what = `${operation} of ${name}`;
  if (code === 'ParameterNotFound') return noSuchParameter(name, error);
  if (code === 'InvalidKeyId') {
    return new PermissionError(`${what} is denied (${code})`, {
      code: 'ACCESS_DENIED',
      hint: 'the KMS key of the parameter must be there, enabled, and open to the role of the function',
      cause: error,
    });
  }
  // Several writers at once; https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
  if (code === 'TooManyUpdates') {
    return new ServiceError(`${what} met another update (${code})`, {
      code: 'THROTTLED',
      hint: 'somebody else writes this parameter; the rotation is safe to repeat',
      cause: error,
    });
  }
  if (!Object.hasOwn(REFUSED, code)) return serviceError(error, what);
  // The SDK repeats a call whose answer was lost, and only the repeat may have been refused: then nobody knows.
  if (attemptsOf(error) > 1) {
    return new ServiceError(`${what} failed, and its repeat was refused (${code})`, {
      hint: 'the rotation is safe to repeat',
      cause: error,
    });
  }
  return new InvalidSecretError(`${what} was refused (${code})`, { hint: REFUSED[code] ?? '', cause: error });
}

export function noSuchParameter(name: string, cause?: unknown): InvalidSecretError {
  return new InvalidSecretError(`parameter ${name} does not exist in this account and region`, {
    code: 'SECRET_NOT_FOUND',
    hint: 'check the name, the region, and whether a policy or a person deleted it (describe-parameters)',
    cause,
  });
}

/** A credential belongs in a SecureString, and a parameter never changes its type. */
export function notSecure(name: string, type: string): InvalidSecretError {
  return new InvalidSecretError(`parameter ${name} is a ${type}, which everybody reads in clear`, {
    hint: `a parameter keeps its type, so make another: aws ssm put-parameter --name ${name}-secure --type SecureString --value file://value.json`,
  });
}

function attemptsOf(error: unknown): number {
  const { attempts } = (error as { $metadata?: { attempts?: unknown } }).$metadata ?? {};
  return typeof attempts === 'number' ? attempts : 1;
}
