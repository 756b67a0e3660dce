import type { NextCommand } from '../next-command.ts';
import { firstMove, putSecretValue, restoreSecret, shellQuoted } from '../next-command.ts';
import { companionOf } from './names.ts';

/** Only names serve in most of these commands, so none has an ARN. */
export const nextForParameter: NextCommand = ({ outcome, secretId, error }) => {
  const name = shellQuoted(secretId);
  const history = (of: string) => `aws ssm get-parameter-history --name ${shellQuoted(of)}`;
  const look = `${history(secretId)} --query 'Parameters[].[Version,LastModifiedDate,Labels]'`;
  const put = `aws ssm put-parameter --overwrite --name ${name} --value file://value.json`;
  if (outcome === 'expired') return put.replace('--overwrite', '--type SecureString');
  const { move, about } = firstMove(error);
  switch (move) {
    case 'store':
      if (about === undefined) return put;
      return about.startsWith('/') ? history(about) : putSecretValue(about);
    case 'restore':
      if (about !== undefined) return restoreSecret(about);
      return `aws ssm describe-parameters --parameter-filters Key=Name,Values=${name}`;
    case 'abandon':
      return `aws ssm put-parameter --overwrite --name ${shellQuoted(companionOf(secretId))} --value - --description abandoned`;
    default:
      return look;
  }
};
