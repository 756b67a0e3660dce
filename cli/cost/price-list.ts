/** Prices of AWS's own list, as `aws pricing get-products` prints them: docs/cost.md has the commands. */
import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import { parseObject } from '../../shared/rotation/json.ts';
import { RefusedError } from '../failure.ts';
import { type Own, type PriceList, type Prices, pricesOf, sum } from './pricing.ts';

const shape = z.object({
  publicationDate: z.string(),
  product: z.object({ attributes: z.object({ regionCode: z.optional(z.string()), usagetype: z.string() }) }),
  terms: z.object({
    OnDemand: z.optional(z.record(z.string(), z.object({ priceDimensions: z.record(z.string(), z.unknown()) }))),
  }),
});
const dimension = z.object({ unit: z.string(), pricePerUnit: z.object({ USD: z.string() }) });
type Item = z.infer<typeof shape>;
/** How it ends in the list, after what stands for the region; and how many units are told of. */
type What = readonly [usagetype: string, many?: number];

const HOURS_A_MONTH = 730;
const PRICES: Readonly<Record<Exclude<keyof Prices, 'standardParameterMonth'>, What>> = {
  secretMonth: ['AWSSecretsManager-Secrets?'],
  secretCallsPer10000: ['AWSSecretsManager-?APIRequests?', 10_000],
  advancedParameterMonth: ['PS-Advanced-Param-Tier1'],
  parameterCallsPer10000: ['PS-Param-Processed-Tier[12]', 10_000],
};
/** Of what Rekey itself has, where the files have it. */
const OWN: Readonly<Record<keyof Own, What>> = {
  alarmMonth: ['CW:AlarmMonitorUsage'],
  keyMonth: ['KMS-Keys'],
  endpointMonth: ['VpcEndpoint-Hours'],
};

/** Throws RefusedError where a file cannot be read or is no such list, or where one of the prices that everything rests on is in none. */
export async function pricesIn(files: readonly string[], region: string): Promise<PriceList> {
  const all = (await Promise.all(files.map(itemsIn))).flat();
  const items = all.filter(({ product }) => product.attributes.regionCode === region);
  const values = { standardParameterMonth: 0, ...priced(items, PRICES) };
  const missing = Object.keys(PRICES).filter((name) => !(name in values));
  if (missing.length > 0) {
    throw new RefusedError(
      `${files.join(', ')}: ${region} has no price in dollars there for ${missing.join(', ')}`,
      'docs/cost.md has the commands that ask AWS for them; in China there are none in dollars',
    );
  }
  const standIn = pricesOf(region);
  const asOf =
    items
      .map(({ publicationDate }) => publicationDate.slice(0, 10))
      .toSorted()
      .at(-1) ?? '';
  const own = { ...standIn.own, ...priced(items, OWN) };
  return { ...standIn, region, isStandIn: false, asOf, values: values as Prices, own };
}

function priced<Name extends string>(items: readonly Item[], all: Readonly<Record<Name, What>>) {
  const found = Object.entries<What>(all).flatMap(([name, what]) => {
    const price = priceOf(items, what);
    return price === undefined ? [] : [[name, price] as const];
  });
  return Object.fromEntries(found) as Partial<Record<Name, number>>;
}

/** The first ones may be free: what the next ones cost is told. */
function priceOf(items: readonly Item[], [usagetype, many = 1]: What): number | undefined {
  const isIt = new RegExp(`^([\\w-]+-)?${usagetype}$`);
  const dimensions = items
    .filter(({ product }) => isIt.test(product.attributes.usagetype))
    .flatMap(({ terms }) => Object.values(terms.OnDemand ?? {}))
    .flatMap(({ priceDimensions }) => Object.values(priceDimensions))
    .flatMap((one) => dimension.safeParse(one).data ?? []);
  if (dimensions.length === 0) return undefined;
  const units = dimensions.map(
    ({ unit, pricePerUnit }) => Number(pricePerUnit.USD) * (isHour(unit) ? HOURS_A_MONTH : many),
  );
  return sum([Math.max(...units)]);
}

const isHour = (unit: string) => /^h(ou)?rs?$/i.test(unit);

async function itemsIn(file: string): Promise<Item[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new RefusedError(`${file} cannot be read (${error.code})`, 'name the files behind --prices: docs/cost.md');
  });
  const list = parseObject(text)?.PriceList;
  const items = Array.isArray(list) ? list.map((item) => shape.safeParse(parseObject(String(item))).data) : [undefined];
  if (items.some((item) => item === undefined)) {
    throw new RefusedError(
      `${file} is no price list`,
      'it is to be what aws pricing get-products prints: docs/cost.md',
    );
  }
  return items.filter((item) => item !== undefined);
}
