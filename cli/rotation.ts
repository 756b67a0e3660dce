/** One rotation, or one configuration check, begun and watched to its end. The service works on by itself whatever happens to who watches. */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { DeadlineError, RotationError, StagingError } from '../shared/rotation/errors.ts';
import { CURRENT, carries, holder, PENDING, PREVIOUS } from '../shared/rotation/versions.ts';
import type { Account } from './account.ts';
import { type Schedule, startRotation } from './acts.ts';
import { factsOf, isOfRekey, type SecretFacts } from './condition.ts';
import { type LogLine, logOf } from './log.ts';
import { describeSecret } from './service.ts';

export interface Begin {
  /** Without it rotation stays as it is attached. */
  readonly schedule?: Schedule;
  /** Only testSecret, which changes nothing. */
  readonly checkOnly?: boolean;
  readonly timeoutMs: number;
  onStep?(step: Step): void;
}

export interface Step {
  readonly step: string;
  readonly ms: number | null;
}

/** What came of it. Members are only ever added. */
export interface Outcome {
  readonly name: string;
  readonly arn: string;
  /** unknown: no outcome was seen in time; it may still go on. */
  readonly result: 'rotated' | 'checked' | 'failed' | 'unknown';
  readonly version: string;
  readonly current: string | null;
  readonly previous: string | null;
  readonly ms: number;
  readonly steps: readonly Step[];
  readonly code: string | null;
  readonly fact: string | null;
  readonly hint: string | null;
  readonly working: string | null;
}

/** CloudWatch shows a line some seconds after it was written. */
const LOG_LAG_MS = 20_000;
/** So long whoever watches waits for the lines of a rotation that is over. */
const LAST_LINES_MS = 5_000;
const CLOCKS_APART_MS = 60_000;
const FIRST_POLL_MS = 200;
const LAST_POLL_MS = 2_000;

export async function rotated(account: Account, before: SecretFacts, begin: Begin): Promise<Outcome> {
  const token = randomUUID();
  const startedAt = Date.now();
  const { schedule, checkOnly = false, onStep, timeoutMs } = begin;
  const functionName = schedule?.functionName ?? before.functionName ?? '';
  if (schedule === undefined && !checkOnly) await refuseMoved(account, before);
  await startRotation(account, before.arn, { token, checkOnly, functionName, ...(schedule && { schedule }) });
  const steps: Step[] = [];
  let facts = before;
  let lines: readonly LogLine[] | undefined = [];
  let overAt: number | undefined;
  for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(LAST_POLL_MS, pollMs * 1.5)) {
    await wait(pollMs, undefined, { signal: account.patience.signal });
    if (lines !== undefined) {
      const known: readonly LogLine[] = lines;
      lines = await unlessPassing(() => logOf(account, functionName, token, startedAt - CLOCKS_APART_MS), known);
    }
    for (const step of newSteps(lines ?? [], steps)) {
      steps.push(step);
      onStep?.(step);
    }
    facts = await unlessPassing(async () => factsOf(await describeSecret(account, before.arn)), facts);
    if (facts !== before && isOver(facts, before, token)) overAt ??= Date.now();
    const overMs = overAt === undefined ? undefined : Date.now() - overAt;
    const isShown =
      onStep !== undefined && isOfRekey(functionName) && !steps.some(({ step }) => step === 'finishSecret');
    const verdict = verdictOn({ lines, overMs, checkOnly, isShown, isCurrent: carries(facts.labels, token, CURRENT) });
    const ms = Date.now() - startedAt;
    if (verdict === undefined && ms <= timeoutMs) continue;
    const { result, failure } = verdict ?? { result: 'unknown' };
    return {
      name: before.name,
      arn: before.arn,
      result,
      version: token,
      current: holder(facts.labels, CURRENT) ?? null,
      previous: holder(facts.labels, PREVIOUS) ?? null,
      ms,
      steps,
      code: failure?.code ?? null,
      fact: failure?.fact ?? null,
      hint: failure?.hint ?? null,
      working: failure?.working ?? null,
    };
  }
}

/** Between the choice and this moment there may be hours, and a person who was asked. */
async function refuseMoved(account: Account, chosen: SecretFacts): Promise<void> {
  const { labels } = await unlessPassing(async () => factsOf(await describeSecret(account, chosen.arn)), chosen);
  if (holder(labels, CURRENT) === holder(chosen.labels, CURRENT)) return;
  throw new StagingError(`AWSCURRENT of ${chosen.name} has moved since it was chosen; no rotation was begun`, {
    code: 'TOKEN_NOT_PENDING',
    hint: 'rekey history shows who did it; the same command again chooses what is due now',
  });
}

/** The service goes on by itself: who is throttled, or has no network for a moment, looks again. */
async function unlessPassing<T>(read: () => Promise<T>, before: T): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof RotationError && error.retryable && !(error instanceof DeadlineError)) return before;
    throw error;
  }
}

interface Sight {
  /** Undefined: the log may not be read. */
  readonly lines: readonly LogLine[] | undefined;
  /** For how long the labels have said that it is over. */
  readonly overMs: number | undefined;
  readonly checkOnly: boolean;
  /** Somebody watches the steps, and the last one is still on its way. */
  readonly isShown: boolean;
  readonly isCurrent: boolean;
}

interface Verdict {
  readonly result: Outcome['result'];
  readonly failure?: Partial<LogLine>;
}

/** Undefined: it is not known yet. */
function verdictOn({ lines, overMs, checkOnly, isShown, isCurrent }: Sight): Verdict | undefined {
  const failure = failureIn(lines ?? []);
  if (failure !== undefined) return { result: 'failed', failure };
  if (overMs === undefined) return undefined;
  if (checkOnly) {
    // The labels are as before, passed or not: only the log tells.
    if (lines?.some(({ message }) => message === 'step done')) return { result: 'checked' };
    return lines === undefined || overMs > LOG_LAG_MS ? { result: 'unknown' } : undefined;
  }
  if (isCurrent) return isShown && lines !== undefined && overMs < LAST_LINES_MS ? undefined : { result: 'rotated' };
  const fact = 'AWSPENDING was taken off its version before the rotation was complete';
  return { result: 'failed', failure: { fact, hint: 'somebody stored a value, or abandoned it: see rekey history' } };
}

/** A function may promote before the last step: the rotation is over when the service says so, or AWSPENDING is gone. */
function isOver(facts: SecretFacts, before: SecretFacts, token: string): boolean {
  if (!carries(facts.labels, token, PENDING)) return true;
  return carries(facts.labels, token, CURRENT) && facts.lastRotated?.getTime() !== before.lastRotated?.getTime();
}

function newSteps(lines: readonly LogLine[], known: readonly Step[]): Step[] {
  return lines
    .filter(({ message, step }) => message === 'step done' && !known.some((one) => one.step === step))
    .map(({ step = '', durationMs = null }) => ({ step, ms: durationMs }));
}

/** The last word on the rotation, where that is a failure. A repeat may have passed since. */
export function failureIn(lines: readonly LogLine[]): LogLine | undefined {
  const last = lines.findLast(
    ({ message, level, code }) => message === 'step done' || (level === 'ERROR' && code !== undefined),
  );
  return last?.level === 'ERROR' ? last : undefined;
}
