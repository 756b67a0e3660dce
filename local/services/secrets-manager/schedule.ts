import { parseCron, type Times } from '../../aws/cron.ts';
import { errors } from './errors.ts';
import type { NextRotation, RotationRules } from './secret.ts';

interface Window {
  readonly start: number;
  readonly end: number;
}

/** Gives the first window that opens after a moment; undefined for a cron that never comes. */
type Schedule = (after: number) => Window | undefined;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const FEWEST_HOURS_APART = 4;

/** Throws the service's error for rules that it refuses. */
export function checkRules(rules: RotationRules): void {
  if (!scheduleOf(rules)?.(0) && hasSchedule(rules)) throw invalidExpression();
}

/** By the first window that opens after this moment. Undefined without a schedule. */
export function nextRotation(rules: RotationRules | undefined, after: number): NextRotation | undefined {
  const window = rules && scheduleOf(rules)?.(after);
  return window && { opensAt: window.start, date: window.end - 1000 };
}

/** Rules as DescribeSecret shows them: an expression comes with the days that it amounts to. */
export function expandedRules(rules: RotationRules, now: number): Record<string, unknown> {
  if (rules.ScheduleExpression === undefined) return { ...rules };
  const schedule = scheduleOf(rules);
  const first = schedule?.(now);
  const second = first && schedule?.(first.start);
  const days = first && second ? Math.max(1, Math.ceil((second.start - first.start) / DAY)) : undefined;
  return { AutomaticallyAfterDays: days, ...rules };
}

function hasSchedule(rules: RotationRules): boolean {
  return rules.AutomaticallyAfterDays !== undefined || rules.ScheduleExpression !== undefined;
}

function scheduleOf(rules: RotationRules): Schedule | undefined {
  const { AutomaticallyAfterDays: days, ScheduleExpression: expression } = rules;
  if (days !== undefined && expression !== undefined) {
    throw errors.invalidParameter('You cannot specify both rotation frequency and schedule expression together.');
  }
  const duration = durationOf(rules.Duration);
  if (days !== undefined) return everyDays(days, duration);
  if (expression === undefined) return undefined;

  const rate = /^rate\((\d+) (hour|day)s?\)$/.exec(expression);
  if (rate) return rate[2] === 'hour' ? rateInHours(Number(rate[1]), duration) : rateInDays(Number(rate[1]), duration);
  const cron = rotationCron(/^cron\((.*)\)$/.exec(expression)?.[1] ?? '');
  if (!cron) throw invalidExpression();
  return atHours(cron, duration);
}

function rateInHours(hours: number, duration: number | undefined): Schedule {
  if (hours < 4 || hours > 23) throw errors.invalidParameter('Rate in hour should be least 4 and less than 24.');
  if (duration !== undefined && duration > hours) throw durationTooLong();
  return (after) => {
    const midnight = startOfDay(after);
    const passed = Math.floor((after - midnight) / (hours * HOUR));
    const start = midnight + (passed + 1) * hours * HOUR;
    return { start, end: start + (duration ?? 1) * HOUR };
  };
}

function rateInDays(days: number, duration: number | undefined): Schedule {
  if (days < 1 || days > 999) {
    throw errors.invalidParameter('Rate in day should be greater than 0 and less than 1000.');
  }
  return everyDays(days, duration);
}

function everyDays(days: number, duration: number | undefined): Schedule {
  return (after) => {
    const start = startOfDay(after) + days * DAY;
    return { start, end: start + (duration ?? 24) * HOUR };
  };
}

/**
 * A cron() with Secrets Manager's own rules: minutes are 0, the year is `*`, and there are some hours between two windows.
 * A step may go without its start, and there are no weekdays nearest to a date.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
 */
function rotationCron(fields: string): Times | undefined {
  const [minute, , dayOfMonth = '', , , year] = fields.trim().split(/\s+/);
  if (minute !== '0' || year !== '*' || dayOfMonth.endsWith('W')) return undefined;
  return parseCron(fields.replaceAll(/(^|[\s,])\//g, '$1*/'), 'UTC');
}

function atHours(cron: Times, duration: number | undefined): Schedule {
  const times = timesOfDay(cron);
  const fits = (hours: number, end: number) =>
    times.every((time, index) => time + hours * HOUR <= (times[index + 1] ?? end));
  if (!fits(FEWEST_HOURS_APART, (times[0] ?? 0) + DAY)) throw invalidExpression();
  if (duration !== undefined) {
    if ((times.at(-1) ?? 0) + duration * HOUR > DAY) {
      throw errors.invalidParameter('Starting hour and duration must be within a day.');
    }
    if (!fits(duration, DAY)) throw durationTooLong();
  }
  return (after) => {
    const start = cron.next(after);
    if (start === undefined) return undefined;
    const open = duration ?? (times.length > 1 ? 1 : undefined);
    return { start, end: open === undefined ? startOfDay(start) + DAY : start + open * HOUR };
  };
}

/** Milliseconds after midnight, on the first day that comes. */
function timesOfDay({ next }: Times): number[] {
  const times: number[] = [];
  const first = next(DAY - 1) ?? 0;
  for (let time: number | undefined = first; time && startOfDay(time) === startOfDay(first); time = next(time)) {
    times.push(time - startOfDay(time));
  }
  return times;
}

function durationOf(duration: string | undefined): number | undefined {
  if (duration === undefined) return undefined;
  const hours = Number.parseInt(duration, 10);
  if (hours < 1 || hours > 24) throw errors.invalidParameter('Duration must be at least 1 hour, at most 24 hour.');
  return hours;
}

function startOfDay(moment: number): number {
  return moment - (moment % DAY);
}

function invalidExpression() {
  return errors.invalidParameter('Invalid schedule expression.');
}

function durationTooLong() {
  return errors.invalidParameter('Duration cannot be greater than Rate in hour.');
}
