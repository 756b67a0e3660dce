import { expect, it } from 'vitest';
import { UNSEEN_HINT, unseenEnd, withoutUnseen } from '../../../shared/rotation/unseen.ts';

it.each([
  ['sesame\n', 'a line break'],
  ['sesame\r\n', 'a line break'],
  ['\tsesame', 'a tab'],
  ['sesame ', 'a space'],
  ['sesame\u00A0', 'a no-break space'],
  ['sesame\u200B', 'a zero-width character'],
  ['\uFEFFsesame', 'a byte order mark'],
  ['"sesame"', 'quotes'],
  ["'sesame'\n", 'a line break'],
  [' sesame ', 'a space'],
  ['\u200Bsesame\u200B', 'a zero-width character'],
  ['sesame\u2007', 'a no-break space'],
  ['sesame\u2028', 'a line break'],
  ['sesame\u0085', 'a line break'],
  ['sesame\u3000', 'a space'],
  ['sesame\u2800', 'a space'],
  ['sesame\u0000', 'a control character'],
  ['\u001B\u007Fsesame', 'a control character'],
  ['sesame\u0000 ', 'a space'],
  ['\u202Asesame\u202C ', 'a mark for the direction of writing'],
  ['\u202Asesame\u202C\n', 'a line break'],
])('%j has %s at an end', (text, kind) => {
  expect([unseenEnd(text), withoutUnseen(text)]).toEqual([kind, 'sesame']);
});

it.each([
  ...['061C', '200E', '200F', '202A', '202B', '202C', '202D', '202E', '2066', '2067', '2068', '2069'].map(
    (code) => [code, 'a mark for the direction of writing'] as const,
  ),
  ...['00AD', '034F', '115F', '180E', '200B', '200C', '200D', '2060', '2064', '206A', '206F', '3164', 'E0001'].map(
    (code) => [code, 'a zero-width character'] as const,
  ),
  ['FEFF', 'a byte order mark'] as const,
])('U+%s is %s at either end', (code, kind) => {
  const char = String.fromCodePoint(Number.parseInt(code, 16));

  expect([unseenEnd(`sesame${char}`), unseenEnd(`${char}sesame`)]).toEqual([kind, kind]);
  expect(withoutUnseen(`${char}${char}se${char}same${char}`)).toBe(`se${char}same`);
  expect(unseenEnd(`se${char}same`)).toBeUndefined();
});

it.each([
  '',
  'heart \u2764\uFE0F',
  'sesam\u0301',
  'sesame',
  'open sesame',
  'x"sesame"',
  '"sesame"x',
  '"sesame',
  '"',
  '""',
  '-----BEGIN KEY-----\nabc\n-----END KEY-----\n',
])('%j has nothing at its ends that nobody meant', (text) => {
  expect(unseenEnd(text)).toBeUndefined();
});

it('is told with what does not put it there', () => {
  expect(UNSEEN_HINT).toContain('printf, not echo');
});
