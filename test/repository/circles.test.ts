import { describe, expect, it } from 'vitest';
import { circles } from './circles.ts';
import { exists, imports, programs } from './files.ts';

const files = ['shared', 'functions', 'local', 'demo', 'terminal', 'page', 'cli', 'bench', 'prove', 'tools'].flatMap(
  programs,
);
const importsOf = new Map(files.map((file) => [file, imports(file).filter(exists)]));

describe('files', () => {
  it('import one another in no circle', () => {
    expect(files.length).toBeGreaterThan(300);
    expect(circles(files, (file) => importsOf.get(file) ?? [])).toEqual([]);
  });
});

describe('a circle', () => {
  const found = (graph: Record<string, string[]>) => circles(Object.keys(graph), (file) => graph[file] ?? []);

  it('is found between two files, and through a third', () => {
    expect(found({ a: ['b'], b: ['a'], c: ['d'], d: ['e'], e: ['c'] })).toEqual([
      ['a', 'b'],
      ['c', 'd', 'e'],
    ]);
  });

  it('is found where a file imports itself', () => {
    expect(found({ a: ['a'] })).toEqual([['a']]);
  });

  it('is none where two ways lead to one file, or where a file only leads into a circle', () => {
    expect(found({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] })).toEqual([]);
    expect(found({ a: ['b'], b: ['c'], c: ['b'] })).toEqual([['b', 'c']]);
  });
});
