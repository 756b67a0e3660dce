/** A secret of 60 kB is looked through within the time of a function: what grows with the square of its length would not be. */
import { describe, expect, it, vi } from 'vitest';
import { follow } from '../../../shared/rotation/copies.ts';
import { loginFollowing } from '../../../shared/rotation/copy-logins.ts';
import { opensWith } from '../../../shared/rotation/copy-mentions.ts';
import * as roles from '../../../shared/rotation/field-roles.ts';
import { patience } from '../../support/patience.ts';

vi.mock(import('../../../shared/rotation/field-roles.ts'), { spy: true });

const all = {
  secrets: [{ from: 'summer', to: 'x' }],
  owners: [{ from: 'app', to: 'app_clone' }],
  known: [],
  host: 'db',
  names: ['app', 'db'],
  anyOwner: false,
};

describe('a look at many fields asks for the role of each as often as at few', () => {
  function asked(count: number, write: (fields: Record<string, string>) => unknown) {
    vi.mocked(roles.roleOf).mockClear();
    vi.mocked(roles.groupOf).mockClear();
    const fields = Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, `v${at}`]));
    follow({ copy: write(fields) }, all);
    return vi.mocked(roles.roleOf).mock.calls.length + vi.mocked(roles.groupOf).mock.calls.length;
  }

  it.each<[string, (fields: Record<string, string>) => unknown]>([
    ['an object', (fields) => fields],
    ['JSON', (fields) => JSON.stringify(fields)],
    [
      'lines',
      (fields) =>
        Object.entries(fields)
          .map((pair) => pair.join('='))
          .join('\n'),
    ],
  ])('%s', (_what, write) => {
    expect(asked(400, write)).toBeLessThan(5 * asked(100, write));
  });
});

it.each([
  ['mysql -Bpsummer', true],
  ["mysql -Bp'summer'", true],
  ['sshpass -p summer', true],
  ['mkdir -p summer', true],
  ['cp -rp summer dest', false],
  ['cp -rp "summer" dest', false],
  ['["-rp","summer"]', false],
  ["'-rp', 'summer'", false],
  ['note: "bypass: summer"', false],
  ['compass=summer', false],
  ['pass: summer', true],
  ['dbpass=summer', true],
  ['pw=summer', true],
  ['PWD=summer', true],
  ['passphrase: summer', true],
  ['passwd: summer', true],
  ['db_password: summer', true],
])('%s: %s', (text, opens) => {
  expect(opensWith(text, 'summer', [], '')).toBe(opens);
});

it.each(['tool -menu app', 'tool -cpu app', 'tool -gpu app', 'tool -abcdu app'])('%s names no user', (note) => {
  expect(follow({ note }, all)).toEqual({ note });
});

it('an address at the beginning of a text that stands alone names a user', () => {
  expect(loginFollowing('app@tcp(db:3306)/shop', { users: [], hosts: [] }, all)).toEqual({ stale: 'unknown' });
});

// A guard against minutes: each mention was looked at from the beginning of the text, in each of its readings.
it(
  'a line that has a name many times is read backwards from each',
  () => {
    const note = String.raw`x %2541 \\\" &amp;amp; '''' YXBwIGlzIGhlcmU= `.concat('app '.repeat(15_000));

    expect(follow({ note }, all)).toEqual({ note });
  },
  patience(3000),
);
