import type { NextCommand } from '../next-command.ts';
import { putSecretValue, shellQuoted } from '../next-command.ts';
import { companionOf } from './names.ts';

/** Only names serve in most of these commands, so none has an ARN. */
export const nextForParameter: NextCommand = ({ outcome, secretId, error }) => {
  const name = shellQuoted(secretId);
  const history = `aws ssm get-parameter-history --name ${name} --query 'Parameters[].[Version,LastModifiedDate,Labels]'`;
  const put = `aws ssm put-parameter --overwrite --name ${name} --value file://value.json`;
  const abandon = `aws ssm put-parameter --overwrite --name ${shellQuoted(companionOf(secretId))} --value - --description abandoned`;
  if (outcome === 'expired') return put.replace('--overwrite', '--type SecureString');
  if (error === undefined || error.retryable) return history;
  switch (error.code) {
    case 'INVALID_SECRET':
      if (error.about === undefined) return put;
      return error.about.startsWith('/')
        ? `aws ssm get-parameter-history --name ${shellQuoted(error.about)}`
        : putSecretValue(error.about);
    case 'LOCKED_OUT':
    case 'CURRENT_MISSING':
      return put;
    case 'SECRET_NOT_FOUND':
      if (error.about !== undefined) return putSecretValue(error.about);
      return `aws ssm describe-parameters --parameter-filters Key=Name,Values=${name}`;
    case 'TARGET_MISMATCH':
      // About the superuser secret: it is the parameter that names the wrong one.
      return error.about === undefined ? abandon : put;
    case 'PASSWORD_REFUSED':
      return abandon;
    default:
      return history;
  }
};
