import { type Cron, parseCron } from '../../aws/cron.ts';
import { type Zone, zoneNamed } from '../../aws/zone.ts';

/** When a schedule invokes its target. */
export interface Timing {
  readonly isOneTime: boolean;
  /** The first time after this moment; undefined when there is none. */
  next(after: number): number | undefined;
}

const DAY = 86_400_000;
const unitMilliseconds: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: DAY };

/**
 * Undefined when the expression is none of at(), rate() and cron(). A rate counts from `start`, which is its first time.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export function parseTiming(expression: string, zoneName: string, start: number): Timing | undefined {
  const zone = zoneNamed(zoneName);
  const [, kind, inside = ''] = /^(at|rate|cron)\((.*)\)$/.exec(expression) ?? [];
  if (!zone) return undefined;
  if (kind === 'at') return oneTime(inside, zone);
  if (kind === 'rate') return rate(inside, start);
  const cron = kind === 'cron' ? parseCron(inside) : undefined;
  return cron && { isOneTime: false, next: (after) => nextOf(cron, zone, after) };
}

function oneTime(text: string, zone: Zone): Timing | undefined {
  const wall = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text) ? Date.parse(`${text}Z`) : Number.NaN;
  if (Number.isNaN(wall)) return undefined;
  const at = zone.toEpoch(wall);
  return { isOneTime: true, next: (after) => (at > after ? at : undefined) };
}

function rate(text: string, start: number): Timing | undefined {
  const [, amount, unit = ''] = /^([1-9]\d*) (minute|hour|day)s?$/.exec(text) ?? [];
  const period = Number(amount) * (unitMilliseconds[unit] ?? Number.NaN);
  if (Number.isNaN(period)) return undefined;
  const next = (after: number) => (after < start ? start : start + (Math.floor((after - start) / period) + 1) * period);
  return { isOneTime: false, next };
}

function nextOf(cron: Cron, zone: Zone, after: number): number | undefined {
  const today = zone.toWall(after);
  const end = Date.UTC(Math.min(cron.lastYear, new Date(today).getUTCFullYear() + 8), 11, 31);
  for (let midnight = today - (((today % DAY) + DAY) % DAY); midnight <= end; midnight += DAY) {
    if (!cron.matches(midnight)) continue;
    const found = cron.times.map((time) => zone.toEpoch(midnight + time)).find((epoch) => epoch > after);
    if (found !== undefined) return found;
  }
  return undefined;
}
