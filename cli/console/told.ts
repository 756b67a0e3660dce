/** What a function said of one rotation, as the page shows it. */
import type { Details, MessageView, StepView } from '../../page/source.ts';
import { STEPS } from '../../page/steps.ts';
import type { Account } from '../account.ts';
import { type LogLine, logOf } from '../log.ts';
import { isTelling } from '../look.ts';

export type Lines = readonly LogLine[];

const EARLIER = 4;
/** docs/notifications.md, "In the log": of a failure its own line is the outcome. */
const OUTCOME = 'this is the outcome';
const isFailure = (line: LogLine) => isTelling(line) && line.level === 'ERROR';
const isOutcome = (line: LogLine) => line.message === OUTCOME || isFailure(line);

/** After so long nothing more is said of a rotation. */
const TOLD_MS = 10 * 60_000;

/** Asks the log what was said of a rotation, and remembers that once it is over. `begun` is asked only where it is not remembered. */
export function memoryOf(account: Account) {
  const remembered = new Map<string, Lines>();
  return async (
    functionName: string,
    token: string,
    begun: () => Promise<{ readonly at: number; readonly since: number }>,
  ): Promise<Lines> => {
    const known = remembered.get(token);
    if (known !== undefined) return known;
    const { at, since } = await begun();
    const lines = await logOf(account, functionName, token, since);
    const isOver = lines?.some(({ step, message }) => step === 'finishSecret' && message === 'step done') === true;
    if (isOver || lines === undefined || Date.now() - at > TOLD_MS) remembered.set(token, lines ?? []);
    return lines ?? [];
  };
}

export function stepsOf(lines: Lines, isGoingOn: boolean): StepView[] {
  if (!isGoingOn && !lines.some(isTelling)) return [];
  return STEPS.map((step, index) => {
    const ended = (one?: string) => lines.findLast((line) => line.step === one && isTelling(line));
    const last = ended(step);
    const isNext = isGoingOn && (index === 0 || ended(STEPS[index - 1]) !== undefined);
    if (last === undefined) return { step, state: isNext ? 'runs' : 'waits' };
    return { step, ms: last.durationMs, state: isFailure(last) ? 'failed' : 'done' };
  });
}

/** `next` gives the command for a failure. */
export function messagesOf(
  lines: Lines,
  next: (failure: { readonly code: string; readonly working: string | undefined }) => string,
): Pick<Details, 'attempt' | 'message' | 'earlier'> {
  const [last, ...earlier] = lines.filter(isOutcome).toReversed();
  const said = earlier.slice(0, EARLIER).map(({ at, outcome = 'failed', code }) => ({ at, outcome, code }));
  return { attempt: lines.findLast(isTelling)?.attempt, message: last && messageOf(last, next), earlier: said };
}

function messageOf(last: LogLine, next: Parameters<typeof messagesOf>[1]): MessageView {
  const { at, outcome = 'failed', code, fact, hint, working } = last;
  if (code === undefined) return { at, outcome };
  return { at, outcome, code, fact, hint, working, next: next({ code, working }) };
}
