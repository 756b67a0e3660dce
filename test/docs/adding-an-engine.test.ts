import { expect, it } from 'vitest';
import { blocks, page } from './pages.ts';

const shown = blocks(page('docs/adding-an-engine.md'));

it('the function that the recipe shows is the one in the repository', () => {
  const [block] = shown.filter(({ info }) => info === 'ts');

  expect(block?.text.trim()).toBe(page('functions/mariadb.ts').trim());
});

it('the blocks that the recipe shows are in serverless.yml', () => {
  const [block] = shown.filter(({ info }) => info === 'yaml');

  expect(page('serverless.yml')).toContain(block?.text);
});
