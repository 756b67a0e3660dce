/**
 * Grants on what is not Redshift's own. "You can't run GRANT (on an external resource) within a transaction block", so those on external
 * schemas and on databases of a datashare wait until the transaction has ended: https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT.html
 */
import pg from 'pg';
import type { Transaction } from '../postgres/connection.ts';

/** Statements that wait for the end of the transaction, in their order. */
export type Waiting = string[];

const NAMES_ONE = / ON ((?:SCHEMA|DATABASE) "(?:[^"]|"")+") (?:TO|FROM) /;

/** A GRANT or REVOKE. Asks for what is external only where the statement could be about it. */
export async function send(transaction: Transaction, statement: string, waiting: Waiting): Promise<void> {
  const [, object] = NAMES_ONE.exec(statement) ?? [];
  if (object !== undefined && (await externals(transaction)).includes(object)) waiting.push(statement);
  else await transaction.query(statement);
}

async function externals(transaction: Transaction): Promise<string[]> {
  const rows = await transaction.query(
    `SELECT 'SCHEMA' AS kind, CAST(schemaname AS text) AS name FROM svv_external_schemas UNION ALL
     SELECT 'DATABASE', CAST(database_name AS text) FROM svv_redshift_databases WHERE database_type = 'shared'`,
  );
  return rows.map(({ kind, name }) => `${kind} ${pg.escapeIdentifier(String(name))}`);
}
