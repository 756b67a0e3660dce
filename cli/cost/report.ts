import { type ParameterCost, parameterCost, type SecretCost, secretCost } from './costs.ts';
import type { Inventory } from './inventory.ts';
import { type Note, notesOn } from './notes.ts';
import { type OwnCost, ownCosts } from './own.ts';
import { type PriceList, sum } from './pricing.ts';

/** What `--json` prints. A member may be added; none changes its meaning or goes without a new `version`. */
export interface CostReport {
  readonly version: 1;
  readonly region: string;
  readonly prices: PriceList;
  /** By saving, then by cost, dearest first; then by name. */
  readonly secrets: readonly SecretCost[];
  readonly parameters: readonly ParameterCost[];
  /** Stacks of Rekey whose functions rotate secrets here. Not in the totals. */
  readonly own: readonly OwnCost[];
  readonly totals: Totals;
  readonly notes: readonly Note[];
}

export interface Totals {
  readonly secrets: number;
  readonly parameters: number;
  readonly now: number;
  readonly move: number;
  readonly couldMove: number;
  /** When the secrets that do not rotate are parameters. */
  readonly afterMove: number;
  /** When those that Rekey rotates are parameters, too. */
  readonly afterAllMoves: number;
}

export function costReport(inventory: Inventory, prices: PriceList, at = Date.now()): CostReport {
  const { region } = inventory;
  const secrets = inventory.secrets.map((secret) => secretCost(secret, region, prices, at)).sort(bySaving);
  const parameters = inventory.parameters
    .map((parameter) => parameterCost(parameter, prices))
    .sort((a, b) => b.now - a.now || byText(a.name, b.name));
  const totals = totalsOf(secrets, parameters);
  return {
    version: 1,
    region,
    prices,
    secrets,
    parameters,
    own: ownCosts(inventory.functions ?? [], prices.own),
    totals,
    notes: notesOn({ inventory, prices, secrets, parameters }),
  };
}

function totalsOf(secrets: readonly SecretCost[], parameters: readonly ParameterCost[]): Totals {
  const moving = secrets.filter(({ verdict }) => verdict === 'move');
  const couldMove = secrets.filter(({ verdict }) => verdict === 'could-move');
  const now = sum([...secrets, ...parameters].map((one) => one.now));
  const afterMove = sum([now, ...moving.map(({ saving }) => -saving)]);
  return {
    secrets: secrets.length,
    parameters: parameters.length,
    now,
    move: moving.length,
    couldMove: couldMove.length,
    afterMove,
    afterAllMoves: sum([afterMove, ...couldMove.map(({ saving }) => -saving)]),
  };
}

function bySaving(a: SecretCost, b: SecretCost): number {
  return b.saving - a.saving || b.now - a.now || byText(a.name, b.name);
}

/** The same on every machine, whatever its language. */
function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
