import { expect, it } from 'vitest';
import { baseOf, counterpartWithin } from '../../../shared/databases/names.ts';

const inBytes = counterpartWithin({ longest: 12, unit: 'bytes', title: 'Acme' });
const inCharacters = counterpartWithin({ longest: 12, unit: 'characters', title: 'Acme' });

it.each([
  ['app', 'app_clone'],
  ['_clone', '_clone_clone'],
])('%s takes turns with %s, and that one with it', (one, other) => {
  const counterpart = counterpartWithin({ longest: 20, unit: 'bytes', title: 'Acme' });

  expect([counterpart(one), counterpart(other)]).toEqual([other, one]);
});

it.each([
  ['app', 'app'],
  ['app_clone', 'app'],
  ['_clone', '_clone'],
  ['clone', 'clone'],
])('people made %s as %s', (username, base) => {
  expect(baseOf(username)).toBe(base);
});

it('the other name may be as long as the server allows, and no longer', () => {
  expect(inBytes('sixsix')).toBe('sixsix_clone');
  expect(() => inBytes('sevensi')).toThrow('user name sevensi_clone has more than 12 bytes');
});

it('a server counts bytes or characters, and the hint says how many are left', () => {
  expect(inCharacters('größe')).toBe('größe_clone');
  expect(() => inBytes('größe')).toThrow(
    expect.objectContaining({ code: 'INVALID_SECRET', hint: expect.stringContaining('at most 6 bytes') }),
  );
});
