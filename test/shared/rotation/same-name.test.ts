import { expect, it } from 'vitest';
import { sameName } from '../../../shared/rotation/same-name.ts';

it.each([
  ['db.example', 'DB.Example', true],
  ['db.example', 'db.example.', true],
  ['db.example', 'db.example..', false],
  ['db.example', 'dbxexample', false],
  // In capitals they would be one, and a password would go from one to the other.
  ['straße.example', 'strasse.example', false],
  ['db.example', 'db2.example', false],
])('%s and %s are one place: %s', (a, b, expected) => {
  expect([sameName(a, b), sameName(b, a)]).toEqual([expected, expected]);
});
