/** When a secret is overdue or stuck, and on which days people hear of it. */
import { describe, expect, it } from 'vitest';
import { isNews, isOfStack, isWatched, overdue, stuck } from '../../../shared/lambda/incidents.ts';
import { unfinished } from '../../../shared/rotation/window.ts';

const at = (text: string) => new Date(`2026-${text}:00Z`);
const now = at('03-10T06:00').getTime();
const secret = {
  rotates: true,
  nextRotation: at('03-09T23:59'),
  lastRotated: at('02-07T02:00'),
  window: '3h',
};

describe('a secret', () => {
  it('is overdue once the window after the date has passed', () => {
    expect(overdue(secret, now)).toEqual({
      outcome: 'overdue',
      since: at('03-10T02:59'),
      because: 'it was to be rotated by 2026-03-09 23:59 UTC, and the last rotation was on 2026-02-07',
    });
  });

  it.each([
    ['before its window has passed', { ...secret, nextRotation: at('03-10T04:00') }],
    ['in the moment in which its window ends', { ...secret, nextRotation: at('03-10T03:00') }],
    ['without a date', { ...secret, nextRotation: undefined }],
    ['whose rotation is off', { ...secret, rotates: false }],
  ])('is not overdue %s', (_, other) => {
    expect(overdue(other, now)).toBeUndefined();
  });

  it('has an hour where no window is named, and may never have been rotated', () => {
    const { window: _, lastRotated: __, ...plain } = secret;

    expect(overdue(plain, now)).toMatchObject({
      since: at('03-10T00:59'),
      because: expect.stringMatching(/never rotated$/),
    });
  });

  it('is stuck when the version with AWSPENDING is older than its window', () => {
    expect(stuck(secret, 'v2', at('03-10T02:00'), now)).toEqual({
      outcome: 'stuck',
      since: at('03-10T05:00'),
      because: 'the rotation of 2026-03-10 02:00 UTC has not ended: AWSPENDING is on v2',
    });
    expect(stuck(secret, 'v2', at('03-10T03:00'), now)).toBeUndefined();
  });

  it.each([
    ['of its own', { v1: ['AWSCURRENT'], v2: ['AWSPENDING'] }, 'v2'],
    ['that is current', { v1: ['AWSCURRENT', 'AWSPENDING'] }, undefined],
    ['nowhere', { v1: ['AWSCURRENT'] }, undefined],
  ])('is in a rotation when AWSPENDING is on a version %s', (_, labels, pending) => {
    expect(unfinished(labels)).toBe(pending);
  });
});

it.each([
  ['that a function of the stack rotates', {}, true],
  ['whose rotation is off', { rotates: false }, false],
  ['that is a replica of one in another region', { isReplica: true }, false],
  ['of another stage', { functionName: 'rekey-dev-iam' }, false],
  ['of a stage whose name begins alike', { functionName: 'rekey-prod-b-iam' }, false],
  ['of a function that ends as another of the stack', { functionName: 'rekey-prod-parameter-generated-value' }, true],
  ['of a function that the stack does not know', { functionName: 'rekey-prod-acme' }, true],
  ['without a function', { functionName: undefined }, false],
])('a secret %s is watched: %s', (_, other, watched) => {
  const known = ['iam', 'generated-value', 'parameter-generated-value'];
  const secret = { rotates: true, isReplica: false, functionName: 'rekey-prod-iam', ...other };
  expect(isWatched(secret, { prefix: 'rekey-prod-', known, others: [] })).toBe(watched);
});

it.each([
  ['of a stack that others look after', 'rekey-prod-iam', false],
  ['of a function whose name begins as that stack only', 'rekey-production', true],
  ['of a function by itself', 'rekey-iam', true],
])('a secret %s is watched by who was deployed by itself: %s, %s', (_, functionName, watched) => {
  const secret = { rotates: true, isReplica: false, functionName };
  expect(isWatched(secret, { prefix: 'rekey-', known: [], others: ['rekey-prod'] })).toBe(watched);
});

it('where no names are known, each function whose name begins so is of the stack', () => {
  expect(isOfStack('rekey-prod-iam', 'rekey-', [])).toBe(true);
});

it('is told on the first day, and then once a week', () => {
  const days = Array.from({ length: 16 }, (_, day) => day).filter((day) =>
    isNews({ outcome: 'stuck', since: at('03-10T05:00'), because: '' }, now + day * 86_400_000),
  );

  expect(days).toEqual([0, 7, 14]);
});
