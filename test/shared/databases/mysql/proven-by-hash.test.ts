import { expect, it } from 'vitest';
import type { Account } from '../../../../shared/databases/mysql/accounts.ts';
import { provenByHash } from '../../../../shared/databases/mysql/pair.ts';
import { nativeHash } from '../../../../shared/databases/mysql/verifier.ts';
import { stored } from '../../../support/pair-proof.ts';

const account = (host: string, password: string): Account => ({
  user: 'app_clone',
  host,
  plugin: 'mysql_native_password',
  stored: [Buffer.from(nativeHash(password))],
  requirement: 'REQUIRE NONE',
  limits: [],
  options: '',
  expiry: '',
  lock: 'ACCOUNT UNLOCK',
  defaultRoles: [],
  holds: false,
});
const here = account('%', 'of here');
const there = account('10.9.%', 'of there');
const isProven = async (found: readonly Account[], ...others: readonly string[]) =>
  (await provenByHash(found, stored('-', ...others).others()))(found);

it.each([
  ['one account, one password', [here], ['of here'], true],
  ['one account, an older password', [here], ['a guess', 'of here'], true],
  ['one account, another password', [here], ['a guess'], false],
  ['one account, nothing stored', [here], [], false],
  ['two accounts, both passwords', [here, there], ['of there', 'a guess', 'of here'], true],
  ['two accounts, one password', [here, there], ['of here'], false],
])('%s: %#', async (_what, found, others, expected) => {
  expect(await isProven(found, ...others)).toBe(expected);
});

it('an account that is found later must be proven as well', async () => {
  const isStillProven = await provenByHash([here], stored('-', 'of here', 'of there').others());

  expect([isStillProven([here]), isStillProven([here, there])]).toEqual([true, false]);
});

it('reads no more stored versions than it takes', async () => {
  let read = 0;
  await provenByHash(
    [here],
    (async function* () {
      for (const password of ['a guess', 'of here', 'older']) {
        read++;
        yield password;
      }
    })(),
  );

  expect(read).toBe(2);
});
