import { expect, it } from 'vitest';
import { blocks, page } from './pages.ts';

const shown = blocks(page('docs/adding-a-provider.md'));

it('every line of the function that the recipe shows is in the repository', () => {
  const [block] = shown.filter(({ info }) => info === 'ts');
  const there = page('functions/sendgrid.ts').split('\n');

  const lines = block?.text.split('\n') ?? [];

  expect(lines.length).toBeGreaterThan(5);
  expect(lines.filter((line) => !there.includes(line))).toEqual([]);
});

it('the block that the recipe shows is in serverless.yml', () => {
  const [block] = shown.filter(({ info }) => info === 'yaml');

  expect(page('serverless.yml')).toContain(block?.text);
});
