import type { StepView } from './source.ts';

export const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];

/** A line of a function. The last one of an invocation says how long that took. */
interface Line {
  readonly at: number;
  readonly level: string;
  readonly step?: string;
  readonly durationMs?: number;
}

/** Of a rotation whose steps are all done by one invocation, as those of a parameter are. Who repeats it has the last try. */
export function stepsSaid(lines: readonly Line[]): StepView[] {
  const isEnd = ({ durationMs }: Line) => durationMs !== undefined;
  const ended = lines.findLast(isEnd);
  const tries = lines.slice(lines.slice(0, -1).findLastIndex(isEnd) + 1);
  const reached = Math.max(...tries.map(({ step = '' }) => STEPS.indexOf(step)));
  if (reached < 0) return [];
  const isOver = tries.at(-1) === ended;
  let since = isOver && ended ? ended.at - (ended.durationMs ?? 0) : undefined;
  return STEPS.map((step, index) => {
    const last = tries.findLast((line) => line.step === step);
    const ms = since === undefined || last === undefined ? undefined : Math.max(0, last.at - since);
    since = last?.at ?? since;
    if (index > reached) return { step, state: 'waits' };
    if (index < reached) return { step, ms, state: 'done' };
    return { step, ms, state: !isOver ? 'runs' : ended?.level === 'ERROR' ? 'failed' : 'done' };
  });
}
