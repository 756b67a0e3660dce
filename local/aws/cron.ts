/** A parsed cron(): when, on which days, all on the wall clock. */
export interface Cron {
  /** Milliseconds after midnight, ascending. */
  readonly times: readonly number[];
  /** Is the day one of the schedule's? `midnight` is that of the wall clock, written as UTC. */
  matches(midnight: number): boolean;
  /** No day of a later year matches. */
  readonly lastYear: number;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const MINUTE = 60_000;
const DAY = 86_400_000;

/**
 * The six fields of cron(), or undefined where they are none. One of the two day fields is `?`.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 */
export function parseCron(fields: string): Cron | undefined {
  const [minute, hour, dayOfMonth = '', month, dayOfWeek = '', year, ...rest] = fields.trim().split(/\s+/);
  if (rest.length > 0 || (dayOfMonth === '?') === (dayOfWeek === '?')) return undefined;
  const minutes = numbers(minute, 0, 59);
  const hours = numbers(hour, 0, 23);
  const months = numbers(month, 1, 12, MONTHS);
  const years = numbers(year, 1970, 2199);
  const onDay = dayOfWeek === '?' ? inMonth(dayOfMonth) : inWeek(dayOfWeek);
  if (!minutes || !hours || !months || !years || !onDay) return undefined;
  return {
    times: hours.flatMap((h) => minutes.map((m) => (h * 60 + m) * MINUTE)),
    lastYear: years.at(-1) ?? 0,
    matches: (midnight) => {
      const day = new Date(midnight);
      return years.includes(day.getUTCFullYear()) && months.includes(day.getUTCMonth() + 1) && onDay(day);
    },
  };
}

type DayTest = (day: Date) => boolean;

/** `L`: the last day. `15W`: the weekday nearest to the 15th, in the same month. */
function inMonth(field: string): DayTest | undefined {
  if (field === 'L') return isLast;
  const near = /^(\d{1,2})W$/.exec(field)?.[1];
  if (near !== undefined) return isWeekdayNearest(Number(near));
  const days = numbers(field, 1, 31);
  return days && ((day) => days.includes(day.getUTCDate()));
}

/** `6L`: the last Friday. `6#3`: the third one. `L`: Saturday. */
function inWeek(field: string): DayTest | undefined {
  if (field === 'L') return (day) => day.getUTCDay() === 6;
  const [, name, nth] = /^(\w+?)(L|#[1-5])$/.exec(field) ?? [];
  if (!name || !nth) {
    const weekdays = numbers(field, 1, 7, WEEKDAYS);
    return weekdays && ((day) => weekdays.includes(day.getUTCDay() + 1));
  }
  const weekday = numbers(name, 1, 7, WEEKDAYS)?.[0];
  if (weekday === undefined) return undefined;
  const isRight: DayTest = (day) =>
    nth === 'L'
      ? new Date(day.getTime() + 7 * DAY).getUTCMonth() !== day.getUTCMonth()
      : Math.ceil(day.getUTCDate() / 7) === Number(nth.slice(1));
  return (day) => day.getUTCDay() + 1 === weekday && isRight(day);
}

function isLast(day: Date): boolean {
  return new Date(day.getTime() + DAY).getUTCDate() === 1;
}

function isWeekdayNearest(wanted: number): DayTest {
  return (day) => {
    const weekday = day.getUTCDay();
    const date = day.getUTCDate();
    if (weekday === 0 || weekday === 6) return false;
    if (date === wanted) return true;
    // A Friday stands for the Saturday after it, a Monday for the Sunday before; at the edges of the month also two days away.
    if (weekday === 5) return date + 1 === wanted || (date + 2 === wanted && isLast(new Date(day.getTime() + 2 * DAY)));
    return weekday === 1 && (date - 1 === wanted || (date === 3 && wanted === 1));
  };
}

/** The numbers that a field of lists, ranges and steps stands for, ascending. */
function numbers(field: string | undefined, min: number, max: number, names: string[] = []): number[] | undefined {
  const found = new Set<number>();
  for (const part of (field ?? '').split(',')) {
    const [, start, end, step] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part) ?? [];
    if (start === undefined || (start === '*' && end !== undefined)) return undefined;
    const from = start === '*' ? min : toNumber(start, min, names);
    const isOpen = start === '*' || step !== undefined;
    const to = end !== undefined ? toNumber(end, min, names) : isOpen ? max : from;
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
