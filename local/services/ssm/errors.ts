import { AwsError, validation } from '../../aws/aws-error.ts';

/** The texts are the service's own wherever they are on record. */
export const errors = {
  validation,
  accessDenied: (message: string) => new AwsError('AccessDeniedException', message),

  invalidToken: () => new AwsError('InvalidNextToken', 'The specified token is not valid.'),
  tooManyTags: (most: number) =>
    new AwsError('TooManyTagsError', `The number of tags exceeds the limit of ${most} for a parameter.`),
  systemTag: (_key: string) => validation('aws: prefixed tag key names are not allowed for external use.'),

  /** Really without a text: the code says it all. */
  notFound: () => new AwsError('ParameterNotFound', ''),
  secretNotFound: (path: string) =>
    new AwsError(
      'ParameterNotFound',
      `An error occurred (ParameterNotFound) when referencing Secrets Manager: Secret ${path} not found.`,
    ),
  versionNotFound: (name: string, selector: string | number) =>
    new AwsError(
      'ParameterVersionNotFound',
      `Systems Manager could not find version ${selector} of ${name}. Verify the version and try again.`,
    ),
  exists: () =>
    new AwsError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    ),
  maxVersions: (name: string, version: number) =>
    new AwsError(
      'ParameterMaxVersionLimitExceeded',
      `You attempted to create a new version of ${name} by calling the PutParameter API with the overwrite flag. Version ${version}, the oldest version, can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again.`,
    ),
  labelLimit: () =>
    new AwsError(
      'ParameterVersionLabelLimitExceeded',
      'A parameter version can have maximum 10 labels. Move one or more labels to another version and try again.',
    ),
  keyDenied: () =>
    errors.accessDenied(
      'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
    ),
};
