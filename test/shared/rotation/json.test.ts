import { describe, expect, it } from 'vitest';
import type { RotationError } from '../../../shared/rotation/errors.ts';
import { parseObject, requireObject, textsIn } from '../../../shared/rotation/json.ts';

describe('parseObject', () => {
  it('gives numbers that JavaScript can hold as numbers', () => {
    expect(parseObject('{"port":5432,"list":[-1.5,0]}')).toEqual({ port: 5432, list: [-1.5, 0] });
  });

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

describe('requireObject', () => {
  const fact = (text: string) => {
    try {
      return requireObject(text, 'it', 'mend it');
    } catch (error) {
      return (error as RotationError).fact;
    }
  };

  it('gives what parseObject does', () => {
    expect(requireObject('{"a":1}', 'it', 'mend it')).toEqual({ a: 1 });
  });

  it.each([
    ['\uFEFF{"a":1}', 'it begins with a byte order mark'],
    ['{"a":[1,2, ],}', 'it has a comma before a closing bracket'],
    ["{'a':'b','c':1}", 'it has single quotes where JSON has double ones'],
    ['\uFEFF{"a":1,}', 'it begins with a byte order mark, and it has a comma before a closing bracket'],
    ["\uFEFF{'a':1}", 'it begins with a byte order mark, and it has single quotes where JSON has double ones'],
    ["{'a':1,}", 'it has a comma before a closing bracket, and it has single quotes where JSON has double ones'],
    [
      "\uFEFF{'a':1,}",
      'it begins with a byte order mark, and it has a comma before a closing bracket, and it has single quotes where JSON has double ones',
    ],
    ['"{\\"a\\":1}"', 'it is JSON inside a JSON string'],
  ])('tells of %j: %s', (text, what) => {
    expect(fact(text)).toBe(`it is not a JSON object: ${what}`);
  });

  it.each(['', 'password', '5', '"text"', '{"a":1}\uFEFF', '{"a":1', '[1,]', '["{\\"a\\":1}"]'])(
    'has nothing to tell of %j',
    (text) => {
      expect(fact(text)).toBe('it is not a JSON object');
    },
  );

  it('says what its caller would do', () => {
    expect(() => requireObject('x', 'it', 'mend it')).toThrow(
      expect.objectContaining({ code: 'INVALID_SECRET', hint: 'mend it' }),
    );
  });
});

it('textsIn finds every text, however deep, and no name of a field', () => {
  const value = parseObject('{"a":"one","b":["two",{"c":"three"}],"n":12345678901234567890,"none":null,"on":true}');

  expect([...textsIn({ ...value, absent: undefined })]).toEqual(['one', 'two', 'three']);
});

function numbersIn(text: string): string[] {
  return text.match(/-?\d+(\.\d+)?(e[+-]?\d+)?/gi) ?? [];
}
