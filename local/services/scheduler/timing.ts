import { isZone, parseAt, parseCron, type Times } from '../../aws/cron.ts';

/** When a schedule invokes its target. */
export interface Timing extends Times {
  readonly isOneTime: boolean;
}

const unitMilliseconds: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Undefined when the expression is none of at(), rate() and cron(). A rate counts from `start`, which is its first time.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export function parseTiming(expression: string, zone: string, start: number): Timing | undefined {
  const [, kind, inside = ''] = /^(at|rate|cron)\((.*)\)$/.exec(expression) ?? [];
  if (!isZone(zone)) return undefined;
  if (kind === 'rate') return rate(inside, start);
  const times = kind === 'at' ? parseAt(inside, zone) : kind === 'cron' ? parseCron(inside, zone) : undefined;
  return times && { isOneTime: kind === 'at', ...times };
}

function rate(text: string, start: number): Timing | undefined {
  const [, amount, unit = ''] = /^([1-9]\d*) (minute|hour|day)s?$/.exec(text) ?? [];
  const period = Number(amount) * (unitMilliseconds[unit] ?? Number.NaN);
  if (Number.isNaN(period)) return undefined;
  const next = (after: number) => (after < start ? start : start + (Math.floor((after - start) / period) + 1) * period);
  return { isOneTime: false, next };
}
