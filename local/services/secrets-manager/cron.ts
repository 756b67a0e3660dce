/** A parsed cron(): which UTC days, and at which whole hours of them. */
export interface Cron {
  /** Ascending. */
  readonly hours: readonly number[];
  /** Is there a window on the UTC day that this midnight begins? */
  matches(midnight: Date): boolean;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const FEWEST_HOURS_APART = 4;
const DAY = 86_400_000;

/**
 * The six fields of cron(), or undefined where the service refuses them: minutes are 0, the year is `*`, one of the two day fields is `?`.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
 */
export function parseCron(fields: string): Cron | undefined {
  const [minute, hour, dayOfMonth, month, dayOfWeek, year, ...rest] = fields.trim().split(/\s+/);
  if (rest.length > 0 || minute !== '0' || year !== '*') return undefined;
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) return undefined;

  const hours = numbers(hour, 0, 23);
  const months = numbers(month, 1, 12, MONTHS);
  const onDay = dayOfWeek === '?' ? matchDayOfMonth(dayOfMonth) : matchDayOfWeek(dayOfWeek);
  if (!hours || !months || !onDay || tooDense(hours)) return undefined;
  return { hours, matches: (midnight) => months.includes(midnight.getUTCMonth() + 1) && onDay(midnight) };
}

function matchDayOfMonth(field: string | undefined): Cron['matches'] | undefined {
  if (field === 'L') return (day) => new Date(day.getTime() + DAY).getUTCDate() === 1;
  const days = numbers(field, 1, 31);
  return days && ((day) => days.includes(day.getUTCDate()));
}

function matchDayOfWeek(field: string | undefined): Cron['matches'] | undefined {
  const nth = /^(\w+)#([1-5])$/.exec(field ?? '');
  if (nth) {
    const weekday = numbers(nth[1], 1, 7, WEEKDAYS)?.[0];
    return weekday
      ? (day) => day.getUTCDay() + 1 === weekday && Math.ceil(day.getUTCDate() / 7) === Number(nth[2])
      : undefined;
  }
  if (field === 'L') return (day) => day.getUTCDay() === 6;
  const last = /^(\w+)L$/.exec(field ?? '');
  if (last) {
    const weekday = numbers(last[1], 1, 7, WEEKDAYS)?.[0];
    return weekday
      ? (day) => day.getUTCDay() + 1 === weekday && new Date(day.getTime() + 7 * DAY).getUTCDate() <= 7
      : undefined;
  }
  const weekdays = numbers(field, 1, 7, WEEKDAYS);
  return weekdays && ((day) => weekdays.includes(day.getUTCDay() + 1));
}

/** The numbers that a field of lists, ranges and steps stands for. */
function numbers(field: string | undefined, min: number, max: number, names: string[] = []): number[] | undefined {
  const found = new Set<number>();
  for (const part of (field ?? '').split(',')) {
    const match = /^(\*|[A-Za-z]+|\d+)?(?:-([A-Za-z]+|\d+))?(?:\/(\d+))?$/.exec(part);
    if (!match || part === '') return undefined;
    const [, start, end, step] = match;
    if (end !== undefined && (start === undefined || start === '*')) return undefined;
    const from = start === undefined || start === '*' ? min : toNumber(start, min, names);
    const open = start === undefined || start === '*' || step !== undefined;
    const to = end !== undefined ? toNumber(end, min, names) : open ? max : from;
    const by = Number(step ?? 1);
    if (!(from >= min && to <= max && from <= to && by >= 1)) return undefined;
    for (let value = from; value <= to; value += by) found.add(value);
  }
  return [...found].sort((a, b) => a - b);
}

function toNumber(word: string, min: number, names: string[]): number {
  const index = names.indexOf(word.toUpperCase());
  return index < 0 ? Number(word) : index + min;
}

function tooDense(hours: readonly number[]): boolean {
  return hours.some((hour, index) => {
    const next = hours[index + 1] ?? (hours[0] ?? 0) + 24;
    return next - hour < FEWEST_HOURS_APART;
  });
}
