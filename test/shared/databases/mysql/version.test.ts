import { expect, it } from 'vitest';
import { isAtLeast, versionOf } from '../../../../shared/databases/mysql/version.ts';

it.each([
  ['8.0.42', 'MySQL', 8, 0, 42],
  ['8.4.6-log', 'MySQL', 8, 4, 6],
  ['9.7.4-2', 'MySQL', 9, 7, 4],
  ['8.0.mysql_aurora.3.08.0', 'MySQL', 8, 0, 999],
  ['10.11.18-MariaDB-0+deb12u1-log', 'MariaDB', 10, 11, 18],
  ['5.5.5-10.6.1-MariaDB', 'MariaDB', 10, 6, 1],
  ['11.8.9-MariaDB-4 from Debian-log', 'MariaDB', 11, 8, 9],
] as const)('reads the greeting %s', (greeting, product, major, minor, patch) => {
  expect(versionOf(greeting)).toEqual({ product, major, minor, patch });
});

it.each([
  ['8.0.13', false],
  ['8.0.14', true],
  ['8.1.0', true],
  ['9.0.0', true],
  ['10.0.1', true],
  ['5.7.44', false],
])('%s is at least 8.0.14: %s', (greeting, expected) => {
  expect(isAtLeast(versionOf(greeting), [8, 0, 14])).toBe(expected);
});
