import { describe, expect, test } from 'vitest';
import { checkRules, expandedRules, nextRotation } from '../../../../local/services/secrets-manager/schedule.ts';
import type { RotationRules } from '../../../../local/services/secrets-manager/secret.ts';

const cron = (fields: string) => ({ ScheduleExpression: `cron(${fields})` });
const rate = (text: string) => ({ ScheduleExpression: `rate(${text})` });

const NEXT: [rules: RotationRules, after: string, next: string][] = [
  [rate('4 hours'), '2025-03-10T04:04:59Z', '2025-03-10T08:59:59Z'],
  [rate('4 hours'), '2025-03-10T23:00:00Z', '2025-03-11T00:59:59Z'],
  [{ ...rate('12 hours'), Duration: '3h' }, '2025-03-10T04:04:59Z', '2025-03-10T14:59:59Z'],
  [rate('10 days'), '2025-03-10T04:04:59Z', '2025-03-20T23:59:59Z'],
  [rate('1 day'), '2025-03-10T23:59:59Z', '2025-03-11T23:59:59Z'],
  [{ AutomaticallyAfterDays: 30 }, '2025-03-10T04:04:59Z', '2025-04-09T23:59:59Z'],
  [{ AutomaticallyAfterDays: 1, Duration: '2h' }, '2025-03-10T04:04:59Z', '2025-03-11T01:59:59Z'],
  [cron('0 8 * * ? *'), '2025-03-10T04:00:00Z', '2025-03-10T23:59:59Z'],
  [cron('0 8 * * ? *'), '2025-03-10T08:00:00Z', '2025-03-11T23:59:59Z'],
  [{ ...cron('0 8 1 * ? *'), Duration: '2h' }, '2025-03-10T04:00:00Z', '2025-04-01T09:59:59Z'],
  [cron('0 0/8 * * ? *'), '2025-03-10T08:30:00Z', '2025-03-10T16:59:59Z'],
  [cron('0 /12 * * ? *'), '2025-03-10T12:30:00Z', '2025-03-11T00:59:59Z'],
  [cron('0 0 L * ? *'), '2024-02-10T00:00:00Z', '2024-02-29T23:59:59Z'],
  [cron('0 0 ? * SAT *'), '2025-03-10T00:00:00Z', '2025-03-15T23:59:59Z'],
  [cron('0 0 ? * 2-6 *'), '2025-03-14T00:00:00Z', '2025-03-17T23:59:59Z'],
  [cron('0 0 ? * 1#2 *'), '2025-03-10T00:00:00Z', '2025-04-13T23:59:59Z'],
  [cron('0 0 ? * FRIL *'), '2025-03-10T00:00:00Z', '2025-03-28T23:59:59Z'],
  [cron('0 16 1,15 JAN-MAR/2 ? *'), '2025-03-10T00:00:00Z', '2025-03-15T23:59:59Z'],
  [cron('0 0 29 2 ? *'), '2096-03-01T00:00:00Z', '2104-02-29T23:59:59Z'],
];

const BOTH = 'You cannot specify both rotation frequency and schedule expression together.';
const HOURS = 'Rate in hour should be least 4 and less than 24.';
const DAYS = 'Rate in day should be greater than 0 and less than 1000.';
const INVALID = 'Invalid schedule expression.';
const DURATION = 'Duration must be at least 1 hour, at most 24 hour.';
const TOO_LONG = 'Duration cannot be greater than Rate in hour.';
const BEYOND_DAY = 'Starting hour and duration must be within a day.';

const REFUSED: [rules: RotationRules, message: string][] = [
  [{ AutomaticallyAfterDays: 1, ...rate('1 day') }, BOTH],
  [rate('3 hours'), HOURS],
  [rate('24 hours'), HOURS],
  [rate('0 days'), DAYS],
  [rate('1000 days'), DAYS],
  [rate('10 minutes'), INVALID],
  [rate('1.5 days'), INVALID],
  [{ ScheduleExpression: 'at noon' }, INVALID],
  [cron('0 8 * * ?'), INVALID],
  [cron('5 8 * * ? *'), INVALID],
  [cron('0 8 * * ? 2030'), INVALID],
  [cron('0 8 ? * ? *'), INVALID],
  [cron('0 8 * * MON *'), INVALID],
  [cron('0 * * * ? *'), INVALID],
  [cron('0 0/3 * * ? *'), INVALID],
  [cron('0 1,22 * * ? *'), INVALID],
  [cron('0 24 * * ? *'), INVALID],
  [cron('0 8 32 * ? *'), INVALID],
  [cron('0 8 1 13 ? *'), INVALID],
  [cron('0 8 ? * 8 *'), INVALID],
  [cron('0 8 ? * MON#6 *'), INVALID],
  [cron('0 8 31 2 ? *'), INVALID],
  [cron('0 8-5 1 * ? *'), INVALID],
  [cron('0 8 15W * ? *'), INVALID],
  [cron('0 8 ? * 6#6 *'), INVALID],
  [{ ...rate('4 hours'), Duration: '0h' }, DURATION],
  [{ AutomaticallyAfterDays: 1, Duration: '25h' }, DURATION],
  [{ ...rate('4 hours'), Duration: '5h' }, TOO_LONG],
  [{ ...cron('0 8 * * ? *'), Duration: '17h' }, BEYOND_DAY],
  [{ ...cron('0 0/8 * * ? *'), Duration: '9h' }, BEYOND_DAY],
  [{ ...cron('0 0,4 * * ? *'), Duration: '5h' }, TOO_LONG],
];

describe('rotation schedules', () => {
  test.for(NEXT)('%j after %s: the window ends at %s', ([rules, after, next]) => {
    const moment = nextRotation(rules, Date.parse(after));

    expect(new Date(moment?.date ?? 0).toISOString()).toBe(next.replace('Z', '.000Z'));
  });

  test('without a schedule there is no next rotation', () => {
    expect([nextRotation(undefined, 0), nextRotation({}, 0)]).toEqual([undefined, undefined]);
  });

  test.for(REFUSED)('%j is refused: %s', ([rules, message]) => {
    expect(() => checkRules(rules)).toThrowError(
      expect.objectContaining({ code: 'InvalidParameterException', message }),
    );
  });

  test.for([
    [rate('4 hours'), 1],
    [rate('10 days'), 10],
    [cron('0 8 * * ? *'), 1],
    [cron('0 8 ? * MON *'), 7],
  ] as const)('%j is shown with the days that it amounts to: %i', ([rules, days]) => {
    expect(expandedRules(rules, 0)).toEqual({ ...rules, AutomaticallyAfterDays: days });
  });

  test('days are shown as they were given', () => {
    expect(expandedRules({ AutomaticallyAfterDays: 5, Duration: '2h' }, 0)).toEqual({
      AutomaticallyAfterDays: 5,
      Duration: '2h',
    });
  });
});
