/** The labels on the parameter's versions. They are for readers, `name:current`; a rotation never depends on them. */
import type { ParameterHistory } from '@aws-sdk/client-ssm';
import { nameOf } from '../../aws/service-error.ts';
import { RotationError } from '../../rotation/errors.ts';
import type { ParameterCalls } from './calls.ts';
import type { ParameterState } from './state.ts';
import { isInTheWay } from './versions-kept.ts';

/** Names that begin with aws are not allowed here: https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-labels.html */
export const LABELS = { current: 'current', pending: 'pending', previous: 'previous' } as const;

/** Puts `current` and `previous` where they belong, if they are not there. Gives the state with them. */
export async function labelForReaders(state: ParameterState, calls: ParameterCalls): Promise<ParameterState> {
  // One after the other: what `current` leaves may have room for no other.
  const after = await labelled(state, state.latest.Version, LABELS.current, calls);
  return state.previous === undefined ? after : labelled(after, state.previous, LABELS.previous, calls);
}

async function labelled(
  state: ParameterState,
  number: number,
  label: string,
  calls: ParameterCalls,
): Promise<ParameterState> {
  const has = state.versions.some(({ Version, Labels = [] }) => Version === number && Labels.includes(label));
  if (has) return state;
  await calls.label(state.name, number, label);
  const versions = state.versions.map((version) => {
    const others = (version.Labels ?? []).filter((one) => one !== label);
    return { ...version, Labels: version.Version === number ? [...others, label] : others };
  });
  return { ...state, versions };
}

/** Moves the labels that are in the way to the next version that has room for them. Gives whether there was something to move. */
export async function makeRoom(
  name: string,
  versions: readonly ParameterHistory[],
  calls: ParameterCalls,
): Promise<boolean> {
  const [oldest, ...others] = versions;
  const { Labels: labels = [] } = oldest ?? {};
  if (!isInTheWay(versions)) return false;
  const [next] = others.filter(({ Labels = [] }) => Labels.length + labels.length <= 10);
  if (next?.Version === undefined) return false;
  await calls.label(name, next.Version, ...labels);
  return true;
}

/** Full of its owner's labels: no reason to fail. */
export async function unlessFull(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    const isFull = error instanceof RotationError && nameOf(error.cause) === 'ParameterVersionLabelLimitExceeded';
    if (!isFull) throw error;
  }
}
