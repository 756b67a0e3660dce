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
      return [row];
    },
    close: async () => {},
  };
}

describe('the accounts of a user are read', () => {
  it.each([
    ['8.0.11', ['Password_require_current', 'User_attributes'], false, false],
    ['8.0.13', ['User_attributes'], true, false],
    ['8.0.18', [], true, false],
    ['8.0.19', [], true, true],
  ])('from MySQL %s, without what it has not', async (version, absent, hasRule, hasLocking) => {
    const [account] = await readAccounts(serverOf(version, absent), 'app');

    expect(account?.options.includes('PASSWORD REQUIRE CURRENT DEFAULT')).toBe(hasRule);
    expect(account?.options.includes('FAILED_LOGIN_ATTEMPTS')).toBe(hasLocking);
    expect(account?.expiry).toBe('PASSWORD EXPIRE DEFAULT');
    expect(account?.stored).toEqual([Buffer.from('A')]);
  });
});
