/** Redshift has no owner that two users could share. So what one user of a pair owns, the other is given all rights on. */
import pg from 'pg';
import type { Transaction } from '../postgres/connection.ts';
import type { Grant } from '../postgres/grants.ts';

export interface Owned {
  readonly owner: string;
  /** `TABLE "public"."orders"`, as GRANT spells it. */
  readonly object: string;
  /** What the other user must have on it. */
  readonly rights: readonly string[];
}

const TABLE = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'REFERENCES'];
const SCHEMA = ['USAGE', 'CREATE'];

/** Tables, views and schemas of the current database that either user owns. */
export async function ownedBy(transaction: Transaction, pair: readonly [string, string]): Promise<Owned[]> {
  const tables = await transaction.query(
    `SELECT n.nspname AS schema, c.relname AS name, u.usename AS owner
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_user u ON u.usesysid = c.relowner
      WHERE u.usename IN ($1, $2) AND c.relkind IN ('r', 'v') AND n.nspname NOT LIKE 'pg_temp%'`,
    pair,
  );
  const schemas = await transaction.query(
    `SELECT n.nspname AS name, u.usename AS owner FROM pg_namespace n JOIN pg_user u ON u.usesysid = n.nspowner
      WHERE u.usename IN ($1, $2) AND n.nspname NOT LIKE 'pg_temp%'`,
    pair,
  );
  const quoted = (value: unknown) => pg.escapeIdentifier(String(value));
  return [
    ...tables.map(({ schema, name, owner }) => ({
      owner: String(owner),
      object: `TABLE ${quoted(schema)}.${quoted(name)}`,
      rights: TABLE,
    })),
    ...schemas.map(({ name, owner }) => ({ owner: String(owner), object: `SCHEMA ${quoted(name)}`, rights: SCHEMA })),
  ];
}

/** Is this right one on an object that the pair owns? Such rights are compared as a whole, not one by one. */
export function isOnOwned({ right }: Grant, owned: readonly Owned[]): boolean {
  return owned.some(({ object }) => right.endsWith(` ON ${object}`));
}

/** May the user of these grants do with it what its owner may? */
export function sharesIn({ owner, object, rights }: Owned, user: string, grants: readonly Grant[]): boolean {
  return owner === user || rights.every((right) => grants.some((grant) => grant.right === `${right} ON ${object}`));
}
