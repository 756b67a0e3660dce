import type { NextCommand } from '../next-command.ts';
import { putSecretValue, shellQuoted } from '../next-command.ts';

export const nextForSecret: NextCommand = ({ secretArn, secretId, error, token }) => {
  const rotated = secretArn ?? secretId;
  const id = shellQuoted(rotated);
  const describe = `aws secretsmanager describe-secret --secret-id ${id}`;
  if (error === undefined || error.retryable) return describe;
  switch (error.code) {
    case 'INVALID_SECRET':
      return putSecretValue(error.about ?? rotated);
    case 'SECRET_NOT_FOUND':
      return error.about === undefined ? describe : putSecretValue(error.about);
    case 'LOCKED_OUT':
    case 'CURRENT_MISSING':
      return putSecretValue(rotated);
    case 'TARGET_MISMATCH':
      // About the superuser secret: it is the rotated one that names the wrong one.
      if (error.about !== undefined) return putSecretValue(rotated);
      return `aws secretsmanager update-secret-version-stage --secret-id ${id} --version-stage AWSPENDING --remove-from-version-id ${shellQuoted(token)}`;
    case 'TOKEN_NOT_PENDING':
    case 'TOKEN_UNKNOWN':
      return `aws secretsmanager rotate-secret --secret-id ${id}`;
    default:
      return describe;
  }
};
