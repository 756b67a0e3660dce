/** Who rotates this parameter now? Parameter Store has no locks; the order of the journal's entries is one. */
import { ServiceError } from '../../rotation/errors.ts';
import type { RotationContext } from '../../rotation/strategy.ts';
import type { VersionId } from '../../rotation/versions.ts';
import type { ParameterCalls } from './calls.ts';
import { append, create, keepOpen } from './companion.ts';
import { makeRoom } from './readers-labels.ts';
import type { ParameterState } from './state.ts';
import { lookAt, withEntry } from './state.ts';

export type Begun =
  /** This rotation is to go on with this token: the caller's own, or that of a rotation that died. */
  | {
      readonly goesOn: true;
      readonly token: VersionId;
      /** Its value was current before: what is left to do is what comes after a promotion. */
      readonly isPromoted: boolean;
      /** It was done before: there is no more to do than what a repeat does. */
      readonly isComplete?: true;
      /** What was asked for when it began, where another goes on with it. */
      readonly asked?: RotationContext['asked'];
    }
  /** Somebody else sees to it. One clause. */
  | { readonly goesOn: false; readonly because: string };

/** When may a rotation begin? */
export interface BeginTimes {
  /** So long without a sign of life, and the caller cannot be at work any more. Written down for the others. Milliseconds. */
  readonly deadAfterMs: number;
  /** When the caller was asked for it, epoch milliseconds: a rotation that ended since is the one that was asked for. */
  readonly askedAt?: number | undefined;
  /** Whoever goes on with it, should the caller die, is to know that it is a rollback. */
  readonly asked?: RotationContext['asked'];
}

export interface BeginOptions extends BeginTimes {
  readonly calls: ParameterCalls;
  /** What there is once the rotation has begun, as a look would show it. */
  begun(state: ParameterState): void;
  log(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

const TRIES = 4;

export async function begin(name: string, token: VersionId, options: BeginOptions): Promise<Begun> {
  const { calls } = options;
  // The value is read, too: a function that may not decrypt learns it before anything is written.
  const [{ version }, first] = await Promise.all([calls.latest(name), lookAt(name, calls)]);
  if (await makeRoom(name, first.versions, calls))
    options.log('labels of the oldest version were moved to the next one');
  const known = (await keepOpen(first, calls)) ? await lookAt(name, calls) : first;
  for (let state = known, tries = 0; tries < TRIES; tries++) {
    const begun = await tryToBegin(state, token, Math.max(version, state.latest.Version, state.lastWritten), options);
    if (begun !== 'look again') return begun;
    state = await lookAt(name, calls);
  }
  throw new ServiceError(`too many rotations of ${name} begin at once`, {
    code: 'THROTTLED',
    hint: 'one of them goes on; invoke the function again if none does',
  });
}

async function tryToBegin(
  state: ParameterState,
  token: VersionId,
  from: number,
  { calls, deadAfterMs, askedAt = Number.POSITIVE_INFINITY, asked, log, begun }: BeginOptions,
): Promise<Begun | 'look again'> {
  const { journal, open, isPromoted } = state;
  const limit = Math.max(0, Math.ceil(deadAfterMs));
  if (journal.done.some((entry) => entry.token === token)) {
    if (state.currentId === token) return { goesOn: true, token, isPromoted: true, isComplete: true };
    return { goesOn: false, because: 'this rotation is complete, and the value has changed since' };
  }
  const unfinished = journal.open;
  const isTheirs = unfinished !== undefined && unfinished.token !== token;
  // The limit that counts is that of whoever holds it: functions differ. Entries of before have none.
  if (isTheirs && Date.now() - unfinished.at < (unfinished.deadAfterMs ?? deadAfterMs)) {
    return { goesOn: false, because: 'another invocation rotates it' };
  }
  if (unfinished !== undefined && open === undefined) {
    log('a value was stored by hand during a rotation, which ends it', { token: unfinished.token });
    await append(state, { kind: 'abandoned', token: unfinished.token }, calls);
    return 'look again';
  }
  if (open !== undefined) {
    const written = await append(state, { kind: 'alive', token: open.token, deadAfterMs: limit }, calls);
    // Of several that find the same rotation dead, the first to write goes on.
    if (isTheirs && written !== journal.last + 1) return 'look again';
    log('an unfinished rotation goes on', { token: open.token });
    return { goesOn: true, token: open.token, isPromoted, asked: open.asked };
  }
  if (journal.done.some(({ at }) => at >= askedAt)) {
    return { goesOn: false, because: 'another invocation has rotated it just now' };
  }
  const claim = { kind: 'claim', token, from, deadAfterMs: limit, asked } as const;
  const written = journal.last === 0 ? await create(state, claim, calls) : await append(state, claim, calls);
  if (written !== journal.last + 1) return 'look again';
  const after = await withEntry(state, written, claim, calls);
  if (after !== undefined) begun(after);
  return { goesOn: true, token, isPromoted: false };
}
