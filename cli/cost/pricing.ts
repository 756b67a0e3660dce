/** The one reader of prices.json. */
import data from '../prices.json' with { type: 'json' };

/** US dollars. */
export interface Prices {
  readonly secretMonth: number;
  readonly secretCallsPer10000: number;
  readonly standardParameterMonth: number;
  readonly advancedParameterMonth: number;
  /** Of advanced parameters, and of all of them at higher throughput. */
  readonly parameterCallsPer10000: number;
}

/** Of what a stack of Rekey has, a month. */
export interface Own {
  readonly alarmMonth: number;
  readonly keyMonth: number;
  readonly endpointMonth: number;
}

export interface PriceList {
  /** Whose prices these are: the region asked for, or the one that stands in for it. */
  readonly region: string;
  readonly isStandIn: boolean;
  readonly currency: string;
  /** The day the page behind them was read. */
  readonly asOf: string;
  readonly values: Prices;
  /** Services that pay for the secrets they manage; all others leave it to the account. */
  readonly includedBy: readonly string[];
  readonly own: Own;
}

export function pricesOf(region: string): PriceList {
  const { regions, defaultRegion, currency, includedBy, own } = data;
  const all: Readonly<Record<string, Prices & { asOf: string }>> = regions;
  const isKnown = Object.hasOwn(all, region);
  const priced = isKnown ? region : defaultRegion;
  const found = all[priced];
  if (found === undefined) throw new Error(`prices.json has no prices of ${defaultRegion}, its own default`);
  const { asOf, ...values } = found;
  return { region: priced, isStandIn: !isKnown, currency, asOf, values, includedBy, own };
}

/** Sums of tenths are not exact in binary; a millionth of a dollar is finer than any price. */
export function sum(amounts: readonly number[]): number {
  return Math.round(amounts.reduce((total, amount) => total + amount, 0) * 1e6) / 1e6;
}
