import { AwsError, validation } from '../../aws/aws-error.ts';

/** The texts are the service's own wherever they are on record. */
export const errors = {
  invalidParameter: (message: string) => new AwsError('InvalidParameterException', message),
  invalidRequest: (message: string) => new AwsError('InvalidRequestException', message),
  exists: (message: string) => new AwsError('ResourceExistsException', message),
  limit: (message: string) => new AwsError('LimitExceededException', message),
  validation,

  secretNotFound: () => notFound("Secrets Manager can't find the specified secret."),
  labelNotFound: (label: string) =>
    notFound(`Secrets Manager can't find the specified secret value for staging label: ${label}`),
  versionNotFound: (id: string) =>
    notFound(`Secrets Manager can't find the specified secret value for VersionId: ${id}`),
  deleted: () =>
    errors.invalidRequest("You can't perform this operation on the secret because it was marked for deletion."),
  replica: () =>
    errors.invalidParameter(
      "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
    ),
  invalidToken: () => new AwsError('InvalidNextTokenException', 'Invalid NextToken.'),
  tooManyTags: (most: number) => errors.invalidParameter(`You can't attach more than ${most} tags to a secret.`),
  systemTag: (key: string) => errors.invalidParameter(`You can't modify system tags. Tag key: '${key}'.`),
  invalidName: () =>
    errors.validation(
      'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
    ),
  tokenMissing: 'You must provide a ClientRequestToken value. We recommend a UUID-type value.',
  tokenInUse: (token: string, arn: string) =>
    errors.exists(
      `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${arn}.`,
    ),
  rotationUnfinished: () =>
    errors.invalidRequest("A previous rotation isn't complete. That rotation will be reattempted."),
  functionNotInvokable: () =>
    new AwsError(
      'AccessDeniedException',
      'Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.',
    ),
};

function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message);
}
