/** A sixth engine, or another provider, is new files and few edits: nothing here lists those that there are. */
import { expect, it } from 'vitest';
import { engineNames } from '../../demo/engine.ts';
import { providerNames } from '../../demo/provider/act.ts';
import { page } from '../docs/pages.ts';
import { exists, programs, read, texts } from './files.ts';

const rooms = ['shared', 'functions', 'local', 'demo', 'terminal', 'cli', 'bench', 'prove', 'test', 'tools'];
const files = [...rooms.flatMap(programs), ...rooms.flatMap(texts)];

/** Nearly all of the names, each as a word in quotes, or as the folder of a bundle. */
const listing = (names: readonly string[]) =>
  files.filter((path) => {
    const text = read(path);
    const named = names.filter((name) => new RegExp(`['"\`]${name}['"\`]|dist/${name}/`).test(text));
    return named.length > (names.length * 3) / 4;
  });

/** What asks each in its own words, and does without a new one. */
const excused = [
  // A bundle that is not there has the room of a new driver.
  'test/repository/sizes.json',
  // The fields of whose answers may be odd, one by one.
  'test/shared/keys/odd-answers.test.ts',
];

it.each([
  ['engines', engineNames()],
  ['providers', providerNames()],
])('no file lists the %s', (_, names) => {
  expect(listing(names).filter((path) => !excused.includes(path))).toEqual([]);
});

it.each(excused)('%s is still one that does', (path) => {
  expect([...listing(engineNames()), ...listing(providerNames())]).toContain(path);
});

it.each([
  ['docs/adding-an-engine.md', 6],
  ['docs/adding-a-provider.md', 3],
])('%s has at most %i edits of files that exist', (recipe, most) => {
  const [, table = ''] = /^## Edits$([\s\S]*?)(?=^## )/m.exec(page(recipe)) ?? [];
  const edited = [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, path = '']) => path);

  expect(edited.length).toBeGreaterThan(2);
  expect(edited.length).toBeLessThanOrEqual(most);
  expect(edited.filter((path) => !exists(path))).toEqual([]);
});
