/** One word means one thing: these names of functions are taken, once, or are too vague to be taken at all. */
import { expect, it } from 'vitest';
import { read, sources } from './files.ts';

const functions = sources('shared').flatMap((path) =>
  [...read(path).matchAll(/^(?:export )?(?:async )?function\*? (\w+)/gm)].map(([, name = '']) => ({ path, name })),
);

it.each(['told', 'unusable', 'opens', 'mark', 'isMarked', 'isProven'])('no function is called %s', (name) => {
  expect(functions.filter((one) => one.name === name).map(({ path }) => path)).toEqual([]);
});

it.each(['codeOf', 'keyOpens', 'storedFits', 'unusableAnswer'])('one function is called %s', (name) => {
  expect(functions.filter((one) => one.name === name)).toHaveLength(1);
});
