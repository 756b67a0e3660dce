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
])('%j has %s at an end', (text, kind) => {
  expect([unseenEnd(text), withoutUnseen(text)]).toEqual([kind, 'sesame']);
});

it.each([
  '',
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
