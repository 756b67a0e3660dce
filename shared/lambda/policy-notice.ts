/** What a policy of a parameter announces, and whether a rotation will see to it. */

import { DAY, HOUR } from '../rotation/pause.ts';
import type { LastRotation } from '../stores/parameter-store/last-rotation.ts';

export interface PolicyNotice {
  readonly type: 'ExpirationNotification' | 'NoChangeNotification';
  /** Until the parameter expires, or since its last change. Undefined: the policy cannot be read. */
  readonly spanMs?: number;
  /** In the policy's own numbers: `expires in 15 days`. */
  readonly text: string;
}

const UNIT_MS: Readonly<Record<string, number>> = { hours: HOUR, days: DAY };

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-policies.html */
export function noticeOf(type: PolicyNotice['type'], content: string | undefined): PolicyNotice {
  const { Before, After, Unit } = attributesOf(content);
  const [amount, unit] = [type === 'ExpirationNotification' ? Before : After, String(Unit).toLowerCase()];
  const unitMs = UNIT_MS[unit];
  const isKnown = unitMs !== undefined && /^\d+$/.test(String(amount));
  const say = (unknown: string) => (isKnown ? `${amount} ${unit}` : unknown);
  return {
    type,
    ...(isKnown && { spanMs: Number(amount) * unitMs }),
    text:
      type === 'ExpirationNotification' ? `expires in ${say('a while')}` : `has not changed for ${say('a long time')}`,
  };
}

/**
 * Will the next rotation come in time, as far as the last two tell? One rotation tells nothing: it may have been by hand. Where it
 * is late already, nobody should count on it.
 */
export function isSeenTo({ type, spanMs }: PolicyNotice, last: LastRotation | undefined, now: number): boolean {
  const { at, intervalMs } = last ?? {};
  if (at === undefined || intervalMs === undefined || spanMs === undefined) return false;
  if (now - at.getTime() > 2 * intervalMs) return false;
  return type === 'ExpirationNotification' ? at.getTime() + intervalMs < now + spanMs : intervalMs > spanMs;
}

function attributesOf(content: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const policy = JSON.parse(content ?? '') as { Attributes?: Readonly<Record<string, unknown>> } | null;
    return policy?.Attributes ?? {};
  } catch {
    return {};
  }
}
