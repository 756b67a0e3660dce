/** Snapshots to judge, and what a plan comes to in a line. */

import { newLabel } from '../../../shared/keys/labels.ts';
import { type Plan, type PlanChoice, plan } from '../../../shared/keys/plan.ts';
import type { Key } from '../../../shared/keys/provider.ts';
import type { Question, Snapshot } from '../../../shared/keys/snapshot.ts';

export const NOW = Date.UTC(2026, 0, 31, 12);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const ago = (ms: number) => new Date(NOW - ms);
export const inTime = (ms: number) => new Date(NOW + ms).toISOString();

export const of = { secretId: 'prod/app', token: '00000000-0000-4000-8000-000000000003' };
export const earlier = { ...of, token: '00000000-0000-4000-8000-000000000001' };
export const otherSecret = { ...of, secretId: 'prod/other' };

export const named = (id: string, label: Snapshot['of'], age: number, more: Partial<Key> = {}): Key => ({
  id,
  label: newLabel(label, NOW - age),
  ...more,
});
/** At IAM and Atlas keys have no names. */
export const nameless = (id: string, age: number, more: Partial<Key> = {}): Key => ({
  id,
  createdAt: ago(age),
  ...more,
});

export const current = named('current', earlier, 30 * DAY);
export const previous = named('previous', earlier, 60 * DAY);
export const byHand: Key = { id: 'previous', label: 'made by hand', createdAt: ago(60 * DAY) };

/** All is well: two keys, both of this secret, and every question that matters is answered. */
const quiet: Snapshot = {
  keys: [current, previous],
  currentId: 'current',
  currentOpens: true,
  previous: { isForSame: true },
  previousId: 'previous',
  adminIds: [],
  isUnlisted: false,
  slots: undefined,
  of,
  timeLimitMs: 30_000,
};

/** What differs from a snapshot of a secret with which all is well. */
export interface Given extends Partial<Snapshot> {
  readonly unasked?: readonly (Question | 'previous')[];
  readonly quietFor?: number;
}
export type Row = [rule: string, given: Given, comesTo: string];
/** There is no AWSPREVIOUS. */
export const first = { unasked: ['previous', 'previousId'] } as const;

export function planned(errand: PlanChoice['errand'], { unasked = [], quietFor = DAY, ...given }: Given): string {
  const snapshot: Snapshot = { ...quiet, ...given };
  for (const question of unasked) Reflect.deleteProperty(snapshot, question);
  return told(plan(snapshot, { errand, quietFor }, NOW));
}

export function told(given: Plan): string {
  switch (given.is) {
    case 'clear': {
      const stays = given.stays === undefined ? '' : `; ${given.stays.id} stays`;
      return `revoke ${ids(given.revoke)}, leave ${ids(given.left)}${stays}`;
    }
    case 'unknown':
      return `ask ${given.what}`;
    case 'in use':
      return `${given.key.id} in use, until ${given.until.toISOString()}`;
    case 'admins':
      return `${given.key.id} is the admin's`;
    case 'full':
      return `full: ${ids(given.left)}`;
    case 'current refused':
      return `current refused, until ${given.until.toISOString()}`;
    default:
      return given.is;
  }
}

const ids = (keys: readonly Key[]) => (keys.length === 0 ? 'nothing' : keys.map(({ id }) => id).join(', '));

export const ON_TIME = 'revoke previous, leave current';
