import { advise, type Reason, type Verdict } from './advice.ts';
import type { ParameterFacts, SecretFacts, Size } from './inventory.ts';
import { type PriceList, type Prices, sum } from './pricing.ts';

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
  /** Nobody has read it for 90 days. AWS tells the day of the last access, and none of a secret that was never read. */
  readonly isUnread: boolean;
}

export interface ParameterCost extends ParameterFacts {
  readonly now: number;
}

const UNREAD_MS = 90 * 86_400_000;

export function secretCost(
  secret: SecretFacts,
  region: string,
  { values, includedBy }: PriceList,
  at: number,
): SecretCost {
  const { verdict, reasons } = advise(secret, region);
  const isFree = secret.isDeleted || includedBy.includes(secret.owningService ?? '');
  const now = isFree ? 0 : sum([values.secretMonth * (1 + secret.replicas)]);
  const moves = verdict === 'move' || verdict === 'could-move';
  const after = moves ? asParameter(secret, values) : now;
  const { name, arn, replicas, size, lastAccessed = null } = secret;
  const last = secret.lastAccessed ?? secret.created;
  const isUnread = !secret.isDeleted && last !== undefined && at - Date.parse(last) > UNREAD_MS;
  const saving = sum([now, -after]);
  return { name, arn, verdict, reasons, now, after, saving, replicas, size, lastAccessed, isUnread };
}

export function parameterCost(parameter: ParameterFacts, { values }: PriceList): ParameterCost {
  return { ...parameter, now: parameterMonth(parameter.tier, values) };
}

/** A parameter that rotates has a companion of its tier, which keeps the pending value. */
function asParameter(secret: SecretFacts, prices: Prices): number {
  const each = parameterMonth(secret.size === 'advanced' ? 'advanced' : 'standard', prices);
  return sum(secret.rotates ? [each, each] : [each]);
}

function parameterMonth(tier: ParameterFacts['tier'], prices: Prices): number {
  return tier === 'advanced' ? prices.advancedParameterMonth : prices.standardParameterMonth;
}
