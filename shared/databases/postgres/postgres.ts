/** PostgreSQL 13 to 18, also RDS and Aurora. Page: docs/engines/postgres.md */
import type { DatabaseEngine } from '../engine.ts';
import { baseOf, counterpartWithin } from '../names.ts';
import { AS_LOGIN } from './acts-as.ts';

/** NAMEDATALEN - 1, in bytes: https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS */
const counterpart = counterpartWithin({ longest: 63, unit: 'bytes', title: 'PostgreSQL' });

export const product = {
  defaults: { port: 5432, dbname: 'postgres' },
  title: 'PostgreSQL',
  page: 'docs/engines/postgres.md',
  entry: 'CONNECT',
  // A role may have limits of its own, of a millisecond even; behind a pooler they are whatever the one before left. Its isolation may
  // be one in which a transaction does not see what was done while it waited for a lock.
  patience: [
    "SET LOCAL statement_timeout = '15s'",
    "SET LOCAL lock_timeout = '10s'",
    "SET LOCAL idle_in_transaction_session_timeout = '60s'",
    "SET LOCAL transaction_isolation = 'read committed'",
    "SELECT set_config('transaction_timeout', '0', true) WHERE current_setting('transaction_timeout', true) <> '0'",
    // Others have zones in short words, which the server reads as other ones: an expiry is copied as it is told.
    "SET LOCAL datestyle = 'ISO'",
  ],
  toChange: [AS_LOGIN],
};

export const postgres = {
  name: 'postgres',
  accepts: ['postgres', 'aurora-postgresql'],
  defaults: product.defaults,
  password: { maxLength: 128, forbidden: '', excludedByDefault: ':/@"\'\\' },
  counterpart,

  async connect(login, ctx) {
    // Three steps of four never connect; they start without the driver.
    const { openSession } = await import('./session.ts');
    return openSession(login, product, baseOf, ctx);
  },
} satisfies DatabaseEngine;
