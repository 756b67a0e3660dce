import { type Column, hanging, shortened, tableLine, wrapped } from '../../terminal/table.ts';
import { counted } from './advice.ts';
import type { ParameterCost, SecretCost } from './costs.ts';
import { dollars } from './money.ts';
import type { OwnCost } from './own.ts';
import type { CostReport } from './report.ts';

const WIDTH = 100;
const LONGEST_NAME = 48;
const MONEY: Column = { width: 10, align: 'right' };

interface Options {
  /** Every parameter a line, also those that cost nothing. */
  readonly all: boolean;
}

/** The report for people: a section for each verdict, notes, and the total last. */
export function table(report: CostReport, { all }: Options): string {
  const { secrets, parameters, prices, region, totals } = report;
  const names = nameWidth([...secrets, ...parameters].map(({ name }) => name));
  const of = (verdict: SecretCost['verdict']) => secrets.filter((secret) => secret.verdict === verdict);
  const lines = [
    `Secrets Manager and Parameter Store in ${region}: dollars a month`,
    `prices of ${prices.region} as of ${prices.asOf}`,
    ...savings('DOES NOT ROTATE, cheaper as a parameter', of('move'), names),
    ...savings('COULD MOVE, for Rekey rotates parameters as well', of('could-move'), names),
    ...section('NEEDS SECRETS MANAGER', of('keep').map(kept), names, ['now']),
    ...section('SCHEDULED FOR DELETION, costs nothing', of('deleted').map(kept), names, ['now']),
    ...section('REKEY ITSELF', report.own.map(itself), names, ['now']),
    ...section('PARAMETERS', parameterRows(parameters, all), names, ['now'], parameters.length),
    '',
    ...report.notes.flatMap(({ text }) => wrapped(text, WIDTH)),
    '',
    totalLine(totals),
  ];
  return `${lines.join('\n')}\n`;
}

interface Row {
  readonly amounts: readonly number[];
  readonly name: string;
  readonly remark: string;
}

function savings(title: string, secrets: readonly SecretCost[], names: number): string[] {
  const rows = secrets.map(({ now, after, saving, name, size, ...read }) => ({
    amounts: [now, after, saving],
    name,
    remark: [remarks[size], unread(read)].filter(Boolean).join('; '),
  }));
  return section(title, rows, names, ['now', 'after', 'saving']);
}

const remarks: Partial<Record<SecretCost['size'], string>> = {
  unread: 'size not read',
  empty: 'has no value',
  advanced: 'over 4 KB: advanced parameter',
};

function kept({ now, name, reasons, ...read }: SecretCost): Row {
  return {
    amounts: [now],
    name,
    remark: [...reasons.map(({ text }) => text), unread(read)].filter(Boolean).join('; '),
  };
}

function unread({ isUnread, lastAccessed }: Pick<SecretCost, 'isUnread' | 'lastAccessed'>): string {
  if (!isUnread) return '';
  return lastAccessed === null ? 'never read' : `not read since ${lastAccessed.slice(0, 10)}`;
}

function itself({ now, name, alarms, keys, endpoints }: OwnCost): Row {
  const parts = [counted(alarms, 'alarm'), counted(keys, 'key')];
  const more = endpoints > 0 ? `; endpoints, if made for it alone: ${dollars(endpoints)}` : '';
  return { amounts: [now], name, remark: `${parts.join(', ')}${more}` };
}

function parameterRows(parameters: readonly ParameterCost[], all: boolean): Row[] {
  const shown = parameters.filter(({ tier }) => all || tier !== 'standard');
  const rest = parameters.length - shown.length;
  const rows = shown.map(({ now, name, type, tier }) => ({ amounts: [now], name, remark: `${tier}, ${type}` }));
  if (rest === 0) return rows;
  return [...rows, { amounts: [0], name: counted(rest, 'standard parameter'), remark: '--all lists them' }];
}

function section(
  title: string,
  rows: readonly Row[],
  names: number,
  heads: readonly string[],
  count: number = rows.length,
): string[] {
  if (rows.length === 0) return [];
  const head = money(heads);
  return ['', `${title} (${count})`, head, ...rows.flatMap((row) => shown(row, names))];
}

function shown({ amounts, name, remark }: Row, names: number): string[] {
  const start = `${money(amounts.map(dollars))}  ${shortened(name, names).padEnd(names)}  `;
  return hanging(start, remark, WIDTH).map((line) => line.trimEnd());
}

function money(cells: readonly string[]): string {
  return tableLine(
    cells,
    cells.map(() => MONEY),
    '',
  );
}

function totalLine({ now, move, couldMove, afterMove, afterAllMoves }: CostReport['totals']): string {
  const parts = [`total ${dollars(now)} now`];
  if (move > 0) parts.push(`${dollars(afterMove)} after ${counted(move, 'move')}`);
  if (couldMove > 0)
    parts.push(`${dollars(afterAllMoves)} with ${couldMove}${move > 0 ? ' more' : ''} that Rekey rotates`);
  if (parts.length === 1) parts.push('nothing to save');
  return parts.join('; ');
}

function nameWidth(names: readonly string[]): number {
  return names.reduce((width, name) => Math.min(LONGEST_NAME, Math.max(width, name.length)), 0);
}
