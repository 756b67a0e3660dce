/** Parameter Store as a store of secret versions. What stands where, and why: docs/decisions/0005-parameter-store.md. */
import { SSMClient } from '@aws-sdk/client-ssm';
import { clientOf } from '../../aws/clients.ts';
import { codeOf } from '../../aws/service-error.ts';
import { PermissionError, StagingError } from '../../rotation/errors.ts';
import type { SecretVersions, VersionId } from '../../rotation/versions.ts';
import { CURRENT, PREVIOUS } from '../../rotation/versions.ts';
import type { BeginTimes, Begun } from './begin.ts';
import { begin } from './begin.ts';
import { parameterCalls } from './calls.ts';
import { append } from './companion.ts';
import { timeOf } from './journal.ts';
import { publish, requireRoomFor } from './publish.ts';
import { LABELS, labelForReaders, unlessFull } from './readers-labels.ts';
import type { ParameterState } from './state.ts';
import { lookAt, withVersion } from './state.ts';

export interface ParameterOptions {
  readonly client?: SSMClient;
  readonly signal: AbortSignal;
  /** Are the parameter's tags wanted in its description? They cost a call, once. */
  readonly tags?: boolean;
  log?(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export interface ParameterVersions extends SecretVersions {
  /**
   * What RotateSecret is for a secret: afterwards the token has AWSPENDING and no value, or the value of an earlier try. Only one
   * of several callers at once goes on. Takes the plain name of a parameter, as everything here.
   */
  begin(name: string, token: VersionId, times: BeginTimes): Promise<Begun>;
  /** Ends this rotation while its value is not current. One whose value is out stays open, for the next invocation to end. */
  abandon(name: string, token: VersionId): Promise<void>;
}

export function parameterVersions({
  client,
  signal,
  tags: wantsTags,
  log = () => {},
}: ParameterOptions): ParameterVersions {
  const calls = parameterCalls(client ?? clientOf(SSMClient), signal);
  /** What the last look showed. Whatever is taken from it is either immutable, or was described just before. */
  const seen = new Map<string, ParameterState>();
  const tags = new Map<string, Record<string, string>>();
  /** What this store has just written and so need not look at: the next description takes it. */
  const written = new Map<string, ParameterState>();

  const look = async (name: string): Promise<ParameterState> => {
    const state = await lookAt(name, calls);
    seen.set(name, state);
    return state;
  };
  const justWritten = (name: string): ParameterState | undefined => {
    const state = written.get(name);
    written.delete(name);
    if (state !== undefined) seen.set(name, state);
    return state;
  };
  const lastSeen = async (name: string, isEnough: (state: ParameterState) => boolean) => {
    const state = seen.get(name);
    return state !== undefined && isEnough(state) ? state : look(name);
  };
  const isPending = (version: VersionId) => (state: ParameterState) =>
    state.open?.token === version && state.open.value !== undefined;

  return {
    begin: (name, token, times) =>
      begin(name, token, { ...times, calls, log, begun: (state) => written.set(name, state) }),

    async describe(name) {
      const [{ labels }, arn, ownTags] = await Promise.all([
        justWritten(name) ?? look(name),
        calls.arn(name),
        tagsOf(name),
      ]);
      // There is no switch: whoever is invoked for a parameter is to rotate it.
      return { arn, name, rotationEnabled: true, labels, ...(ownTags && { tags: ownTags }) };
    },

    async read(name, label, version) {
      if (label === CURRENT) {
        if (version === undefined) return (await calls.latest(name)).value;
        const { currentId, latest } = await lastSeen(name, (state) => state.currentId === version);
        return currentId === version ? calls.value(name, latest.Version) : undefined;
      }
      if (label === PREVIOUS) {
        const { previous, labels } = await look(name);
        const isIt = version === undefined || labels[version]?.includes(PREVIOUS);
        return previous !== undefined && isIt ? calls.value(name, previous) : undefined;
      }
      const { open, companion } = await lastSeen(name, isPending(version ?? ''));
      const isIt = open !== undefined && (version ?? open.token) === open.token;
      return isIt && open.value !== undefined ? calls.value(companion, open.value) : undefined;
    },

    async put(name, version, text) {
      const state = await lastSeen(name, ({ open }) => open?.token === version);
      const { companion, open, journal } = state;
      if (open?.token !== version) throw notOpen(name, version);
      const isFirst = open.value === undefined;
      if (isFirst) requireRoomFor(text, state);
      const written = isFirst ? await append(state, { kind: 'value', token: version, value: text }, calls) : 0;
      // Next in line after what was seen: nobody else has stored one meanwhile.
      const first = isFirst && written === journal.last + 1 ? written : (await look(name)).open?.value;
      if (first === undefined) throw notOpen(name, version);
      seen.delete(name);
      const stored = first === written || (await calls.value(companion, first)) === text;
      // The label is for people. That it may be set is proven here, while nothing outside has changed.
      await calls.label(companion, first, LABELS.pending);
      return stored ? 'stored' : 'exists';
    },

    async promote(name, version, from) {
      const state = await lastSeen(name, isPending(version));
      const { open, companion } = state;
      const pending = open?.value === undefined ? undefined : await calls.value(companion, open.value);
      if (open?.token !== version || pending === undefined) throw notOpen(name, version);
      const current = await lookAgain(state);
      if (current.open?.token !== version && current.currentId === from) throw notOpen(name, version);
      const isOut = (await calls.value(name, current.latest.Version)) === pending;
      if (current.currentId !== from || isOut) throw elsewhere(name, from);
      const number = await publish({ name, value: pending, versions: current.versions, log }, calls);
      seen.delete(name);
      // From here on the value is out. Labels that fail are made good by `dropPending`.
      await withVersion(current, number, calls)
        .then((after) => after ?? look(name))
        .then((after) => labelForReaders(after, calls))
        .then((labelled) => written.set(name, labelled))
        .catch((error) => log('labels for readers are set later', { code: codeOf(error) }));
    },

    async dropPending(name, version) {
      const isDone = ({ isPromoted, open }: ParameterState) => isPromoted && open?.token === version;
      const state = justWritten(name) ?? (await lastSeen(name, isDone));
      const { journal, latest, isPromoted } = state;
      if (journal.open?.token !== version) return;
      const { from } = journal.open;
      if (isPromoted) await unlessFull(labelForReaders(state, calls));
      const end = isPromoted ? ({ kind: 'done', from, to: latest.Version } as const) : ({ kind: 'abandoned' } as const);
      await append(state, { ...end, token: version }, calls);
      seen.delete(name);
    },

    async abandon(name, token) {
      const state = await look(name);
      if (state.journal.open?.token !== token || state.isPromoted) return;
      await append(state, { kind: 'abandoned', token }, calls);
    },

    async *unlabelled(name) {
      const { companion, versions, journal, latest, previous, open } = await look(name);
      const unlabelled = versions
        .filter(({ Version }) => Version !== latest.Version && Version !== previous)
        .map((one) => ({ of: name, version: one.Version ?? 0, at: timeOf(one) }));
      const lost = journal.values
        .filter(({ version }) => version !== open?.value)
        .map(({ version, at }) => ({ of: companion, version, at }));
      let refusal: PermissionError | undefined;
      let found = 0;
      for (const { of, version } of [...unlabelled, ...lost].sort((a, b) => b.at - a.at || b.version - a.version)) {
        // Each version is encrypted with the key of its time, and that one may be gone.
        const text = await calls.value(of, version).catch((error: unknown) => {
          if (!(error instanceof PermissionError)) throw error;
          refusal ??= error;
          log('a version cannot be read', { name: of, version, code: error.code });
          return undefined;
        });
        if (text === undefined) continue;
        found += 1;
        yield text;
      }
      if (found === 0 && refusal !== undefined) throw refusal;
    },
  };

  /** The numbers tell whether anything has happened since the look. The journal's does, too: somebody may have given it up. */
  async function lookAgain(state: ParameterState): Promise<ParameterState> {
    const [now, journal] = await Promise.all([calls.latest(state.name), calls.latest(state.companion)]);
    const isUnchanged = now.version === state.latest.Version && journal.version === state.journal.last;
    return isUnchanged ? state : look(state.name);
  }

  async function tagsOf(name: string): Promise<Record<string, string> | undefined> {
    if (!wantsTags) return undefined;
    const found = tags.get(name) ?? Object.fromEntries((await calls.tags(name)).map(({ Key, Value }) => [Key, Value]));
    tags.set(name, found);
    return found;
  }
}

function notOpen(name: string, version: VersionId): StagingError {
  return new StagingError(`rotation ${version} of ${name} was ended by somebody else`, {
    code: 'TOKEN_NOT_PENDING',
    hint: 'a value was stored by hand, or the rotation was given up; invoke the function again to begin another',
  });
}

function elsewhere(name: string, from: VersionId | undefined): StagingError {
  return new StagingError(`AWSCURRENT of ${name} is not on version ${from ?? 'none'}`, {
    code: 'CURRENT_MOVED',
    hint: 'the parameter has changed meanwhile; the rotation is safe to repeat',
  });
}
