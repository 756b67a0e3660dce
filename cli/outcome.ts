/** How rotations went, for people. */
import { legible } from '../terminal/foreign.ts';
import { hanging } from '../terminal/table.ts';
import type { SecretFacts } from './condition.ts';
import type { Result } from './fleet.ts';
import type { Outcome, Step } from './rotation.ts';

const WIDTH = 80;

export function stepLine({ step, ms }: Step): string {
  return text([`  ${step.padEnd(14)}✓${ms === null ? '' : ` ${seconds(ms)}`}`]);
}

export function outcomeLines(outcome: Outcome): string {
  const { name, result, ms, version, current, previous } = outcome;
  const short = (id: string | null) => id?.slice(0, 8) ?? 'none';
  if (result === 'rotated') {
    return text([
      `✓ ${name} was rotated in ${seconds(ms)}`,
      `  AWSCURRENT ${short(current)}, AWSPREVIOUS ${short(previous)}`,
    ]);
  }
  if (result === 'checked') return text([`✓ ${name} was checked in ${seconds(ms)}: a rotation finds what it needs`]);
  if (result === 'unknown') {
    return text([
      `? ${name}: no outcome in ${seconds(ms)}, version ${version}`,
      ...labelled('next', "the function's log, and rekey status; without logs:FilterLogEvents no outcome can be seen"),
    ]);
  }
  return failureLines(outcome);
}

/** What the function said went wrong. */
export function failureLines({
  name,
  code,
  fact,
  hint,
  working,
}: Pick<Outcome, 'name' | 'code' | 'fact' | 'hint' | 'working'>): string {
  return text([
    `✗ ${name} failed${code === null ? '' : `: ${code}`}`,
    ...labelled('fact', fact ?? ''),
    ...labelled('hint', hint ?? ''),
    ...(working === null ? [] : labelled('works', `${working}, now`)),
    ...(code === null ? [] : labelled('next', `rekey explain ${code}`)),
  ]);
}

export function reportLines({ outcomes, notBegun, unseen }: Result<SecretFacts>): string {
  if (outcomes.length + notBegun.length < 2 && unseen.length === 0) return '';
  const count = (result: Outcome['result']) => outcomes.filter((one) => one.result === result).length;
  const parts = [`${count('rotated')} rotated`];
  if (count('failed') > 0) parts.push(`${count('failed')} failed`);
  if (count('unknown') > 0) parts.push(`${count('unknown')} without an outcome`);
  if (notBegun.length > 0) parts.push(`${notBegun.length} not begun`);
  if (unseen.length > 0) parts.push(`${unseen.length} going on`);
  const lines = ['', parts.join(', ')];
  if (unseen.length > 0) {
    lines.push('stopped. AWS goes on with what has begun, and rekey status shows it:');
    lines.push(...unseen.map(({ name }) => `  ${name}`));
  }
  if (notBegun.length > 0) lines.push('next: the same command goes on with those');
  return text(lines);
}

const labelled = (label: string, said: string) => hanging(`  ${label.padEnd(7)}`, said, WIDTH);
const text = (lines: readonly string[]) => lines.map((line) => `${legible(line)}\n`).join('');
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
