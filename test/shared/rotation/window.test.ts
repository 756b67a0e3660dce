import { describe, expect, it } from 'vitest';
import { endOf, unfinished, windowMs } from '../../../shared/rotation/window.ts';

const HOUR = 3_600_000;

it.each([
  ['3h', 3],
  ['12h', 12],
  [undefined, 1],
  ['h', 1],
  ['3hours', 1],
  ['PT3h', 1],
])('the window of %s lasts %i hours', (duration, hours) => {
  expect(windowMs(duration)).toBe(hours * HOUR);
});

describe('a rotation is unfinished', () => {
  it.each<[string, Record<string, string[]>, string | undefined]>([
    ['while another version is pending', { a: ['AWSCURRENT'], b: ['AWSPENDING'] }, 'b'],
    ['while one is pending and none is current', { b: ['AWSPENDING'] }, 'b'],
    ['not when the current version is still pending', { a: ['AWSCURRENT', 'AWSPENDING'] }, undefined],
    ['not when none is pending', { a: ['AWSCURRENT'] }, undefined],
  ])('%s', (_what, labels, version) => {
    expect(unfinished(labels)).toBe(version);
  });
});

describe('a window has passed', () => {
  const now = Date.UTC(2026, 0, 31, 12);
  const ago = (ms: number) => new Date(now - ms);

  it.each<[string, Date | undefined, Date | undefined]>([
    ['when its end is before now', ago(HOUR + 1), ago(1)],
    ['not at its end', ago(HOUR), undefined],
    ['not before', ago(1), undefined],
    ['not when nobody knows when it began', undefined, undefined],
  ])('%s', (_what, began, end) => {
    expect(endOf(began, HOUR, now)).toEqual(end);
  });
});
