import type { Paint } from '../terminal/paint.ts';
import { type Column, tableLine, wrapped } from '../terminal/table.ts';
import type { Row, Told } from './section.ts';

const columns: readonly Column[] = [
  { width: 34 },
  { width: 50 },
  { width: 5, align: 'right' },
  { width: 8, align: 'right' },
  { width: 7, align: 'right' },
  { width: 6, align: 'right' },
  { width: 7, align: 'right' },
];

export function table(rows: readonly Row[], paint: Paint): string {
  const head = tableLine(['', 'at most', 'depth', 'states', 'runs', 's', 'broken'], columns);
  return [paint.dim(head), ...rows.map((row) => shown(row, paint))].join('\n');
}

function shown(row: Row, paint: Paint): string {
  const { id, faults, depth, states, runs, ms, broken, known, isWhole } = row;
  const cells = [id, faults, depth, `${isWhole ? '' : '>'}${states}`, runs, (ms / 1000).toFixed(1)].map(String);
  const end = broken.length > 0 ? String(broken.length) : known.length > 0 ? 'known' : '0';
  const line = tableLine([...cells, end], columns);
  return broken.length > 0 ? paint.bad(line) : line;
}

/** What is broken, and how it came to that. */
export function story({ property, seen, words, replay }: Told, properties: Readonly<Record<string, string>>): string {
  return [
    `broken: ${properties[property] ?? property}`,
    `  ${seen}`,
    ...words.flatMap((line, at) => wrapped(`${at + 1}. ${line}`, 96).map((part) => `  ${part}`)),
    `  again: npm run prove -- --replay ${replay}`,
  ].join('\n');
}
