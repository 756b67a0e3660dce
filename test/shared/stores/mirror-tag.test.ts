import { expect, it } from 'vitest';
import { mirrorsOf, requireTogether, shareOf } from '../../../shared/stores/mirror-tag.ts';

const value = JSON.stringify({ username: 'app', password: 'first-password' });
const pair = [['username'], ['password']];

it.each([
  ['names no parameter', '/legacy/app,:password'],
  ['names one parameter twice', '/legacy/app /legacy/app:password'],
  ['field passwort of app is missing', '/legacy/app:passwort'],
  ['has a mirror, and username, which changes with it', '/legacy/app:password'],
])('a mistake of the tag sends people to the tag, not to the value: %s', (fact, tag) => {
  const look = () => {
    const mirrors = mirrorsOf(tag, 'app');
    for (const mirror of mirrors) shareOf(value, mirror, 'app');
    requireTogether(mirrors, pair, 'app');
  };

  expect(look).toThrow(expect.objectContaining({ fact: expect.stringContaining(fact), ofTag: true }));
});

it.each([
  ['5432', '5432'],
  ['1.0', '1.0'],
  ['12345678901234567890', '12345678901234567890'],
  ['true', 'true'],
  ['"text"', 'text'],
])('a field that is %s in the value is %s in the parameter', (written, share) => {
  const [mirror = expect.fail()] = mirrorsOf('/legacy/app:field', 'app');

  expect(shareOf(`{"field":${written}}`, mirror, 'app')).toBe(share);
});

it.each(['null', '""', '{"a":1}', '[5]'])('a field that is %s has no share', (written) => {
  const [mirror = expect.fail()] = mirrorsOf('/legacy/app:field', 'app');

  expect(() => shareOf(`{"field":${written}}`, mirror, 'app')).toThrow('is missing or not text');
});

it.each(['text', '[1]', '"text"', 'null'])('a value that is %s has no fields', (text) => {
  const [mirror = expect.fail()] = mirrorsOf('/legacy/app:field', 'app');

  expect(() => shareOf(text, mirror, 'app')).toThrow('is not a JSON object');
});
