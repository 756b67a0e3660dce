import { expect, it } from 'vitest';
import { readSettings } from '../../../shared/lambda/config.ts';

it.each([
  ['never', 'never'],
  ['fallback', undefined],
  ['', undefined],
  [undefined, undefined],
])('CLEAR_TEXT=%s', (text, read) => {
  expect(readSettings({ CLEAR_TEXT: text }).password.clearText).toBe(read);
});
