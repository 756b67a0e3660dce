import { describe, expect, it } from 'vitest';
import { parseObject, textsIn } from '../../../shared/rotation/json.ts';

describe('parseObject', () => {
  it.each([
    '{"id":12345678901234567890,"ratio":1.0,"tiny":1e-400,"neg":-0,"list":[1.50,{"deep":1e3}]}',
    '{"__proto__":{"polluted":true},"constructor":"x"}',
    '{"unicode":"ключ","empty":"","nothing":null,"yes":true}',
  ])('reads and writes %s as it is', (text) => {
    const written = JSON.stringify({ ...parseObject(text) });

    expect(JSON.parse(written)).toEqual(JSON.parse(text));
    expect(numbersIn(written)).toEqual(numbersIn(text));
  });

  it.each(['', 'password', '[]', '"text"', '12345678901234567890', 'null', '{"a":1', '{"a":1}x'])(
    'knows that %s is not an object',
    (text) => {
      expect(parseObject(text)).toBeUndefined();
    },
  );
});

it('textsIn finds every text, however deep, and no name of a field', () => {
  const value = parseObject('{"a":"one","b":["two",{"c":"three"}],"n":12345678901234567890}');

  expect([...textsIn(value)]).toEqual(['one', 'two', 'three']);
});

function numbersIn(text: string): string[] {
  return text.match(/-?\d+(\.\d+)?(e[+-]?\d+)?/gi) ?? [];
}
