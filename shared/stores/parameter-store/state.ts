/** What the versions of a parameter and its journal say together: which version is which, in the words of the heart. */
import type { ParameterHistory } from '@aws-sdk/client-ssm';
import type { SecretDescription, StagingLabel, VersionId } from '../../rotation/versions.ts';
import { CURRENT, PENDING, PREVIOUS } from '../../rotation/versions.ts';
import type { ParameterCalls } from './calls.ts';
import { noSuchParameter, notSecure } from './errors.ts';
import type { Journal, OpenRotation, Saying } from './journal.ts';
import { entryText, journalIn, timeOf } from './journal.ts';
import { companionOf } from './names.ts';
import { isInTheWay, KEPT } from './versions-kept.ts';

export interface ParameterState {
  readonly name: string;
  readonly companion: string;
  /** Oldest first, never empty, without values. */
  readonly versions: readonly ParameterHistory[];
  /** The newest version: what every reader gets who asks for the bare name. That is what AWSCURRENT means here. */
  readonly latest: ParameterHistory & { readonly Version: number };
  readonly companionVersions: readonly ParameterHistory[];
  readonly journal: Journal;
  /** The rotation that goes on; not one that somebody ended by storing a value by hand. */
  readonly open: OpenRotation | undefined;
  /** Its value is the newest version's. */
  readonly isPromoted: boolean;
  readonly currentId: VersionId;
  /** The version number of AWSPREVIOUS. */
  readonly previous: number | undefined;
  /** What the last rotation of this parameter left. A look may be older than that. */
  readonly lastWritten: number;
  readonly labels: SecretDescription['labels'];
}

/** Throws InvalidSecretError when there is no such parameter (SECRET_NOT_FOUND), or it is no SecureString. */
export async function lookAt(name: string, calls: ParameterCalls): Promise<ParameterState> {
  const companion = companionOf(name);
  const [versions, companionVersions] = await Promise.all([calls.history(name), calls.history(companion)]);
  return stateOf({ name, companion, versions, companionVersions }, calls);
}

/** What a look would show now, when this entry of the journal is ours and came next. Undefined: only a look tells. */
export async function withEntry(
  state: ParameterState,
  written: number,
  saying: Saying,
  calls: ParameterCalls,
): Promise<ParameterState | undefined> {
  const entry = dated({ Version: written, Type: 'SecureString', Description: entryText(saying) }, state);
  const companionVersions = followedBy(entry, state.companionVersions);
  return companionVersions && stateOf({ ...state, companionVersions }, calls);
}

/** The same for a version of the parameter. */
export async function withVersion(
  state: ParameterState,
  written: number,
  calls: ParameterCalls,
): Promise<ParameterState | undefined> {
  const versions = followedBy(dated({ ...state.latest, Version: written, Labels: [] }, state), state.versions);
  return versions && stateOf({ ...state, versions }, calls);
}

/** Undefined when labels had to be moved before, so that it could be written. */
function followedBy(
  next: ParameterHistory,
  versions: readonly ParameterHistory[],
): readonly ParameterHistory[] | undefined {
  return isInTheWay(versions) ? undefined : [...versions, next].slice(-KEPT);
}

/** The service dates it by its own clock: never before what was there. */
function dated(version: ParameterHistory, { latest }: ParameterState): ParameterHistory {
  return { ...version, LastModifiedDate: new Date(Math.max(Date.now(), timeOf(latest))) };
}

type Histories = Pick<ParameterState, 'name' | 'companion' | 'versions' | 'companionVersions'>;

async function stateOf(histories: Histories, calls: ParameterCalls): Promise<ParameterState> {
  const { name, versions, companionVersions } = histories;
  const latest = versions.at(-1);
  if (latest?.Version === undefined) throw noSuchParameter(name);
  if (latest.Type !== 'SecureString') throw notSecure(name, latest.Type ?? 'String');
  const journal = journalIn(companionVersions);
  const given = { ...histories, latest: { ...latest, Version: latest.Version }, journal };
  const isPromoted = await promoted(given, calls);
  return { ...given, ...arranged(given, isPromoted) };
}

type Given = Pick<ParameterState, 'name' | 'companion' | 'versions' | 'latest' | 'journal'>;

/** The one question that only values answer. Asked only when the parameter has changed since the rotation began. */
async function promoted({ name, companion, latest, journal }: Given, calls: ParameterCalls): Promise<boolean> {
  const { open } = journal;
  if (open?.value === undefined || latest.Version <= open.from) return false;
  const [now, pending] = await Promise.all([calls.value(name, latest.Version), calls.value(companion, open.value)]);
  return now !== undefined && now === pending;
}

function arranged({ versions, latest, journal }: Given, isPromoted: boolean) {
  const { open: unfinished } = journal;
  // Versions are numbered from one again when a parameter is deleted and made again. What was before that is of another.
  const oldest = timeOf(versions[0]);
  const done = journal.done.filter(({ at }) => at >= oldest);
  const isMadeAgain =
    unfinished !== undefined && (versions[0]?.Version ?? 0) <= unfinished.from && unfinished.since < oldest;
  const current = latest.Version;
  const spanOf = (version: number) => done.findLast(({ from, to }) => from < version && version <= to);
  const idOf = (version: number) => spanOf(version)?.token ?? String(version);
  // As Secrets Manager has it: who stores a value by hand during a rotation has ended it.
  const isLeftAlone = unfinished !== undefined && current <= unfinished.from && !isMadeAgain;
  const open = isPromoted || isLeftAlone ? unfinished : undefined;
  const currentId = isPromoted && open !== undefined ? open.token : idOf(current);
  const wasCurrent = isPromoted && open !== undefined ? open.from : (spanOf(current)?.from ?? current - 1);
  const previous = versions.some(({ Version }) => Version === wasCurrent) ? wasCurrent : undefined;
  const labels: Record<VersionId, StagingLabel[]> = { [currentId]: [CURRENT] };
  const add = (id: VersionId, label: StagingLabel) => {
    labels[id] = [...(labels[id] ?? []), label];
  };
  if (open !== undefined) add(open.token, PENDING);
  if (previous !== undefined) add(idOf(previous), PREVIOUS);
  return { open, isPromoted, currentId, previous, labels, lastWritten: done.at(-1)?.to ?? 0 };
}
