/** Writes to the companion. */
import type { Tag } from '@aws-sdk/client-ssm';
import { InvalidSecretError } from '../../rotation/errors.ts';
import type { RotationContext } from '../../rotation/strategy.ts';
import type { ParameterCalls } from './calls.ts';
import type { EntryKind } from './journal.ts';
import { entryText } from './journal.ts';
import { LABELS, makeRoom } from './readers-labels.ts';
import type { ParameterState } from './state.ts';

/** Whose companion it is. Tells people, policies and this project's own pages that nobody but Rekey writes it. */
const MARK = 'rekey:companion-of';
const MOST_TAGS = 50;
const LONGEST_TAG = 256;

export interface Addition {
  readonly kind: EntryKind;
  readonly token: string;
  /** The secret value; only `value` and `kept` have one. */
  readonly value?: string;
  readonly from?: number;
  readonly to?: number;
  readonly deadAfterMs?: number | undefined;
  readonly asked?: RotationContext['asked'];
}

/** Of the hundred entries that are kept, an open rotation rests on none older than this. The rest is for those who write at once. */
const OLDEST_SUPPORT = 50;

/** Adds an entry to the journal and gives its number. */
export async function append(state: ParameterState, addition: Addition, calls: ParameterCalls): Promise<number> {
  requireOurs(state);
  await makeRoom(state.companion, state.companionVersions, calls);
  const written = await calls.put({ ...entry(state, addition), Overwrite: true });
  return written ?? 0;
}

/**
 * An open rotation never falls out of the journal, however often it is tried: its claim and value are written again before.
 * Gives whether there was need to.
 */
export async function keepOpen(state: ParameterState, calls: ParameterCalls): Promise<boolean> {
  const { open, journal, companion } = state;
  if (open === undefined || journal.last - open.version < OLDEST_SUPPORT) return false;
  const value = open.value === undefined ? undefined : await calls.value(companion, open.value);
  if (open.value !== undefined && value === undefined) return false;
  const { token, from, deadAfterMs, asked } = open;
  const span = { token, from, deadAfterMs, asked };
  const written = await append(
    state,
    value === undefined ? { kind: 'claim', ...span } : { kind: 'kept', value, ...span },
    calls,
  );
  if (value !== undefined) await calls.label(companion, written, LABELS.pending);
  return true;
}

/** Makes the companion with its first entry. Undefined: it is there already, so somebody else was first. */
export async function create(
  state: ParameterState,
  addition: Addition,
  calls: ParameterCalls,
): Promise<number | undefined> {
  // Tags decide who may see and who pays; those of AWS's own cannot be given away.
  const tags = (await calls.tags(state.name)).filter(({ Key = '' }) => !Key.startsWith('aws:') && Key !== MARK);
  const mark: Tag = { Key: MARK, Value: state.name.slice(0, LONGEST_TAG) };
  return calls.put({ ...entry(state, addition), Tags: [mark, ...tags.slice(0, MOST_TAGS - 1)] });
}

/** The same key and tier as the parameter, so that a value which fits here fits there. */
function entry(state: ParameterState, { value, ...addition }: Addition) {
  const { KeyId, Tier = 'Standard' } = state.latest;
  // No parameter goes back to Standard.
  const isAdvanced = state.companionVersions.at(-1)?.Tier === 'Advanced';
  return {
    Name: state.companion,
    Type: 'SecureString' as const,
    Value: value ?? addition.kind,
    Description: entryText(addition),
    Tier: isAdvanced ? ('Advanced' as const) : Tier,
    ...(KeyId !== undefined && { KeyId }),
  };
}

function requireOurs({ companion, journal, companionVersions }: ParameterState): void {
  if (journal.isOurs && (companionVersions.at(-1)?.Type ?? 'SecureString') === 'SecureString') return;
  throw new InvalidSecretError(`parameter ${companion} was not made by Rekey, which needs that name`, {
    hint: 'look at it, and delete it or give it another name; then rotate again',
    about: companion,
    isParameter: true,
  });
}
