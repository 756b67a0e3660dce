import { expect, it } from 'vitest';
import { createPaint } from '../../terminal/paint.ts';

it('there is no colour where there is no terminal', () => {
  const paint = createPaint({ isTTY: false });

  expect([paint.bold('a'), paint.dim('b'), paint.good('c'), paint.bad('d')]).toEqual(['a', 'b', 'c', 'd']);
});
