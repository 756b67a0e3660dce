import { expect, it } from 'vitest';
import { blocks, page } from './pages.ts';

const shown = blocks(page('docs/adding-a-provider.md'));

it('the function that the recipe shows is the one in the repository', () => {
  const [block] = shown.filter(({ info }) => info === 'ts');

  expect(block?.text.trim()).toBe(page('functions/sendgrid.ts').trim());
});

it('the block that the recipe shows is in serverless.yml', () => {
  const [block] = shown.filter(({ info }) => info === 'yaml');

  expect(page('serverless.yml')).toContain(block?.text);
});
