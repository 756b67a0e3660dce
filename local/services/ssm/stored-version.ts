import { randomBytes } from 'node:crypto';
import { AwsError } from '../../aws/aws-error.ts';
import { errors } from './errors.ts';
import { latest, type Parameter, type ParameterType, type Tier, type Version } from './parameter.ts';
import { afterChange, type Policy, parsePolicies } from './policies.ts';

/** What PutParameter says about a version. */
export interface Given {
  readonly Value: string;
  readonly Type?: ParameterType;
  readonly Description?: string;
  readonly KeyId?: string;
  readonly AllowedPattern?: string;
  readonly Tier?: Tier | 'Intelligent-Tiering';
  readonly Policies?: string;
  readonly DataType?: string;
}

const DEFAULT_KEY = 'alias/aws/ssm';
const LONGEST_STANDARD = 4096;
const LONGEST_ADVANCED = 8192;
const DATA_TYPES = ['text', 'aws:ec2:image', 'aws:ssm:integration'];

/** The next version: what is given, else what the latest one has, else the service's default. */
export function nextVersion(given: Given, existing: Parameter | undefined, now: number, modifiedBy: string): Version {
  const before = existing && latest(existing);
  const type = given.Type ?? before?.type;
  if (!type) throw errors.validation('A parameter type is required when you create a parameter.');
  if (before && before.type !== type) {
    throw new AwsError(
      'HierarchyTypeMismatchException',
      "Parameter Store does not support changing a parameter type in a hierarchy. For example, you can't change a parameter from a String type to a SecureString type. You must create a new, unique parameter.",
    );
  }
  const policies =
    given.Policies === undefined ? afterChange(before?.policies ?? []) : parsePolicies(given.Policies, now);
  const allowedPattern = given.AllowedPattern ?? before?.allowedPattern;
  const dataType = given.DataType || before?.dataType || 'text';
  checkDataType(dataType);
  checkValue(given.Value, allowedPattern);
  return {
    number: (before?.number ?? 0) + 1,
    type,
    value: given.Value,
    ...(type === 'SecureString' && { ciphertext: ciphertextFor(given.Value) }),
    keyId: keyFor(type, given.KeyId, before?.keyId),
    tier: tierFor(given, before?.tier, policies),
    description: given.Description ?? before?.description,
    allowedPattern,
    dataType,
    policies,
    modifiedAt: now,
    modifiedBy,
    labels: [],
  };
}

function checkValue(value: string, allowedPattern: string | undefined): void {
  if (/\{\{.*\}\}/s.test(value)) {
    throw errors.validation(`Parameter value can't nest another parameter. Do not use "{{}}" in the value.`);
  }
  if (!allowedPattern) return;
  if (!toRegExp(allowedPattern).test(value)) {
    throw new AwsError(
      'ParameterPatternMismatchException',
      `Parameter value, cannot be validated against allowedPattern: ${allowedPattern}`,
    );
  }
}

/** The service's language is Java's; most of it is read alike. */
function toRegExp(pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern})$`, 's');
  } catch {
    throw new AwsError(
      'InvalidAllowedPatternException',
      'The request does not meet the regular expression requirement.',
    );
  }
}

function checkDataType(dataType: string): void {
  if (DATA_TYPES.includes(dataType)) return;
  throw errors.validation(
    `The following data type is not supported: ${dataType}. (Data type names are all lowercase.)`,
  );
}

function keyFor(type: ParameterType, given: string | undefined, before: string | undefined): string | undefined {
  if (type === 'SecureString') return given ?? before ?? DEFAULT_KEY;
  if (given !== undefined) throw errors.validation('KeyId is required for SecureString type parameter only.');
  return undefined;
}

function tierFor(given: Given, before: Tier | undefined, policies: readonly Policy[]): Tier {
  const { length } = given.Value;
  const needsAdvanced = before === 'Advanced' || length > LONGEST_STANDARD || policies.length > 0;
  const wanted = given.Tier ?? before ?? 'Standard';
  const tier = wanted === 'Intelligent-Tiering' ? (needsAdvanced ? 'Advanced' : 'Standard') : wanted;
  if (tier === 'Standard' && before === 'Advanced') {
    throw errors.validation(
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard parameter.",
    );
  }
  if (tier === 'Standard' && length > LONGEST_STANDARD) {
    throw errors.validation(
      `Standard tier parameters support a maximum parameter value of ${LONGEST_STANDARD} characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html`,
    );
  }
  if (length > LONGEST_ADVANCED) {
    throw errors.validation(
      `Advanced-tier parameters support a maximum parameter value of ${LONGEST_ADVANCED} characters.`,
    );
  }
  if (tier === 'Standard' && policies.length > 0) {
    throw errors.validation("You can't assign parameter policies to a standard-parameter tier.");
  }
  return tier;
}

/** Begins as KMS's ciphertext does, and is as long; says nothing about the value. */
function ciphertextFor(value: string): string {
  return `AQICAH${randomBytes(150 + Buffer.byteLength(value)).toString('base64')}`;
}
