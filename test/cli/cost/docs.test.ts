import { expect, it } from 'vitest';
import { pricesOf } from '../../../cli/cost/pricing.ts';
import { costReport } from '../../../cli/cost/report.ts';
import { table } from '../../../cli/cost/table.ts';
import prices from '../../../cli/prices.json' with { type: 'json' };
import { blocks, page } from '../../docs/pages.ts';
import { example } from './example.ts';

it('docs/cost.md shows what the command prints', () => {
  const [shown] = blocks(page('docs/cost.md')).filter(({ info }) => info === 'text');

  const printed = table(costReport(example, pricesOf(example.region)), { all: false });

  expect(shown?.text).toBe(printed);
});

it('docs/cost.md says which regions have prices', () => {
  const [, said = ''] = /It has two regions, (.*?)\./.exec(page('docs/cost.md')) ?? [];

  expect([...said.matchAll(/`([\w-]+)`/g)].map(([, region]) => region)).toEqual(Object.keys(prices.regions));
});
