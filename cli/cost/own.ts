/** What Rekey itself costs: alarms and the key of its topic. */
import data from '../prices.json' with { type: 'json' };
import type { FunctionFacts } from './inventory.ts';
import { sum } from './pricing.ts';

/** Dollars for a whole month. */
export interface OwnCost {
  readonly name: string;
  readonly alarms: number;
  readonly keys: number;
  readonly now: number;
  /** If interface endpoints for Secrets Manager and SNS were made for it alone, one in each of its subnets. Not in `now`. */
  readonly endpoints: number;
}

/** With the daily look; without, there are two. */
const ALARMS = 5;
const ENDPOINTS = 2;

export function ownCosts(functions: readonly FunctionFacts[]): OwnCost[] {
  const { alarmMonth, keyMonth, endpointMonth } = data.own;
  const stacks = Object.entries(Object.groupBy(functions, ({ stack }) => stack));
  const counted = new Set<string>();
  return stacks.toSorted().map(([name, of = []]) => {
    const alarms = of.some(({ hasMetrics }) => hasMetrics) ? ALARMS : 1;
    // A key that serves several stacks is paid for once.
    const keys = [...new Set(of.flatMap((one) => one.keys))].filter((key) => !counted.has(key));
    for (const key of keys) counted.add(key);
    const subnets = Math.max(...of.map((one) => one.subnets));
    return {
      name,
      alarms,
      keys: keys.length,
      now: sum([alarms * alarmMonth, keys.length * keyMonth]),
      endpoints: sum([ENDPOINTS * subnets * endpointMonth]),
    };
  });
}
