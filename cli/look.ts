/** A closer look at one secret: what state it is in, and of an unfinished rotation how far it is. */
import type { ParameterMetadata } from '@aws-sdk/client-ssm';
import { HOUR } from '../shared/rotation/pause.ts';
import { unfinished } from '../shared/rotation/window.ts';
import { parseEntry } from '../shared/stores/parameter-store/journal.ts';
import type { Account } from './account.ts';
import { type Condition, conditionOf, isOfRekey, isRollback, type SecretFacts, systemOf } from './condition.ts';
import { type LogLine, logOf } from './log.ts';
import { versionsOf } from './service.ts';

/** One line of `rekey status`. Members are only ever added. */
export interface Status {
  readonly kind: 'secret' | 'parameter';
  readonly name: string;
  readonly arn: string;
  readonly system: string;
  readonly strategy: string;
  readonly function: string | null;
  readonly state: Condition;
  readonly lastRotated: string | null;
  readonly nextRotation: string | null;
  /** Of a rotation, or a rollback, that is unfinished: the version with AWSPENDING, since when, and how far it is by the function's log. */
  readonly pending: string | null;
  readonly pendingSince: string | null;
  /** What is unfinished, where it is no rotation. */
  readonly action: 'rollback' | null;
  readonly step: string | null;
  readonly code: string | null;
  /** What opens the system now, as the function saw it when it failed. */
  readonly working: string | null;
  /** Who manages it, where that is not its rotation function. */
  readonly manager: string | null;
}

export async function look(account: Account, facts: SecretFacts, now: number): Promise<Status> {
  return (await lookWithLog(account, facts, now)).status;
}

interface CloserLook {
  readonly status: Status;
  /** Of a rotation that is unfinished: what the function said of it. */
  readonly lines?: readonly LogLine[];
}

export async function lookWithLog(account: Account, facts: SecretFacts, now: number): Promise<CloserLook> {
  const state = conditionOf(facts, account.region, now);
  const { manager, primaryRegion } = facts;
  const status: Status = {
    kind: 'secret',
    name: facts.name,
    arn: facts.arn,
    ...systemOf(facts.functionName),
    function: facts.functionName ?? null,
    state,
    lastRotated: facts.lastRotated?.toISOString() ?? null,
    nextRotation: facts.nextRotation?.toISOString() ?? null,
    pending: null,
    pendingSince: null,
    action: null,
    step: null,
    code: null,
    working: null,
    manager: manager ?? (state === 'replica' ? (primaryRegion ?? null) : null),
  };
  const token = unfinished(facts.labels);
  if (state !== 'rotating' || token === undefined) return { status };
  const { lines, ...progress } = await progressOf(account, facts, token, now);
  return { status: { ...status, ...progress }, lines };
}

type Progress = Pick<Status, 'state' | 'pending' | 'pendingSince' | 'action' | 'step' | 'code' | 'working'> &
  Required<Pick<CloserLook, 'lines'>>;

async function progressOf(account: Account, facts: SecretFacts, token: string, now: number): Promise<Progress> {
  const version = (await versionsOf(account, facts.arn)).find(({ VersionId }) => VersionId === token);
  const made = version?.CreatedDate?.getTime();
  const isBack = isRollback(facts, token);
  // The version of a rollback is an old one, with a rotation of its own. It began after the last rotation, and not after the last change.
  const from = (isBack ? facts.lastRotated?.getTime() : undefined) ?? made ?? now - 24 * HOUR;
  const since = isBack ? facts.lastChanged?.getTime() : made;
  const lines = (facts.functionName && (await logOf(account, facts.functionName, token, from))) || [];
  const last = lines.findLast(isTelling);
  const isFailing = last?.level === 'ERROR';
  const isOld = since !== undefined && now - since > facts.windowMs;
  return {
    lines,
    state: isFailing ? 'failing' : isOld ? 'stuck' : 'rotating',
    pending: token,
    pendingSince: since === undefined ? null : new Date(since).toISOString(),
    action: isBack ? 'rollback' : null,
    step: last?.step ?? null,
    code: isFailing ? (last.code ?? null) : null,
    working: isFailing ? (last.working ?? null) : null,
  };
}

/** A line that says how a step ended. */
export function isTelling({ level, message, code }: LogLine): boolean {
  return message === 'step done' || (level === 'ERROR' && code !== undefined && !/not published/.test(message));
}

/** A parameter by its companion; of a rotation that is unfinished with what its function said, as of a secret. */
export async function lookAtParameter(
  account: Account,
  companion: ParameterMetadata,
  now: number,
): Promise<CloserLook> {
  const status = lookAtCompanion(companion, now);
  const { function: by, pending } = status;
  if (by === null || pending === null) return { status };
  const lines = (await logOf(account, by, pending, startOf(companion))) ?? [];
  const last = lines.findLast(isTelling);
  if (last?.level !== 'ERROR') return { status, lines };
  const { step = null, code = null, working = null } = last;
  return { status: { ...status, state: 'failing', step, code, working }, lines };
}

/** What its function said of this rotation is younger. The companion is written again and again while a rotation goes on. */
export function startOf({ LastModifiedDate }: ParameterMetadata): number {
  return (LastModifiedDate?.getTime() ?? 0) - HOUR;
}

function lookAtCompanion(
  { Name = '', ARN = '', Description, LastModifiedDate, LastModifiedUser }: ParameterMetadata,
  now: number,
): Status {
  const at = LastModifiedDate?.getTime() ?? 0;
  const { kind, token, deadAfterMs = HOUR } = parseEntry(0, at, Description);
  const isOpen = kind !== 'done' && kind !== 'abandoned' && kind !== undefined;
  const isDone = kind === 'done';
  return {
    kind: 'parameter',
    name: Name.replace(/^\/rekey/, ''),
    arn: ARN.replace(':parameter/rekey', ':parameter'),
    system: 'parameter',
    strategy: '',
    function: functionIn(LastModifiedUser) ?? null,
    state: isOpen ? (now - at > deadAfterMs ? 'stuck' : 'rotating') : isDone ? 'ok' : 'off',
    lastRotated: isDone ? new Date(at).toISOString() : null,
    nextRotation: null,
    pending: isOpen ? token : null,
    pendingSince: isOpen ? new Date(at).toISOString() : null,
    action: null,
    step: null,
    code: null,
    working: null,
    manager: null,
  };
}

/** Lambda names the session of a function's role after the function. So may whoever assumes any role: before it is asked to act, `isSessionOf`. */
export function functionIn(user = ''): string | undefined {
  const session = /^arn:[^:]+:sts::\d+:assumed-role\/[^/]+\/([\w-]+)$/.exec(user)?.[1];
  return isOfRekey(session) ? session : undefined;
}
