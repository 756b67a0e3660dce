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

/** 80 columns wide. `beside` says what stands beside our figures. */
export function table(rows: readonly Row[], paint: Paint, beside: string): string {
  const groups = Object.entries(Object.groupBy(rows, ({ group }) => group));
  const head = tableLine(['', 'now', 'target', '', beside, 'of it'], columns);
  return [
    paint.dim(head),
    ...groups.flatMap(([group, members = []]) => [paint.bold(group), ...members.map((row) => shown(row, paint)), '']),
  ].join('\n');
}

function shown(row: Row, paint: Paint): string {
  const { met, target, beside, ratio, isBelow, isOfRatio } = row;
  const cells = [
    `  ${row.figure}`,
    value(row),
    target === undefined ? '' : `${isBelow ? '<' : ''}${isOfRatio ? percent(target) : number(target)}`,
    met === undefined ? '' : met ? 'met' : 'MISSED',
    beside === undefined ? '' : number(beside),
    ratio === undefined ? '' : percent(ratio),
  ];
  const text = tableLine(cells, columns);
  if (met === undefined) return text;
  return met ? text.replace(' met', ` ${paint.good('met')}`) : text.replace('MISSED', paint.bad('MISSED'));
}

function value({ value: middle, spread, unit }: Row): string {
  const range = spread ? ` (${number(spread.min)}-${number(spread.max)})` : '';
  return `${number(middle)}${unit ? ` ${unit}` : ''}${range}`;
}

const percent = (ratio: number) => `${Math.round(ratio * 100)} %`;

function number(value: number): string {
  if (!Number.isFinite(value)) return 'inf';
  return Number.isInteger(value) || value >= 100 ? value.toFixed(0) : value.toFixed(1);
}
