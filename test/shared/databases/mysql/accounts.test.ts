/** What is asked of servers of which none is at hand: columns of mysql.user came one by one. */
import { describe, expect, it } from 'vitest';
import { readAccounts } from '../../../../shared/databases/mysql/accounts.ts';
import type { Connection } from '../../../../shared/databases/mysql/connection.ts';
import { versionOf } from '../../../../shared/databases/mysql/version.ts';

/** Answers as a server that has not the columns of `absent`. */
function serverOf(version: string, absent: readonly string[]): Connection {
  const row = {
    host: '%',
    plugin: 'caching_sha2_password',
    ssl_type: '',
    account_locked: 'N',
    first: '41',
    history: null,
    reuse: null,
    require_current: null,
    attempts: null,
    roles: null,
  };
  const rounds = { name: 'digest_rounds', value: 7000 };
  return {
    username: 'rotator',
    server: versionOf(version),
    at: { host: 'db', port: 3306, user: 'rotator', database: undefined, tls: true },
    session: 1,
    expired: false,
    sendsInClear: true,
    async query(text) {
      const unknown = absent.find((column) => text.includes(column));
      if (unknown !== undefined) throw new Error(`Unknown column '${unknown}' in 'field list'`);
      return [{ ...row, rounds: text.includes(rounds.name) ? rounds.value : 5000 }];
    },
    close: async () => {},
  };
}

describe('the accounts of a user are read', () => {
  it.each([
    ['8.0.11', ['Password_require_current', 'User_attributes', 'digest_rounds'], false, false, 5000],
    ['8.0.13', ['User_attributes', 'digest_rounds'], true, false, 5000],
    ['8.0.18', ['digest_rounds'], true, false, 5000],
    ['8.0.19', ['digest_rounds'], true, true, 5000],
    ['8.0.24', [], true, true, 7000],
  ])('from MySQL %s, without what it has not', async (version, absent, hasRule, hasLocking, rounds) => {
    const [account] = await readAccounts(serverOf(version, absent), ['app']);

    expect(account?.options.includes('PASSWORD REQUIRE CURRENT DEFAULT')).toBe(hasRule);
    expect(account?.options.includes('FAILED_LOGIN_ATTEMPTS')).toBe(hasLocking);
    expect(account?.expiry).toBe('PASSWORD EXPIRE DEFAULT');
    expect(account?.stored).toEqual([Buffer.from('A')]);
    expect(account?.rounds).toBe(rounds);
  });
});
