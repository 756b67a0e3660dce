import type { Paint } from '../terminal/paint.ts';
import { type Column, tableLine } from '../terminal/table.ts';
import type { Row } from './targets.ts';

const columns: readonly Column[] = [
  { width: 24 },
  { width: 23, align: 'right' },
  { width: 7, align: 'right' },
  { width: 7 },
  { width: 8, align: 'right' },
  { width: 6, align: 'right' },
];

/** 80 columns wide. `of AWS's`: our figure as a part of theirs. */
export function table(rows: readonly Row[], paint: Paint): string {
  const groups = Object.entries(Object.groupBy(rows, ({ group }) => group));
  const head = tableLine(['', 'now', 'target', '', "AWS's", 'of it'], columns);
  return [
    paint.dim(head),
    ...groups.flatMap(([group, members = []]) => [paint.bold(group), ...members.map((row) => shown(row, paint)), '']),
  ].join('\n');
}

function shown(row: Row, paint: Paint): string {
  const { met, target, baseline, ratio, isBelow } = row;
  const cells = [
    `  ${row.figure}`,
    value(row),
    target === undefined ? '' : `${isBelow ? '<' : ''}${number(target)}`,
    met === undefined ? '' : met ? 'met' : 'MISSED',
    baseline === undefined ? '' : number(baseline),
    ratio === undefined ? '' : `${Math.round(ratio * 100)} %`,
  ];
  const text = tableLine(cells, columns);
  if (met === undefined) return text;
  return met ? text.replace(' met', ` ${paint.good('met')}`) : text.replace('MISSED', paint.bad('MISSED'));
}

function value({ value: middle, spread, unit }: Row): string {
  const range = spread ? ` (${number(spread.min)}-${number(spread.max)})` : '';
  return `${number(middle)}${unit ? ` ${unit}` : ''}${range}`;
}

function number(value: number): string {
  if (!Number.isFinite(value)) return 'inf';
  return Number.isInteger(value) || value >= 100 ? value.toFixed(0) : value.toFixed(1);
}
