import { errors } from './errors.ts';
import { nextRotation } from './schedule.ts';
import { CURRENT, holderOf, labelsOf, type Secret, type SecretValue, versionOf, withValue } from './secret.ts';

interface ValueInput {
  readonly SecretString?: string;
  readonly SecretBinary?: string;
}

const MOST_BYTES = 65_536;
const MOST_LABELS = 20;

/** The value in an input, undefined where there is none; an empty one counts as none. */
export function givenValue({ SecretString, SecretBinary }: ValueInput): SecretValue | undefined {
  if (SecretString && SecretBinary) {
    throw errors.invalidParameter(
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  }
  if (SecretString && Buffer.byteLength(SecretString) > MOST_BYTES) {
    throw errors.validation(
      `1 validation error detected: Value at 'secretString' failed to satisfy constraint: Member must have length less than or equal to ${MOST_BYTES}`,
    );
  }
  if (SecretString) return { string: SecretString };
  return SecretBinary ? { binary: SecretBinary } : undefined;
}

/**
 * What CreateSecret, PutSecretValue and UpdateSecret have in common. The token names the version: the same token with the same value
 * changes nothing and gives the very same secret, with another value it is refused, and on a version without a value it fills it.
 */
export function storeValue(
  secret: Secret,
  token: string,
  value: SecretValue,
  labels: readonly string[],
  now: number,
): Secret {
  const existing = versionOf(secret, token)?.value;
  if (existing && isSame(existing, value)) return secret;
  if (existing) throw errors.tokenInUse(token, secret.arn);

  const stored = withValue(secret, { id: token, value, createdAt: now }, labels);
  checkLabelLimit(stored);
  const isNowCurrent = holderOf(stored, CURRENT)?.id === token && holderOf(secret, CURRENT)?.id !== token;
  // "Manually updating the secret value by calling PutSecretValue or UpdateSecret is considered a valid rotation":
  // https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html
  if (!isNowCurrent || !stored.rotation?.enabled) return stored;
  return { ...stored, rotation: { ...stored.rotation, next: nextRotation(stored.rotation.rules, now) } };
}

export function checkLabelLimit(secret: Secret): void {
  if (labelsOf(secret).length > MOST_LABELS) {
    throw errors.limit(`You can't attach more than ${MOST_LABELS} staging labels to the versions of a secret.`);
  }
}

export function requireToken(token: string | undefined): string {
  if (token === undefined) throw errors.invalidRequest(errors.tokenMissing);
  return token;
}

function isSame(one: SecretValue, other: SecretValue): boolean {
  if ('string' in one) return 'string' in other && one.string === other.string;
  return 'binary' in other && one.binary === other.binary;
}
