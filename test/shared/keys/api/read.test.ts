import { expect, it } from 'vitest';
import { dateAt, numberIn } from '../../../../shared/keys/api/read.ts';
import { parseObject } from '../../../../shared/rotation/json.ts';

it.each([
  ['1700000000', '2023-11-14T22:13:20.000Z'],
  ['1700000000.0', '2023-11-14T22:13:20.000Z'],
  ['1700000000000', '2023-11-14T22:13:20.000Z'],
  ['"1700000000"', '2023-11-14T22:13:20.000Z'],
  ['"2023-11-14T22:13:20Z"', '2023-11-14T22:13:20.000Z'],
])('%s is a date', (json, date) => {
  expect(dateAt({ body: parseObject(`{"at":${json}}`), of: 'the answer' }, 'at').toISOString()).toBe(date);
});

it.each(['12345678901234567890', '1e999', '{"toString":1}', '[]', 'true', '""'])('%s is none', (json) => {
  const read = () => dateAt({ body: parseObject(`{"at":${json}}`), of: 'the answer' }, 'at');

  expect(read).toThrow(expect.objectContaining({ code: 'UNEXPECTED_ANSWER', fact: 'the answer has no date at at' }));
});

it.each([
  ['8', 8],
  ['"8"', 8],
  ['8.0', 8],
  ['1e999', Number.POSITIVE_INFINITY],
  ['true', Number.NaN],
  ['{"valueOf":1}', Number.NaN],
])('%s is %d as a number', (json, number) => {
  expect(numberIn(parseObject(`{"n":${json}}`)?.n)).toBe(number);
});
