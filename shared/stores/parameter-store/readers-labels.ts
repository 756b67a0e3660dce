/** The labels on the parameter's versions. They are for readers, `name:current`; a rotation never depends on them. */
import type { ParameterHistory } from '@aws-sdk/client-ssm';
import { RotationError } from '../../rotation/errors.ts';
import type { ParameterCalls } from './calls.ts';
import type { ParameterState } from './state.ts';

/** Names that begin with aws are not allowed here: https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-labels.html */
export const LABELS = { current: 'current', pending: 'pending', previous: 'previous' } as const;

/** How many versions are kept: https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html */
const KEPT = 100;

/** Puts `current` and `previous` where they belong, if they are not there. */
export async function labelForReaders(state: ParameterState, calls: ParameterCalls): Promise<void> {
  const { name, versions, latest, previous } = state;
  const has = (number: number, label: string) =>
    versions.some(({ Version, Labels = [] }) => Version === number && Labels.includes(label));
  if (!has(latest.Version, LABELS.current)) await calls.label(name, latest.Version, LABELS.current);
  if (previous !== undefined && !has(previous, LABELS.previous)) await calls.label(name, previous, LABELS.previous);
}

/**
 * The next version pushes the oldest of a hundred out, and the service refuses to where that one has a label. So its labels move
 * to the next that has room for them. Gives whether there was something to move.
 */
export async function makeRoom(
  name: string,
  versions: readonly ParameterHistory[],
  calls: ParameterCalls,
): Promise<boolean> {
  const [oldest, ...others] = versions;
  const { Labels: labels = [] } = oldest ?? {};
  if (versions.length < KEPT || labels.length === 0) return false;
  const [next] = others.filter(({ Labels = [] }) => Labels.length + labels.length <= 10);
  if (next?.Version === undefined) return false;
  await calls.label(name, next.Version, ...labels);
  return true;
}

/** Full of its owner's labels: no reason to fail. */
export async function unlessFull(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    const { name } = ((error as RotationError).cause ?? {}) as { name?: string };
    if (!(error instanceof RotationError) || name !== 'ParameterVersionLabelLimitExceeded') throw error;
  }
}
