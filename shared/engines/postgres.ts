/** PostgreSQL 13 to 18, also RDS and Aurora. Page: docs/engines/postgres.md */
import { InvalidSecretError } from '../rotation/errors.ts';
import type { DatabaseEngine } from './engine.ts';
import { cloneUser } from './postgres/clone-user.ts';
import { openConnection } from './postgres/connection.ts';
import { privileges } from './postgres/privileges.ts';
import { setPassword } from './postgres/set-password.ts';

const SUFFIX = '_clone';
/** NAMEDATALEN - 1, counted in bytes: https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS */
const LONGEST_NAME = 63;

export const postgres = {
  name: 'postgres',
  accepts: ['postgres', 'aurora-postgresql'],
  defaults: { port: 5432, dbname: 'postgres' },
  password: { maxLength: 128, forbidden: '', excludedByDefault: ':/@"\'\\' },

  counterpart(username) {
    if (username.length > SUFFIX.length && username.endsWith(SUFFIX)) return username.slice(0, -SUFFIX.length);
    const other = username + SUFFIX;
    if (Buffer.byteLength(other) > LONGEST_NAME) {
      throw new InvalidSecretError(`user name ${other} has more than ${LONGEST_NAME} bytes`, {
        hint: `PostgreSQL cuts longer names; use a user name of at most ${LONGEST_NAME - SUFFIX.length} bytes`,
      });
    }
    return other;
  },

  async connect(login, ctx) {
    const connection = await openConnection(login, postgres.defaults, ctx);
    let exclusive = false;
    return {
      get exclusive() {
        return exclusive;
      },
      ping: async () => void (await connection.query('SELECT 1')),
      setPassword: async (username, password) => {
        ({ exclusive } = await setPassword(connection, username, password));
      },
      cloneUser: (from, to, password) => cloneUser(connection, { from, to, base: baseOf(to) }, password),
      privileges: () => privileges(connection, baseOf(login.username)),
      close: () => connection.close(),
    };
  },
} satisfies DatabaseEngine;

/** The user of a pair that owns whatever either of them makes. */
function baseOf(username: string): string {
  return username.endsWith(SUFFIX) && username.length > SUFFIX.length ? username.slice(0, -SUFFIX.length) : username;
}
