import { describe, expect, it } from 'vitest';
import { tableLine, wrapped } from '../../terminal/table.ts';

describe('a line of a table', () => {
  it('has its cells in their columns, and no blank at the end', () => {
    const line = tableLine(['name', '7', 'met', ''], [{ width: 6 }, { width: 4, align: 'right' }, { width: 5 }]);

    expect(line).toBe('name      7 met');
  });

  it('gives way to a cell that is longer than its column', () => {
    expect(tableLine(['longer', 'next'], [{ width: 3 }, { width: 3 }])).toBe('longer next');
  });
});

describe('a paragraph', () => {
  it('breaks between words, at the width', () => {
    expect(wrapped('one two three', 7)).toEqual(['one two', 'three']);
  });

  it('leaves a word whole that is longer than a line', () => {
    expect(wrapped('a considerable b', 5)).toEqual(['a', 'considerable', 'b']);
  });

  it('of nothing is an empty line', () => {
    expect(wrapped('', 5)).toEqual(['']);
  });
});
