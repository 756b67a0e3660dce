import type { SecretView } from '../../page/source.ts';
import { PENDING } from '../../shared/rotation/versions.ts';
import { needsPerson } from '../condition.ts';
import type { Status } from '../look.ts';
import { stateOf } from '../status/line.ts';

/** One line of the page's list. */
export function lineFor(status: Status): SecretView {
  const { kind, arn, name, state, working } = status;
  const isCutOff = state === 'failing' && working === PENDING;
  const isBad = needsPerson.includes(state);
  return {
    ...(kind === 'parameter' && { kind }),
    arn,
    name,
    ...(status.function !== null && { function: status.function }),
    state: isCutOff ? 'cut off' : stateOf(status),
    tone: isBad ? 'bad' : state === 'rotating' ? 'wait' : state === 'ok' ? 'good' : 'dim',
  };
}
