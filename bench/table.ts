import type { Paint } from '../local/demo/paint.ts';
import type { Row } from './targets.ts';

const widths = [24, 23, 7, 7, 8, 6] as const;

/** 80 columns wide. `of AWS's`: our figure as a part of theirs. */
export function table(rows: readonly Row[], paint: Paint): string {
  const groups = Object.entries(Object.groupBy(rows, ({ group }) => group));
  const head = line(['', 'now', 'target', '', "AWS's", 'of it']);
  return [
    paint.dim(head),
    ...groups.flatMap(([group, members = []]) => [paint.bold(group), ...members.map((row) => shown(row, paint)), '']),
  ].join('\n');
}

function shown(row: Row, paint: Paint): string {
  const { met, target, baseline, ratio, isBelow } = row;
  const text = line([
    `  ${row.figure}`,
    value(row),
    target === undefined ? '' : `${isBelow ? '<' : ''}${number(target)}`,
    met === undefined ? '' : met ? 'met' : 'MISSED',
    baseline === undefined ? '' : number(baseline),
    ratio === undefined ? '' : `${Math.round(ratio * 100)} %`,
  ]);
  if (met === undefined) return text;
  return met ? text.replace(' met', ` ${paint.good('met')}`) : text.replace('MISSED', paint.bad('MISSED'));
}

function line(cells: readonly string[]): string {
  return cells
    .map((cell, index) =>
      index === 0 || index === 3 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
    )
    .join(' ')
    .trimEnd();
}

function value({ value: middle, spread, unit }: Row): string {
  const range = spread ? ` (${number(spread.min)}-${number(spread.max)})` : '';
  return `${number(middle)}${unit ? ` ${unit}` : ''}${range}`;
}

function number(value: number): string {
  if (!Number.isFinite(value)) return 'inf';
  return Number.isInteger(value) || value >= 100 ? value.toFixed(0) : value.toFixed(1);
}
