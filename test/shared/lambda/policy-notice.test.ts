import { describe, expect, it } from 'vitest';
import { isSeenTo, noticeOf } from '../../../shared/lambda/policy-notice.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-06-01T00:00:00Z');
const notice = (type: 'ExpirationNotification' | 'NoChangeNotification', days: number) =>
  noticeOf(
    type,
    JSON.stringify({ Type: type, Version: '1.0', Attributes: { Before: `${days}`, After: `${days}`, Unit: 'Days' } }),
  );
const rotated = (daysAgo: number, everyDays?: number) => ({
  at: new Date(NOW - daysAgo * DAY),
  ...(everyDays !== undefined && { intervalMs: everyDays * DAY }),
});

describe('an expiration that is announced', () => {
  it.each([
    ['by a rotation that comes before it', rotated(20, 30), true],
    ['by a rotation that is late by a little', rotated(40, 30), true],
    ['not by one that comes after it', rotated(2, 30), false],
    ['not by one that is long overdue', rotated(61, 30), false],
    ['not by one rotation that may have been by hand', rotated(1), false],
    ['not by nothing', undefined, false],
  ])('is seen to %s', (_, last, expected) => {
    expect(isSeenTo(notice('ExpirationNotification', 15), last, NOW)).toBe(expected);
  });
});

describe('a parameter that has not changed for 20 days', () => {
  it.each([
    ['where it is rotated less often than that', rotated(20, 30), true],
    ['not where it should have been rotated', rotated(20, 7), false],
    ['not where it should have been rotated just now', rotated(20, 20), false],
    ['not after one rotation', rotated(20), false],
    ['not when nothing rotates it', undefined, false],
  ])('is seen to %s', (_, last, expected) => {
    expect(isSeenTo(notice('NoChangeNotification', 20), last, NOW)).toBe(expected);
  });
});

describe('a policy', () => {
  it('is told in its own numbers', () => {
    expect(noticeOf('ExpirationNotification', '{"Attributes":{"Before":"36","Unit":"Hours"}}')).toEqual({
      type: 'ExpirationNotification',
      spanMs: 1.5 * DAY,
      text: 'expires in 36 hours',
    });
  });

  it.each([undefined, '{', 'null', '{"Attributes":{"After":"soon","Unit":"Days"}}'])(
    'that cannot be read (%s) is always told',
    (content) => {
      const unreadable = noticeOf('NoChangeNotification', content);

      expect(unreadable.text).toBe('has not changed for a long time');
      expect(isSeenTo(unreadable, rotated(1, 30), NOW)).toBe(false);
    },
  );
});
