/**
 * The companion's versions, read as a journal. Each PutParameter adds one entry, and the service numbers them: whoever reads
 * the journal up to a number sees the same as everybody else, and that is what makes one of two writers the first.
 * What an entry says stands in its description; only the entries `value` and `kept` have a secret value, as it is.
 */
import type { ParameterHistory } from '@aws-sdk/client-ssm';
import type { RotationContext } from '../../rotation/strategy.ts';
import type { VersionId } from '../../rotation/versions.ts';

export type EntryKind = 'claim' | 'value' | 'kept' | 'alive' | 'done' | 'abandoned';

export interface Entry {
  readonly version: number;
  /** Epoch milliseconds, by the service's clock. */
  readonly at: number;
  /** Undefined: somebody else's version. */
  readonly kind: EntryKind | undefined;
  readonly token: VersionId;
  /** The parameter's version when the rotation began. */
  readonly from: number;
  /** Of `done`: the parameter's version when it ended. */
  readonly to: number;
  /** Without a sign of life for so long, whoever wrote it is dead. Milliseconds; undefined: it does not say. */
  readonly deadAfterMs: number | undefined;
  /** Of what opens a rotation. Earlier versions wrote no rollback down as one. */
  readonly asked: RotationContext['asked'];
}

/** A rotation that is neither done nor abandoned. */
export interface OpenRotation {
  readonly token: VersionId;
  readonly from: number;
  /** The entry that opens it, the newest if there are several, and when that one was written. */
  readonly version: number;
  readonly since: number;
  /** The entry with the pending value. */
  readonly value?: number;
  /** Its newest sign of life, and how long that one is good for. */
  readonly at: number;
  readonly deadAfterMs: number | undefined;
  readonly asked: RotationContext['asked'];
}

export interface Journal {
  /** The number of the newest entry; 0: there is no companion. */
  readonly last: number;
  readonly open: OpenRotation | undefined;
  /** Oldest first. */
  readonly done: readonly Entry[];
  /** Entries with a value, oldest first. */
  readonly values: readonly Entry[];
  /** Written by Rekey, at least in part. */
  readonly isOurs: boolean;
}

/** What an entry says, as it is to be written. */
export interface Saying {
  readonly kind: EntryKind;
  readonly token: VersionId;
  readonly from?: number;
  readonly to?: number;
  readonly deadAfterMs?: number | undefined;
  readonly asked?: RotationContext['asked'];
}

export function entryText({ kind, token, from, to, deadAfterMs, asked }: Saying): string {
  const parts = Object.entries({ from, to, 'dead-after': deadAfterMs });
  const said = parts.filter(([, number]) => number !== undefined).flat();
  return [`Rekey ${kind} ${token}`, ...said].concat(asked ?? []).join(' ');
}

export function parseEntry(version: number, at: number, description: string | undefined): Entry {
  const pattern =
    /^Rekey (claim|value|kept|alive|done|abandoned) (\S+)(?: from (\d+))?(?: to (\d+))?(?: dead-after (\d+))?(?: (rollback))?$/;
  const [, kind, token = '', from = 0, to = 0, limit, asked] = pattern.exec(description ?? '') ?? [];
  return {
    version,
    at,
    kind: kind as EntryKind | undefined,
    token,
    from: Number(from),
    to: Number(to),
    deadAfterMs: limit ? Number(limit) : undefined,
    asked: asked as RotationContext['asked'],
  };
}

/** The journal that these versions of a companion are, oldest first. */
export function journalIn(versions: readonly ParameterHistory[]): Journal {
  const entries = versions.map((version) => parseEntry(version.Version ?? 0, timeOf(version), version.Description));
  return readJournal(entries);
}

/** Epoch milliseconds, by the service's clock. */
export function timeOf(version: Pick<ParameterHistory, 'LastModifiedDate'> | undefined): number {
  return version?.LastModifiedDate?.getTime() ?? 0;
}

/** What the entries come to, oldest first. An entry that comes too late counts for nothing, so all readers agree. */
export function readJournal(entries: readonly Entry[]): Journal {
  let open: OpenRotation | undefined;
  const done: Entry[] = [];
  let isFirstKnown = true;
  for (const entry of entries) {
    const { kind, token } = entry;
    if (kind === 'claim') {
      // The same claim again is one that lasts longer.
      const isAgain = open?.token === token && open.value === undefined;
      open = open === undefined || isAgain ? opened(entry) : open;
    } else if (kind === 'kept' && open === undefined) {
      // It opens a rotation only where the claim may be older than the journal. Otherwise it came after the end, too late.
      if (isFirstKnown) open = { ...opened(entry), value: entry.version };
    } else if (kind === undefined) {
      // A version by hand: the way to give up what is open, with no tool but the AWS CLI.
      open = undefined;
    } else if (open?.token === token) {
      if (kind === 'done') done.push(entry);
      open = kind === 'done' || kind === 'abandoned' ? undefined : continued(open, entry);
    }
    isFirstKnown &&= open === undefined && kind !== undefined && kind !== 'done' && kind !== 'abandoned';
  }
  return {
    last: entries.at(-1)?.version ?? 0,
    open,
    done,
    values: entries.filter(({ kind }) => kind === 'value' || kind === 'kept'),
    isOurs: entries.length === 0 || entries.some(({ kind }) => kind !== undefined),
  };
}

function opened({ version, at, token, from, deadAfterMs, asked }: Entry): OpenRotation {
  return { token, from, version, since: at, at, deadAfterMs, asked };
}

/** The first value counts: one value for a rotation, ever. What is kept is that value, in an entry that lasts longer. */
function continued(open: OpenRotation, entry: Entry): OpenRotation {
  const { kind, version, at, deadAfterMs = open.deadAfterMs } = entry;
  if (kind === 'kept') return { ...open, ...opened(entry), value: version };
  return { ...open, at, deadAfterMs, ...(kind === 'value' && open.value === undefined && { value: version }) };
}
