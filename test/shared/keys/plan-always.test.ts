/** What holds of a plan whatever a provider tells. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newLabel } from '../../../shared/keys/labels.ts';
import { type Plan, plan } from '../../../shared/keys/plan.ts';
import type { Snapshot } from '../../../shared/keys/snapshot.ts';
import { ago, current, DAY, earlier, HOUR, NOW, of, otherSecret, told } from './plan-row.ts';

describe('whatever a provider tells', () => {
  const ages = fc.constantFrom(1000, 29_999, 30_000, HOUR, 23 * HOUR, DAY, 30 * DAY);
  const when = fc.option(ages.map(ago), { nil: undefined });
  const key = fc.record({
    id: fc.constantFrom('current', 'previous', 'a', 'b', 'admins'),
    label: fc.oneof(
      fc.constantFrom(undefined, '', 'made by hand', 'rekey-'),
      fc.tuple(fc.constantFrom(of, earlier, otherSecret), ages).map(([whose, age]) => newLabel(whose, NOW - age)),
    ),
    createdAt: when,
    expiresAt: fc.option(fc.constantFrom(ago(1), ago(-HOUR)), { nil: undefined }),
    lastUsed: fc.oneof(when, fc.constant('never' as const), fc.constant('untold' as const)),
  });
  const snapshots: fc.Arbitrary<Snapshot> = fc.record({
    keys: fc.uniqueArray(key, { selector: ({ id }) => id, maxLength: 5 }),
    currentId: fc.constantFrom('current', undefined),
    currentOpens: fc.boolean(),
    previous: fc.record({ isForSame: fc.boolean() }),
    previousId: fc.constantFrom('previous', 'current', 'admins', null),
    previousOpens: fc.boolean(),
    adminIds: fc.constantFrom([], ['admins']),
    isUnlisted: fc.boolean(),
    slots: fc.constantFrom(undefined, 2, 5),
    of: fc.constant(of),
    timeLimitMs: fc.constant(30_000),
  });
  const choices = fc.record({
    errand: fc.constantFrom('issue' as const, 'revoke' as const),
    quietFor: fc.constantFrom(0, DAY),
  });
  const revokedBy = (made: Plan) => (made.is === 'clear' ? made.revoke : []);

  it("the current key, the admin's, a fresh one, and one of another secret are never revoked", () => {
    fc.assert(
      fc.property(snapshots, choices, (snapshot, choice) => {
        for (const { id, label } of revokedBy(plan(snapshot, choice, NOW))) {
          expect(id).not.toBe(snapshot.currentId);
          expect(snapshot.adminIds).not.toContain(id);
          expect(label?.startsWith(newLabel(otherSecret, NOW).slice(0, 14))).not.toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('nothing is revoked while the current key does not open, or is not listed where a list is', () => {
    fc.assert(
      fc.property(snapshots, choices, (snapshot, choice) => {
        const isListed = snapshot.isUnlisted || snapshot.keys.some(({ id }) => id === snapshot.currentId);
        if (!snapshot.currentOpens || !isListed) expect(revokedBy(plan(snapshot, choice, NOW))).toEqual([]);
      }),
      { numRuns: 3000 },
    );
  });

  it('nothing that is in use is revoked, and what is left is what was listed without it', () => {
    fc.assert(
      fc.property(snapshots, choices, (snapshot, choice) => {
        const keys = [current, ...snapshot.keys.filter(({ id }) => id !== 'current')];
        const made = plan({ ...snapshot, keys, currentId: 'current' }, { ...choice, quietFor: DAY }, NOW);
        for (const { lastUsed, expiresAt } of revokedBy(made)) {
          const isExpired = expiresAt !== undefined && expiresAt.getTime() <= NOW;
          // The current key is older than a day and fifteen minutes, so every use in the last day is somebody's.
          expect(lastUsed === 'untold' && !isExpired).toBe(false);
          expect(lastUsed instanceof Date && lastUsed.getTime() > NOW - DAY && !isExpired).toBe(false);
        }
        if (made.is === 'clear') {
          expect(made.left).toEqual(keys.filter((one) => !made.revoke.includes(one)));
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('asks no question twice, and no more than there are', () => {
    fc.assert(
      fc.property(snapshots, choices, (answers, choice) => {
        const { currentOpens: _o, previousId: _p, previousOpens: _q, adminIds: _a, ...first } = answers;
        let snapshot: Snapshot = first;
        for (let turn = 0; turn < 5; turn++) {
          const made = plan(snapshot, choice, NOW);
          if (made.is !== 'unknown') {
            expect(told(made)).toBe(told(plan(answers, choice, NOW)));
            return;
          }
          expect(snapshot).not.toHaveProperty(made.what);
          snapshot = { ...snapshot, [made.what]: answers[made.what] };
        }
        expect.unreachable('a fifth question');
      }),
      { numRuns: 3000 },
    );
  });
});
