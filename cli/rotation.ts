/** One rotation, or one configuration check, begun and watched to its end. The service works on by itself whatever happens to who watches. */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { CURRENT, carries, holder, PENDING, PREVIOUS } from '../shared/rotation/versions.ts';
import type { Account } from './account.ts';
import { factsOf, type SecretFacts } from './condition.ts';
import { describeSecret, type LogLine, logOf, type Schedule, startRotation } from './service.ts';

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
const FIRST_POLL_MS = 200;
const LAST_POLL_MS = 2_000;

export async function rotated(account: Account, before: SecretFacts, begin: Begin): Promise<Outcome> {
  const token = randomUUID();
  const startedAt = Date.now();
  const { schedule, checkOnly = false } = begin;
  const functionName = schedule?.functionName ?? before.functionName ?? '';
  await startRotation(account, before.arn, { token, checkOnly, functionName, ...(schedule && { schedule }) });
  const seen: Step[] = [];
  let lines: readonly LogLine[] | undefined = [];
  let endedAt: number | undefined;
  let pollMs = FIRST_POLL_MS;
  for (;;) {
    await wait(pollMs, undefined, { signal: account.patience.signal });
    pollMs = Math.min(LAST_POLL_MS, pollMs * 1.5);
    if (lines !== undefined) lines = await logOf(account, functionName, token, startedAt - 60_000);
    for (const step of newSteps(lines ?? [], seen)) {
      seen.push(step);
      begin.onStep?.(step);
    }
    const facts = factsOf(await describeSecret(account, before.arn));
    const ms = Date.now() - startedAt;
    const outcome = (result: Outcome['result'], failure?: Partial<LogLine>): Outcome => ({
      name: before.name,
      arn: before.arn,
      result,
      version: token,
      current: holder(facts.labels, CURRENT) ?? null,
      previous: holder(facts.labels, PREVIOUS) ?? null,
      ms,
      steps: seen,
      code: failure?.code ?? null,
      fact: failure?.fact ?? null,
      hint: failure?.hint ?? null,
      working: failure?.working ?? null,
    });
    const failure = failureIn(lines ?? []);
    if (failure !== undefined) return outcome('failed', failure);
    if (isOver(facts, before, token)) {
      if (!checkOnly) {
        if (carries(facts.labels, token, CURRENT)) return outcome('rotated');
        return outcome('failed', {
          fact: `AWSPENDING was taken off version ${token} before the rotation was complete`,
          hint: 'somebody stored a value, or abandoned it: rekey history tells who',
        });
      }
      // The labels are as before, passed or not: only the log tells.
      if (lines?.some(({ message }) => message === 'step done')) return outcome('checked');
      endedAt ??= Date.now();
      if (lines === undefined || Date.now() - endedAt > LOG_LAG_MS) return outcome('unknown');
    }
    if (ms > begin.timeoutMs) return outcome('unknown');
  }
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
function failureIn(lines: readonly LogLine[]): LogLine | undefined {
  const last = lines.findLast(
    ({ message, level, code }) => message === 'step done' || (level === 'ERROR' && code !== undefined),
  );
  return last?.level === 'ERROR' ? last : undefined;
}
