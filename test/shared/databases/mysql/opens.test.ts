import { expect, it } from 'vitest';
import type { Account } from '../../../../shared/databases/mysql/accounts.ts';
import { mayAdmit, storedFits } from '../../../../shared/databases/mysql/opens.ts';
import { nativeHash } from '../../../../shared/databases/mysql/verifier.ts';

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

it.each([
  ['capitals', (hash: string) => hash],
  ['small letters', (hash: string) => hash.toLowerCase()],
])('knows a native hash in %s: the server keeps it as it was handed over, and takes both', (_what, spelled) => {
  const account = (password: string) =>
    ({ plugin: 'mysql_native_password', stored: [Buffer.from(spelled(nativeHash(password)))] }) as unknown as Account;

  expect([storedFits(account('right'), 'right'), storedFits(account('right'), 'wrong')]).toEqual([true, false]);
});
