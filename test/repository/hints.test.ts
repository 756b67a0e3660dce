import { expect, it } from 'vitest';
import { read, sources } from './files.ts';

it('no text of ours leads to plain text: "ssl": false is named only to be taken out', () => {
  const named = sources('shared').flatMap((path) =>
    [...read(path).matchAll(/(\w* ?)"ssl": false/g)].map(([, before]) => ({ path, before })),
  );

  expect(named.length).toBeGreaterThan(3);
  expect(named.filter(({ before }) => before !== 'take ')).toEqual([]);
});
