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
