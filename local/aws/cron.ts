import { Cron } from 'croner';

/** Times by the clock of a zone, its summer time included. */
export interface Times {
  /** The first time after this moment; undefined where none comes any more. */
  next(after: number): number | undefined;
}

/**
 * The six fields of cron(), or undefined where they, or the zone, are none. One of the two day fields is `?`.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 */
export function parseCron(fields: string, zone: string): Times | undefined {
  const [minute, hour, dayOfMonth, month, dayOfWeek, year, ...rest] = fields.trim().split(/\s+/);
  if (year === undefined || rest.length > 0 || (dayOfMonth === '?') === (dayOfWeek === '?')) return undefined;
  // AWS counts its weekdays to 7, has no step without its start, and calls Saturday `L`.
  if (/(^|[\s,])\//.test(fields) || /^[089]/.test(dayOfWeek ?? '')) return undefined;
  const [days, weekdays] = [dayOfMonth, dayOfWeek === 'L' ? '7' : dayOfWeek].map((field) => field?.replace('?', '*'));
  return timesOf(`0 ${minute} ${hour} ${days} ${month} ${weekdays} ${year}`, zone);
}

/** What at() holds: one time, without the zone. */
export function parseAt(text: string, zone: string): Times | undefined {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text) ? timesOf(text, zone) : undefined;
}

export const isZone = (zone: string): boolean => timesOf('* * * * *', zone) !== undefined;

function timesOf(pattern: string, timezone: string): Times | undefined {
  try {
    const cron = new Cron(pattern, { timezone, alternativeWeekdays: true, sloppyRanges: true });
    // Only here it looks at the zone.
    cron.nextRun();
    return { next: (after) => cron.nextRun(new Date(Math.max(after, 0)))?.getTime() };
  } catch {
    return undefined;
  }
}
