import { DAY, HOUR } from '../../shared/rotation/pause.ts';
import { legible } from '../../terminal/foreign.ts';
import type { Paint } from '../../terminal/paint.ts';
import { type Column, shortened, tableLine, wrapped } from '../../terminal/table.ts';
import { type Condition, needsPerson } from '../condition.ts';
import type { Status } from '../look.ts';

export interface Totals {
  readonly region: string;
  secrets: number;
  parameters: number;
  states: Partial<Record<Condition, number>>;
  /** A code that is among them. */
  code?: string;
  /** A secret with a rollback that has not ended. */
  unfinishedRollback?: string;
  /** What could not be read, and why. */
  unread?: string;
}

const WIDTH = 80;
const NAME = 22;
const start: readonly Column[] = [{ width: 1 }, { width: NAME }];
const end: readonly Column[] = [{ width: 4, align: 'right' }, { width: 4, align: 'right' }, { width: 22 }];
/** A provider of keys has no strategy, and often a longer name. */
const columnsOf = (strategy: string) => [
  ...start,
  ...(strategy === '' ? [{ width: 22 }] : [{ width: 10 }, { width: 11 }]),
  ...end,
];

export const HEAD = tableLine(['', 'secret', 'system', 'strategy', 'last', 'next', 'state'], columnsOf('strategy'));

export function statusLine(status: Status, now: number, paint: Paint): string {
  const { name, system, strategy, state, lastRotated, nextRotation } = status;
  const isBad = needsPerson.includes(state);
  const cells = [
    isBad ? '!' : '',
    shortened(name, NAME),
    ...(strategy === '' ? [shortened(system, 22)] : [system, words[strategy] ?? strategy]),
    age(lastRotated, (at) => now - at),
    age(nextRotation, (at) => at - now),
    shortened(stateOf(status), 22),
  ];
  const line = tableLine(cells, columnsOf(strategy));
  return isBad ? paint.bad(line) : state === 'rotating' ? paint.bold(line) : line;
}

const words: Readonly<Record<string, string>> = {
  'single-user': 'single',
  'alternating-users': 'alternating',
  'dual-password': 'dual',
  'superuser-set': 'superuser',
};

/** A word or two. */
export function stateOf({ state, action, step, code, pending, manager }: Status): string {
  if (state === 'failing') return code ?? 'failing';
  if (action === 'rollback') return state === 'stuck' ? 'rollback unfinished' : 'rolling back';
  if (state === 'rotating') return step === null ? 'rotating' : `rotating: ${step}`;
  if (state === 'stuck') return `stuck ${pending?.slice(0, 8)}`;
  if (state === 'managed') return `managed by ${manager}`;
  if (state === 'replica') return `replica: ${manager}`;
  return said[state] ?? state;
}

const said: Partial<Record<Condition, string>> = {
  never: 'never rotated',
  off: 'does not rotate',
  foreign: 'foreign function',
};

/** 20m, 5h, 3d: one figure is enough to see what is wrong. */
function age(date: string | null, between: (at: number) => number): string {
  if (date === null) return '–';
  const ms = between(Date.parse(date));
  const size = Math.abs(ms);
  const sign = ms < 0 ? '-' : '';
  if (size < HOUR) return `${sign}${Math.floor(size / 60_000)}m`;
  if (size < 2 * DAY) return `${sign}${Math.floor(size / HOUR)}h`;
  return size < 1000 * DAY ? `${sign}${Math.floor(size / DAY)}d` : `${sign}${Math.floor(size / (365 * DAY))}y`;
}

const order: readonly Condition[] = [
  'failing',
  'stuck',
  'overdue',
  'rotating',
  'ok',
  'never',
  'off',
  'foreign',
  'managed',
  'replica',
];

export function totalLines({ region, secrets, parameters, states, code, unfinishedRollback, unread }: Totals): string {
  const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
  const parts = order.flatMap((state) => (states[state] ? [`${states[state]} ${said[state] ?? state}`] : []));
  const sum = `${count(secrets, 'secret')} and ${count(parameters, 'parameter')} in ${region}`;
  const lines = ['', ...wrapped(`${sum}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`, WIDTH)];
  if (unread !== undefined) lines.push(...wrapped(unread, WIDTH));
  if (code !== undefined || unfinishedRollback !== undefined) lines.push('');
  if (code !== undefined) lines.push(`next: rekey explain ${code}`);
  if (unfinishedRollback !== undefined)
    lines.push(`next: rekey rollback ${unfinishedRollback}, which goes on with it; or rekey abandon`);
  return `${lines.map(legible).join('\n')}\n`;
}
