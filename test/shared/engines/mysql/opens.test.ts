import { expect, it } from 'vitest';
import { mayAdmit } from '../../../../shared/engines/mysql/opens.ts';

it.each([
  ['%', '10.1.2.3', true],
  ['10.1.%', '10.1.2.3', true],
  ['10.1.2._', '10.1.2.3', true],
  ['10.9.%', '10.1.2.3', false],
  ['10.1.2.30', '10.1.2.3', false],
  ['10x1.2.3', '10.1.2.3', true],
  ['10.9.0.0/255.255.0.0', '10.1.2.3', true],
  ['localhost', '127.0.0.1', true],
  ['%.example.com', '10.1.2.3', true],
  ['10.9.%', 'function.example.com', true],
  ['::1', '10.1.2.3', true],
])('an account at %s may be the one for a login from %s, as far as can be told: %s', (host, client, may) => {
  expect(mayAdmit(host, client)).toBe(may);
});
