/**
 * The companion's versions, read as a journal. Each PutParameter adds one entry, and the service numbers them: whoever reads
 * the journal up to a number sees the same as everybody else, and that is what makes one of two writers the first.
 * What an entry says stands in its description; only the entry `value` has a secret value, as it is.
 */
import type { VersionId } from '../../rotation/versions.ts';

export type EntryKind = 'claim' | 'value' | 'alive' | 'done' | 'abandoned';

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
}

/** A rotation that is neither done nor abandoned. */
export interface OpenRotation {
  readonly token: VersionId;
  readonly from: number;
  /** The entry with the pending value. */
  readonly value?: number;
  /** Its newest sign of life. */
  readonly at: number;
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

export function told(kind: EntryKind, token: VersionId, from?: number, to?: number): string {
  const span = `${from === undefined ? '' : ` from ${from}`}${to === undefined ? '' : ` to ${to}`}`;
  return `Rekey ${kind} ${token}${span}`;
}

export function parseEntry(version: number, at: number, description: string | undefined): Entry {
  const pattern = /^Rekey (claim|value|alive|done|abandoned) (\S+)(?: from (\d+))?(?: to (\d+))?$/;
  const [, kind, token = '', from = 0, to = 0] = pattern.exec(description ?? '') ?? [];
  return { version, at, kind: kind as EntryKind | undefined, token, from: Number(from), to: Number(to) };
}

/** What the entries come to, oldest first. An entry that comes too late counts for nothing, so all readers agree. */
export function readJournal(entries: readonly Entry[]): Journal {
  let open: OpenRotation | undefined;
  const done: Entry[] = [];
  for (const entry of entries) {
    const { kind, token, from, at } = entry;
    if (kind === 'claim') {
      open ??= { token, from, at };
    } else if (kind === undefined) {
      // A version by hand: the way to give up what is open, with no tool but the AWS CLI.
      open = undefined;
    } else if (open?.token === token) {
      if (kind === 'done') done.push(entry);
      open = kind === 'done' || kind === 'abandoned' ? undefined : continued(open, entry);
    }
  }
  return {
    last: entries.at(-1)?.version ?? 0,
    open,
    done,
    values: entries.filter(({ kind }) => kind === 'value'),
    isOurs: entries.length === 0 || entries.some(({ kind }) => kind !== undefined),
  };
}

/** The first value counts: one value for a rotation, ever. */
function continued(open: OpenRotation, { kind, version, at }: Entry): OpenRotation {
  return { ...open, at, ...(kind === 'value' && open.value === undefined && { value: version }) };
}
