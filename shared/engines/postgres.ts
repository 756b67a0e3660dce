/** PostgreSQL 13 to 18, also RDS and Aurora. Page: docs/engines/postgres.md */
import { InvalidSecretError } from '../rotation/errors.ts';
import type { DatabaseEngine } from './engine.ts';

const SUFFIX = '_clone';
/** NAMEDATALEN - 1, counted in bytes: https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS */
const LONGEST_NAME = 63;

const product = {
  defaults: { port: 5432, dbname: 'postgres' },
  title: 'PostgreSQL',
  page: 'docs/engines/postgres.md',
  patience: ["SET LOCAL lock_timeout = '10s'", "SET LOCAL statement_timeout = '15s'"],
};

export const postgres = {
  name: 'postgres',
  accepts: ['postgres', 'aurora-postgresql'],
  defaults: product.defaults,
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
    // Three steps of four never connect; they start without the driver.
    const { openSession } = await import('./postgres/session.ts');
    return openSession(login, product, baseOf, ctx);
  },
} satisfies DatabaseEngine;

/** The user of a pair that owns whatever either of them makes. */
function baseOf(username: string): string {
  return username.endsWith(SUFFIX) && username.length > SUFFIX.length ? username.slice(0, -SUFFIX.length) : username;
}
