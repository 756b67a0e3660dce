import { beforeEach, describe, expect, it } from 'vitest';
import type { Cause } from '../../../shared/lambda/told-failures.ts';
import { failureMemory } from '../../../shared/lambda/told-failures.ts';

const cause: Cause = {
  secretId: 'app',
  token: 'the token',
  step: 'setSecret',
  code: 'UNREACHABLE_TCP',
  working: 'AWSPENDING',
};
let now = 0;
let memory = failureMemory(() => now);
beforeEach(() => {
  now = Date.parse('2026-03-01T02:14:07Z');
  memory = failureMemory(() => now);
});

function tell(of: Partial<Cause> = {}) {
  const { attempt, isNews, since, told } = memory.see({ ...cause, ...of });
  if (isNews) told();
  return { attempt, isNews, since: since?.toISOString() };
}

it('tells of one cause once, and then at growing distance', () => {
  const told = Array.from({ length: 17 }, () => tell()).flatMap(({ attempt, isNews }) => (isNews ? [attempt] : []));

  expect(told).toEqual([1, 4, 8, 16]);
});

it('tells again after an hour', () => {
  tell();
  now += 3_600_000;

  expect([tell().isNews, tell().isNews]).toEqual([true, false]);
});

it('tells at once when a message was not published', () => {
  memory.see(cause);

  expect(tell()).toMatchObject({ attempt: 2, isNews: true });
});

it.each([
  ['code', { code: 'DEADLINE_EXCEEDED' }],
  ['working credential', { working: 'unknown' }],
  ['step', { step: 'createSecret' }],
  ['rotation', { token: 'another' }],
  ['secret', { secretId: 'other' }],
] as const)('tells of another %s', (_, other) => {
  tell();

  expect(tell(other)).toMatchObject({ attempt: 1, isNews: true });
});

it('tells of a step that failed, passed and fails again, and not of what failed beside it', () => {
  tell();
  tell({ step: 'createSecret' });
  now += 1_000;
  memory.passed(cause);

  expect([tell(), tell({ step: 'createSecret' })]).toMatchObject([
    { attempt: 1, isNews: true, since: new Date(now).toISOString() },
    { attempt: 2, isNews: false },
  ]);
});

it('remembers no more rotations than there is room for, and forgets the oldest', () => {
  for (let each = 0; each <= 500; each++) tell({ token: String(each) });

  expect([tell({ token: '500' }).attempt, tell({ token: '0' }).attempt]).toEqual([2, 1]);
});

it.each([
  [
    'when the system was seen to take the new credential',
    { refusedSince: new Date('2026-03-01T02:14:01Z') },
    '02:14:01',
  ],
  ['when it was seen first, otherwise', {}, '02:14:07'],
  ['when it was seen first that nothing opens', { working: 'none' }, '02:14:07'],
] as const)('says since when applications are refused: %s, and keeps to it', (_, seen, since) => {
  tell(seen);
  now += 60_000;

  expect(tell({ working: seen && 'working' in seen ? seen.working : 'AWSPENDING' }).since).toContain(since);
});

it('does not say that they are refused when nobody has seen it', () => {
  expect(tell({ working: 'unknown', refusedSince: new Date() }).since).toBeUndefined();
});

it('keeps the time while it is not known what works, and not once AWSCURRENT was seen to', () => {
  tell();
  now += 60_000;
  tell({ working: 'AWSCURRENT or AWSPENDING' });
  const before = tell().since;
  tell({ working: 'AWSCURRENT' });

  expect([before, tell().since]).toEqual(['2026-03-01T02:14:07.000Z', '2026-03-01T02:15:07.000Z']);
});

describe('that it is over', () => {
  it('is said once, and only of a secret of which people were told', () => {
    tell();
    memory.see({ ...cause, secretId: 'other' });

    expect([cause.secretId, 'other', 'never seen'].map(memory.isOver)).toEqual([true, false, false]);
    expect(memory.isOver(cause.secretId)).toBe(false);
  });

  it('is said also when another step, or another rotation, is what passes', () => {
    tell();
    memory.passed(cause);

    expect(memory.isOver(cause.secretId)).toBe(true);
  });

  it('is remembered of no more secrets than there is room for', () => {
    for (let each = 0; each <= 500; each++) tell({ secretId: String(each) });

    expect([memory.isOver('0'), memory.isOver('1')]).toEqual([false, true]);
  });
});
