import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { declaredProvider } from '../../shared/keys/declared/declared.ts';
import { descriptionSchema } from '../../shared/keys/declared/description.ts';
import { blocks, page, table } from './pages.ts';

const PAGE = 'docs/providers/declared.md';
const file = 'providers/acme.json';

it('the description that the page shows is the file in the repository, and valid', () => {
  const [shown] = blocks(page(PAGE)).filter(({ info }) => info === 'json declared');

  expect(shown?.text).toBe(page(file));
  expect(declaredProvider(JSON.parse(shown?.text ?? ''), file).name).toBe('acme');
});

it('the page explains every member that a description may have', () => {
  const explained = table(page(PAGE), '## Members').flat().join(' ') + page(PAGE).split('A `request` has')[1];

  const members = [...membersOf(z.toJSONSchema(descriptionSchema))].filter((member) => member !== '$schema');

  expect(members.length).toBeGreaterThan(40);
  expect(members.filter((member) => !new RegExp(`\\b${member}\\b`).test(explained))).toEqual([]);
});

function* membersOf(schema: unknown): Iterable<string> {
  if (typeof schema !== 'object' || schema === null) return;
  const { properties = {} } = schema as { properties?: Record<string, unknown> };
  yield* Object.keys(properties);
  for (const inner of Object.values(schema)) yield* membersOf(inner);
  for (const inner of Object.values(properties)) yield* membersOf(inner);
}
