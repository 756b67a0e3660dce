/** What Rekey itself costs: alarms and the key of its topic. */
import type { FunctionFacts } from './inventory.ts';
import { type Own, sum } from './pricing.ts';

/** Dollars for a whole month. */
export interface OwnCost {
  readonly name: string;
  readonly alarms: number;
  readonly keys: number;
  readonly now: number;
  /**
   * If interface endpoints for Secrets Manager and SNS were made for it alone, one in each of its subnets that no stack before it has.
   * Not in `now`.
   */
  readonly endpoints: number;
}

/** tools/stack/alarms.ts: without metrics only the one that looks for processes that died. */
const ALARMS = { withLook: 5, withMetrics: 2, without: 1 };
const ENDPOINTS = 2;

export function ownCosts(functions: readonly FunctionFacts[], { alarmMonth, keyMonth, endpointMonth }: Own): OwnCost[] {
  const stacks = Object.entries(Object.groupBy(functions, ({ stack }) => stack));
  // What serves several stacks is paid for once.
  const counted = new Set<string>();
  const fresh = (ids: readonly string[]) => {
    const found = [...new Set(ids)].filter((id) => !counted.has(id));
    for (const id of found) counted.add(id);
    return found.length;
  };
  return stacks.toSorted().map(([name, of = []]) => {
    const alarms = alarmsOf(of);
    const keys = fresh(of.flatMap((one) => one.keys));
    const subnets = fresh(of.flatMap((one) => one.subnets));
    return {
      name,
      alarms,
      keys,
      now: sum([alarms * alarmMonth, keys * keyMonth]),
      endpoints: sum([ENDPOINTS * subnets * endpointMonth]),
    };
  });
}

function alarmsOf(functions: readonly FunctionFacts[]): number {
  if (!functions.some(({ hasMetrics }) => hasMetrics)) return ALARMS.without;
  return functions.some(({ looks }) => looks) ? ALARMS.withLook : ALARMS.withMetrics;
}
