/** Redshift has no owner that two users could share. So what one user of a pair owns, the other is given all rights on. */
import pg from 'pg';
import type { Grant } from '../postgres/grants.ts';
import { literal, type Question } from './question.ts';

export interface Owned {
  readonly owner: string;
  /** `TABLE "public"."orders"`, as GRANT spells it. */
  readonly object: string;
  /** What the other user must have on it. */
  readonly rights: readonly string[];
  /** Of a catalog elsewhere: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_EXTERNAL_SCHEMA.html */
  readonly isExternal: boolean;
}

const TABLE = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'REFERENCES'];
const SCHEMA = ['USAGE', 'CREATE'];
/** GRANT ALL gives no more: https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT.html */
const EXTERNAL_SCHEMA = ['USAGE'];

/** What Redshift keeps the rows of a materialized view in, `mv_tbl__name__0`. Rights are those of the view. */
export const isInternal = (relation: unknown) => /^mv_tbl__.*__\d+$/s.test(String(relation));

/** Tables, views and schemas of the current database that either user owns. An external schema is known as such to its owner at least. */
export function ownedBy(pair: readonly [string, string]): Question<Owned[]> {
  const owners = pair.map(literal).join(', ');
  const quoted = (value: unknown) => pg.escapeIdentifier(String(value));
  return {
    texts: [
      `SELECT n.nspname AS schema, c.relname AS name, u.usename AS owner
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_user u ON u.usesysid = c.relowner
        WHERE u.usename IN (${owners}) AND c.relkind IN ('r', 'v') AND n.nspname NOT LIKE 'pg_temp%'`,
      `SELECT n.nspname AS name, u.usename AS owner, e.schemaname IS NOT NULL AS external
         FROM pg_namespace n JOIN pg_user u ON u.usesysid = n.nspowner
              LEFT JOIN svv_external_schemas e ON e.schemaname = n.nspname
        WHERE u.usename IN (${owners}) AND n.nspname NOT LIKE 'pg_temp%'`,
    ],
    answer: (tables = [], schemas = []) => [
      ...tables
        .filter(({ name }) => !isInternal(name))
        .map(({ schema, name, owner }) => ({
          owner: String(owner),
          object: `TABLE ${quoted(schema)}.${quoted(name)}`,
          rights: TABLE,
          isExternal: false,
        })),
      ...schemas.map(({ name, owner, external }) => ({
        owner: String(owner),
        object: `SCHEMA ${quoted(name)}`,
        rights: external === true ? EXTERNAL_SCHEMA : SCHEMA,
        isExternal: external === true,
      })),
    ],
  };
}

/** Is this right one on an object that the pair owns? Such rights are compared as a whole, not one by one. */
export function isOnOwned({ right }: Grant, owned: readonly Owned[]): boolean {
  return owned.some(({ object }) => right.endsWith(` ON ${object}`));
}

/** What of its rights the user of these grants has. */
export function rightsOn({ owner, object, rights }: Owned, user: string, grants: readonly Grant[]): readonly string[] {
  if (owner === user) return rights;
  return rights.filter((right) => grants.some((grant) => grant.right === `${right} ON ${object}`));
}
