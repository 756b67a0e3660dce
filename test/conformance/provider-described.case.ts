/** What a provider sends and its double answers, held against the vendor's own description. Part of `describeProvider`. */
import { afterEach, expect, it } from 'vitest';
import { takeExchanges } from '../support/exchanges.ts';
import { vendorDescription } from '../support/vendor-description.ts';
import type { ProviderSuite } from './provider.case.ts';

/** All that the tests of this file send, and all that the double answers, is as the vendor's description has it. */
export function requireAsDescribed({ provider, description, descriptionErrs = [] }: ProviderSuite): void {
  const described = description && vendorDescription(description);
  const reason =
    description === undefined
      ? 'no description of this vendor is among those for the tests'
      : 'the descriptions are not on this machine';
  let count = 0;
  afterEach(() => {
    const exchanges = takeExchanges();
    if (described === undefined) return;
    count += exchanges.length;
    const faults = new Set(exchanges.flatMap((exchange) => described.faultsOf(exchange)));
    expect([...faults].filter((fault) => !descriptionErrs.some((one) => one.fault.test(fault)))).toEqual([]);
  });
  const name = `provider ${provider.name}: requests and answers are as the vendor describes them`;
  if (described === undefined) return void it.skip(`${name} (${reason})`, () => {});
  it(name, () => expect(count).toBeGreaterThan(100));
}
