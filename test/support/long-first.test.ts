import { globSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { TestSpecification, Vitest } from 'vitest/node';
import { LongFirst, longFiles } from './long-first.ts';

it('every file that is named as a long one is there', () => {
  expect(longFiles.filter((file) => globSync(file).length === 0)).toEqual([]);
});

it('long files are run first, and no file is left out', async () => {
  const named = [...longFiles, 'test/terminal/table.test.ts'].toReversed();
  const cache = { getTestSpecificationResult: () => ({ failed: false, duration: 1 }) };
  const config = { root: '/', sequence: {} };
  const files = named.map((file) => ({ moduleId: `/clone/${file}`, project: { name: '', config } }));

  const sorted = await new LongFirst({ cache, config } as unknown as Vitest).sort(files as TestSpecification[]);

  expect(sorted.map(({ moduleId }) => moduleId.slice('/clone/'.length))).toEqual(named.toReversed());
});
