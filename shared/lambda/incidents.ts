/** What is wrong with a rotation that no function tells of, because none was called, or none came to its end. Pure. */
import type { SecretListEntry } from '@aws-sdk/client-secrets-manager';
import { DAY, HOUR } from '../rotation/pause.ts';
import { CURRENT, holder, PENDING } from '../rotation/versions.ts';

export interface Incident {
  readonly outcome: 'overdue' | 'stuck';
  readonly since: Date;
  readonly because: string;
}

/** People are told on the first day, and then once a week. */
const AGAIN_DAYS = 7;

/** The version of a rotation that is not at its end. */
export function pendingOf({ SecretVersionsToStages: labels = {} }: SecretListEntry): string | undefined {
  const pending = holder(labels, PENDING);
  return pending === holder(labels, CURRENT) ? undefined : pending;
}

/** The date of the next rotation is the last moment at which it is to begin; its window may go on after that. */
export function overdue(entry: SecretListEntry, now: number): Incident | undefined {
  const { NextRotationDate: next, LastRotatedDate: last, RotationEnabled } = entry;
  if (!RotationEnabled || next === undefined) return undefined;
  const since = new Date(next.getTime() + windowOf(entry));
  if (since.getTime() >= now) return undefined;
  const before = last === undefined ? 'it was never rotated' : `the last rotation was on ${dayOf(last)}`;
  return { outcome: 'overdue', since, because: `it was to be rotated by ${minuteOf(next)}, and ${before}` };
}

/** `began`: when the version with AWSPENDING was made. */
export function stuck(entry: SecretListEntry, pending: string, began: Date, now: number): Incident | undefined {
  const since = new Date(began.getTime() + windowOf(entry));
  if (since.getTime() >= now) return undefined;
  const because = `the rotation of ${minuteOf(began)} has not ended: AWSPENDING is on ${pending}`;
  return { outcome: 'stuck', since, because };
}

/** With one look a day. A look that did not come about leaves an incident untold until the next week, and has an error of its own. */
export function isNews({ since }: Incident, now: number): boolean {
  return Math.floor((now - since.getTime()) / DAY) % AGAIN_DAYS === 0;
}

function windowOf({ RotationRules }: SecretListEntry): number {
  return Number(/^(\d+)h$/.exec(RotationRules?.Duration ?? '')?.[1] ?? 1) * HOUR;
}

const dayOf = (date: Date) => date.toISOString().slice(0, 10);
const minuteOf = (date: Date) => `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
