import { advise, type Reason, type Verdict } from './advice.ts';
import type { Inventory, ParameterFacts, SecretFacts, Size } from './inventory.ts';
import { type Note, notesOn } from './notes.ts';
import { type PriceList, type Prices, sum } from './pricing.ts';

/** What `--json` prints. A member may be added; none changes its meaning or goes without a new `version`. */
export interface CostReport {
  readonly version: 1;
  readonly region: string;
  readonly prices: PriceList;
  /** By saving, then by cost, dearest first; then by name. */
  readonly secrets: readonly SecretCost[];
  readonly parameters: readonly ParameterCost[];
  readonly totals: Totals;
  readonly notes: readonly Note[];
}

/** Dollars for a whole month. */
export interface SecretCost {
  readonly name: string;
  readonly arn: string;
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
  readonly now: number;
  /** As the verdict has it: as a parameter, or as it is. */
  readonly after: number;
  readonly saving: number;
  readonly replicas: number;
  readonly size: Size;
  readonly lastAccessed: string | null;
}

export interface ParameterCost extends ParameterFacts {
  readonly now: number;
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

export function costReport(inventory: Inventory, prices: PriceList): CostReport {
  const { region } = inventory;
  const secrets = inventory.secrets.map((secret) => secretCost(secret, region, prices)).sort(bySaving);
  const parameters = inventory.parameters
    .map((parameter) => ({ ...parameter, now: parameterMonth(parameter.tier, prices.values) }))
    .sort((a, b) => b.now - a.now || byText(a.name, b.name));
  const totals = totalsOf(secrets, parameters);
  return {
    version: 1,
    region,
    prices,
    secrets,
    parameters,
    totals,
    notes: notesOn({ inventory, prices, secrets, parameters }),
  };
}

function secretCost(secret: SecretFacts, region: string, { values, includedBy }: PriceList): SecretCost {
  const { verdict, reasons } = advise(secret, region);
  const isFree = secret.isDeleted || includedBy.includes(secret.owningService ?? '');
  const now = isFree ? 0 : sum([values.secretMonth * (1 + secret.replicas)]);
  const moves = verdict === 'move' || verdict === 'could-move';
  const after = moves ? asParameter(secret, values) : now;
  const { name, arn, replicas, size, lastAccessed = null } = secret;
  return { name, arn, verdict, reasons, now, after, saving: sum([now, -after]), replicas, size, lastAccessed };
}

/** A parameter that rotates has a companion of its tier, which keeps the pending value. */
function asParameter(secret: SecretFacts, prices: Prices): number {
  const each = parameterMonth(secret.size === 'advanced' ? 'advanced' : 'standard', prices);
  return sum(secret.rotates ? [each, each] : [each]);
}

function parameterMonth(tier: ParameterFacts['tier'], prices: Prices): number {
  return tier === 'advanced' ? prices.advancedParameterMonth : prices.standardParameterMonth;
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
