import { describe, expect, test } from 'vitest';
import { parseTiming } from '../../../../local/services/scheduler/timing.ts';

const start = Date.parse('2030-01-01T00:00:00Z'); // a Tuesday

/** The next times of an expression, from the start on. */
function times(expression: string, count: number, zone = 'UTC'): string[] {
  const timing = parseTiming(expression, zone, start);
  const found: string[] = [];
  for (let after: number | undefined = start - 1; found.length < count; ) {
    after = timing?.next(after);
    if (after === undefined) break;
    found.push(new Date(after).toISOString().replace(':00.000Z', ''));
  }
  return found;
}

describe('the times of a schedule', () => {
  test.each([
    ['at(2030-03-01T09:30:00)', ['2030-03-01T09:30']],
    ['rate(1 minute)', ['2030-01-01T00:00', '2030-01-01T00:01']],
    ['rate(12 hours)', ['2030-01-01T00:00', '2030-01-01T12:00']],
    ['rate(30 days)', ['2030-01-01T00:00', '2030-01-31T00:00']],
    ['cron(15,45 3 * * ? *)', ['2030-01-01T03:15', '2030-01-01T03:45', '2030-01-02T03:15']],
    ['cron(0/30 8-9 ? * MON *)', ['2030-01-07T08:00', '2030-01-07T08:30', '2030-01-07T09:00', '2030-01-07T09:30']],
    ['cron(0 0 1 JAN,JUL ? *)', ['2030-01-01T00:00', '2030-07-01T00:00', '2031-01-01T00:00']],
    ['cron(0 0 L * ? *)', ['2030-01-31T00:00', '2030-02-28T00:00']],
    ['cron(0 0 ? * 6L *)', ['2030-01-25T00:00', '2030-02-22T00:00']],
    ['cron(0 0 ? * TUE#2 *)', ['2030-01-08T00:00', '2030-02-12T00:00']],
    ['cron(0 0 ? * L *)', ['2030-01-05T00:00', '2030-01-12T00:00']],
    // 15 June 2030 is a Saturday, 15 September a Sunday.
    ['cron(0 0 15W 6,9 ? *)', ['2030-06-14T00:00', '2030-09-16T00:00']],
    // 1 June is a Saturday, 30 June a Sunday: the nearest weekday is in the same month.
    ['cron(0 0 1W 6 ? *)', ['2030-06-03T00:00']],
    ['cron(0 0 30W 6 ? *)', ['2030-06-28T00:00']],
    ['cron(0 0 29 2 ? *)', ['2032-02-29T00:00', '2036-02-29T00:00']],
  ])('%s', (expression, expected) => {
    expect(times(expression, expected.length)).toEqual(expected);
  });

  test('end with the year', () => {
    expect(times('cron(0 0 1 12 ? 2030-2031)', 5)).toEqual(['2030-12-01T00:00', '2031-12-01T00:00']);
  });

  test('follow the clock of their zone, summer time included', () => {
    expect(times('cron(0 9 31 3,5 ? *)', 2, 'Europe/Berlin')).toEqual(['2030-03-31T07:00', '2030-05-31T07:00']);
    expect(times('cron(0 9 30 3 ? *)', 1, 'Europe/Berlin')).toEqual(['2030-03-30T08:00']);
    expect(times('at(2030-07-01T00:30:00)', 1, 'Asia/Kolkata')).toEqual(['2030-06-30T19:00']);
  });

  test.each([
    'at(2030-03-01)',
    'at(2030-13-01T00:00:00)',
    'rate(0 days)',
    'rate(1 week)',
    'rate(1.5 hours)',
    'cron(0 0 * * * *)',
    'cron(0 0 ? * ? *)',
    'cron(0 0 1 * ?)',
    'cron(60 0 1 * ? *)',
    'cron(0 0 1 FOO ? *)',
    'cron(0 /12 * * ? *)',
    'every day',
    '',
  ])('%s is no schedule', (expression) => {
    expect(parseTiming(expression, 'UTC', start)).toBeUndefined();
  });

  test('a zone that does not exist is refused', () => {
    expect(parseTiming('rate(1 day)', 'Mars/Olympus', start)).toBeUndefined();
  });
});
