import type { NextCommand } from '../next-command.ts';
import { putSecretValue, shellQuoted } from '../next-command.ts';

export const nextForSecret: NextCommand = ({ secretArn, secretId, error, token }) => {
  const rotated = secretArn ?? secretId;
  const id = shellQuoted(rotated);
  const describe = `aws secretsmanager describe-secret --secret-id ${id}`;
  const abandon = `aws secretsmanager update-secret-version-stage --secret-id ${id} --version-stage AWSPENDING --remove-from-version-id ${shellQuoted(token)}`;
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
      return error.about === undefined ? abandon : putSecretValue(rotated);
    case 'PASSWORD_REFUSED':
      return abandon;
    case 'TOKEN_NOT_PENDING':
    case 'TOKEN_UNKNOWN':
      return `aws secretsmanager rotate-secret --secret-id ${id}`;
    default:
      return describe;
  }
};
