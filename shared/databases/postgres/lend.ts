/** Lends the superuser the rights of other roles for the length of a piece of work. */
import pg from 'pg';
import type { Transaction } from './connection.ts';

/**
 * Since PostgreSQL 16 a CREATEROLE superuser, like that of RDS, administers roles without having their rights; it may lend
 * them to itself: https://www.postgresql.org/docs/16/role-attributes.html. Afterwards its memberships are what they were.
 */
export async function lend(
  transaction: Transaction,
  roles: readonly string[],
  work: () => Promise<void>,
): Promise<void> {
  const back: string[] = [];
  for (const role of roles) {
    const restore = await lendOne(transaction, role);
    if (restore !== undefined) back.push(restore);
  }
  await work();
  for (const statement of back) await transaction.query(statement);
}

/** Gives the statement that ends the loan; undefined when there is nothing to lend, or nothing to be had. */
async function lendOne(transaction: Transaction, role: string): Promise<string | undefined> {
  const [row] = await transaction.query(
    `SELECT pg_has_role(current_user, r.oid, 'USAGE') AS may,
            (SELECT to_jsonb(m) FROM pg_auth_members m, pg_roles me
              WHERE m.roleid = r.oid AND m.member = me.oid AND me.rolname = current_user
                AND (NOT to_jsonb(m) ? 'set_option' OR m.grantor = me.oid)
              LIMIT 1) AS own
       FROM pg_roles r WHERE r.rolname = $1`,
    [role],
  );
  if (row === undefined || row.may === true) return undefined;
  const grant = `GRANT ${pg.escapeIdentifier(role)} TO CURRENT_USER`;
  const own = row.own as Record<string, unknown> | null;
  if (own === null) {
    await transaction.query(grant);
    return `REVOKE ${pg.escapeIdentifier(role)} FROM CURRENT_USER`;
  }
  // A member that does not inherit. Before 16 that is a property of the superuser, which stays as it is.
  if (own.set_option === undefined) return undefined;
  await transaction.query(`${grant} WITH INHERIT TRUE, SET TRUE`);
  return `${grant} WITH INHERIT ${own.inherit_option === true}, SET ${own.set_option === true}`;
}
