import { carries, PENDING, PREVIOUS } from '../../rotation/versions.ts';
import type { NextCommand, Situation } from '../next-command.ts';
import { firstMove, mend, restoreSecret, shellQuoted } from '../next-command.ts';
import { companionOf } from './names.ts';

export interface ParameterCommands {
  readonly next: NextCommand;
  /** Undefined where that is `next`, or nothing failed. */
  again(situation: Situation): string | undefined;
}

/**
 * Only names serve in most of these commands, so none has an ARN. Nobody but a person, or a schedule, repeats the rotation of a parameter:
 * that is an invocation of the function, where it is known which one that is.
 */
export function commandsForParameter(functionArn?: string): ParameterCommands {
  const next: NextCommand = (situation) => {
    const { outcome, secretId, error, working } = situation;
    const name = shellQuoted(secretId);
    const look = `aws ssm get-parameter-history --name ${name} --query 'Parameters[].[Version,LastModifiedDate,Labels]'`;
    const put = `aws ssm put-parameter --overwrite --name ${name} --value file://value.json`;
    if (outcome === 'expired') return put.replace('--overwrite', '--type SecureString');
    const { move, about, isParameter } = firstMove(error);
    switch (move) {
      case 'store':
        return about === undefined ? put : mend(about, isParameter);
      case 'restore':
        if (about !== undefined) return restoreSecret(about);
        return `aws ssm describe-parameters --parameter-filters Key=Name,Values=${name}`;
      case 'abandon':
        return abandon(secretId);
      case 'find the function':
        if (functionArn === undefined) return look;
        return `aws lambda get-function-configuration --function-name ${shellQuoted(functionArn)} --query Environment`;
      case 'tag':
        return `aws ssm add-tags-to-resource --resource-type Parameter --resource-id ${name} --tags file://tags.json`;
      case 'rotate':
        return invoke(functionArn, situation) ?? look;
      case 'look':
        return (working === PENDING || working === PREVIOUS ? invoke(functionArn, situation) : undefined) ?? look;
    }
  };
  return {
    next,
    again(situation) {
      if (situation.error === undefined) return undefined;
      const { move } = firstMove(situation.error);
      const command = invoke(functionArn, move === 'abandon' ? { ...situation, labels: {} } : situation);
      if (command === undefined || command === next(situation)) return undefined;
      return move === 'abandon' ? `${abandon(situation.secretId)}; ${command}` : command;
    },
  };
}

/** The token of a rotation that is open goes on with it at once, without waiting until the invocation before counts as dead. */
function invoke(functionArn: string | undefined, { secretId, token, labels = {} }: Situation): string | undefined {
  if (functionArn === undefined) return undefined;
  const isOpen = carries(labels, token, PENDING);
  const event = JSON.stringify({ Parameter: secretId, ...(isOpen && { Token: token }) });
  return `aws lambda invoke --function-name ${shellQuoted(functionArn)} --cli-binary-format raw-in-base64-out --payload ${shellQuoted(event)} answer.json`;
}

function abandon(secretId: string): string {
  return `aws ssm put-parameter --overwrite --name ${shellQuoted(companionOf(secretId))} --value - --description abandoned`;
}
