/** What is explored, row by row. */

import type { Budget, Scenario } from './history.ts';
import type { StrategyName } from './place.ts';
import { strategies } from './place.ts';
import type { Property } from './properties.ts';

export interface Explorable extends Scenario {
  /** Names it in the table, and in --replay. */
  readonly id: string;
  readonly faults: string;
  /** Broken here for a reason that docs/reliability.md tells. */
  readonly known?: readonly Property[];
}

const nothing: Budget = { faults: 0, twice: 0, again: 0, byHand: 0, fresh: 0 };
const budgets = {
  alone: { ...nothing, faults: 2, again: 1 },
  twice: { ...nothing, twice: 1, faults: 1 },
  'by-hand': { ...nothing, byHand: 1, faults: 1 },
  another: { ...nothing, byHand: 1, fresh: 1 },
} satisfies Readonly<Record<string, Budget>>;
/** Much more than can be explored. */
const random: Budget = { faults: 4, twice: 3, again: 3, byHand: 0, fresh: 3 };

/** Nothing keeps one delivery from promoting what another one takes back. */
const WITHOUT_LOCKS: readonly Property[] = ['working', 'success', 'converges'];
/** Whoever moves AWSCURRENT to the user that a rotation has just changed has locked it out, and nothing but AWSCURRENT is ever tried. */
const BACK_TO_A_CHANGED_USER: readonly Property[] = ['converges'];

/** For one, and for more. */
const words: Readonly<Record<keyof Budget, readonly [string, string]>> = {
  faults: ['fault', 'faults'],
  twice: ['twice', 'twice'],
  again: ['again', 'again'],
  byHand: ['by hand', 'by hand'],
  fresh: ['another', 'others'],
};

function inWords(budget: Budget): string {
  const parts = (Object.keys(words) as (keyof Budget)[]).filter((what) => budget[what] > 0);
  return parts.map((what) => `${budget[what]} ${words[what][budget[what] === 1 ? 0 : 1]}`).join(', ');
}

function explorable(kind: string, budget: Budget, scenario: Omit<Scenario, 'budget'>): Explorable {
  const { strategy, locks, cutover } = scenario;
  const parts = [strategy, kind, ...(locks ? [] : ['no-locks']), ...(cutover ? ['at-finish'] : [])];
  const known = knownOf(budget, scenario);
  return { ...scenario, id: parts.join('/'), budget, faults: inWords(budget), ...(known && { known }) };
}

function knownOf(budget: Budget, { strategy, locks }: Omit<Scenario, 'budget'>): readonly Property[] | undefined {
  if (!locks) return WITHOUT_LOCKS;
  return strategy === 'alternating-users' && budget.byHand > 0 ? BACK_TO_A_CHANGED_USER : undefined;
}

const names = Object.keys(strategies) as StrategyName[];
/** They set the one password that AWSCURRENT opens with. */
const brief = ['single-user', 'superuser-set'] as const;

/** The whole of it. */
export const scenarios: readonly Explorable[] = [
  ...names.flatMap((strategy) =>
    Object.entries(budgets).map(([kind, budget]) => explorable(kind, budget, { strategy, locks: true })),
  ),
  ...brief.map((strategy) => explorable('twice', budgets.twice, { strategy, locks: false })),
  ...brief.map((strategy) => explorable('alone', budgets.alone, { strategy, locks: true, cutover: 'finish' })),
];

/** What `npm test` has the time for. */
export const few: readonly Explorable[] = [
  ...names.map((strategy) => explorable('one-fault', { ...nothing, faults: 1, again: 1 }, { strategy, locks: true })),
  explorable('two-deliveries', { ...nothing, twice: 1 }, { strategy: 'single-user', locks: true }),
];

/** Beyond what can be explored: half of them are left alone by people. */
export const randomly: readonly Explorable[] = names.flatMap((strategy) => [
  explorable('random', random, { strategy, locks: true }),
  explorable('random-by-hand', { ...random, byHand: 2 }, { strategy, locks: true }),
]);

export const everyScenario = [...scenarios, ...few, ...randomly];
