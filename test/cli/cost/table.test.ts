import { describe, expect, it } from 'vitest';
import type { Inventory } from '../../../cli/cost/inventory.ts';
import { pricesOf } from '../../../cli/cost/pricing.ts';
import { costReport } from '../../../cli/cost/report.ts';
import { table } from '../../../cli/cost/table.ts';
import { inventory, parameter, rotatedByRekey, secret } from './facts.ts';

const shown = (found: Inventory, all = false) => table(costReport(found, pricesOf(found.region)), { all });
const lastLine = (text: string) => text.trimEnd().split('\n').at(-1);

const everything = inventory(
  [
    secret(`${'long/'.repeat(100)}-end`),
    secret('large', { size: 'advanced' }),
    secret('empty', { size: 'empty' }),
    secret('rotating', rotatedByRekey),
    secret(`kept/${'x'.repeat(500)}`, {
      rotates: true,
      rotationFunction: 'f'.repeat(20),
      rotationWindow: '3h',
      replicas: 12,
      policy: 'cross-account',
    }),
    secret('master', { owningService: 'rds' }),
    secret('gone', { isDeleted: true }),
  ],
  [parameter('/large', 'advanced'), parameter('/a'), parameter(`/${'deep/'.repeat(14)}b`)],
  'ap-southeast-4',
);

describe('the table', () => {
  it.each([false, true])('fits 100 columns, also with long names (all: %s)', (all) => {
    const widest = Math.max(
      ...shown(everything, all)
        .split('\n')
        .map((line) => line.length),
    );

    expect(widest).toBeLessThanOrEqual(100);
  });

  it('shows a section for each verdict, with how many there are', () => {
    const titles = [...shown(everything).matchAll(/^([A-Z][A-Z ]+[A-Z])\b.* \((\d+)\)$/gm)];

    expect(titles.map(([, title, count]) => [title, count])).toEqual([
      ['DOES NOT ROTATE', '3'],
      ['COULD MOVE', '1'],
      ['NEEDS SECRETS MANAGER', '2'],
      ['SCHEDULED FOR DELETION', '1'],
      ['PARAMETERS', '3'],
    ]);
  });

  it('keeps both ends of a long name', () => {
    expect(shown(everything)).toMatch(/ long\/long\S*…\S*long\/-end /);
  });

  it('gives each reason to keep a secret, if need be on lines of their own', () => {
    const words = shown(everything).replaceAll(/\s+/g, ' ');

    expect(words).toContain(
      'replicated to 12 regions; rotated by ffffffffffffffffffff, not by Rekey; rotation window of 3h; resource policy admits other accounts',
    );
  });

  it('has one line for all standard parameters, and one for each when asked', () => {
    expect(shown(everything)).toMatch(/^ +\$0\.00 {2}2 standard parameters .*--all lists them$/m);
    expect(shown(everything, true)).toMatch(/^ +\$0\.00 {2}\/a .*standard, SecureString$/m);
  });

  it.each([
    ['nothing', inventory([]), 'total $0.00 now; nothing to save'],
    ['secrets that stay', inventory([secret('a', { owningService: 'rds' })]), 'total $0.40 now; nothing to save'],
    ['a secret that does not rotate', inventory([secret('a')]), 'total $0.40 now; $0.00 after 1 move'],
    [
      'one that Rekey rotates',
      inventory([secret('a', rotatedByRekey)]),
      'total $0.40 now; $0.00 with 1 that Rekey rotates',
    ],
    [
      'both',
      inventory([secret('a'), secret('b'), secret('c', rotatedByRekey)], [parameter('/p', 'advanced')]),
      'total $1.25 now; $0.45 after 2 moves; $0.05 with 1 more that Rekey rotates',
    ],
    [
      'thousands',
      inventory(Array.from({ length: 3000 }, (_, index) => secret(`app/${index}`))),
      'total $1,200.00 now; $0.00 after 3000 moves',
    ],
  ])('ends with the total of %s', (_, found, line) => {
    expect(lastLine(shown(found))).toBe(line);
  });

  it('has no section without rows', () => {
    expect(shown(inventory([]))).not.toMatch(/^[A-Z ]+\(0\)$|ROTATE|PARAMETERS/m);
  });
});
