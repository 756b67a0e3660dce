/** Rights that were granted to a role by name, in the current database and on what all databases share. */
import pg from 'pg';
import type { Transaction } from './connection.ts';

export interface Grant {
  /** As GRANT and REVOKE spell it, quoted by the server: `SELECT ON TABLE public.orders`. */
  readonly right: string;
  readonly grantee: string;
  readonly grantable: boolean;
  /** Set for default privileges: `ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA public`. */
  readonly prefix: string;
}

/** Grants to any of these roles (names). Not what is owned, and not what PUBLIC may do. */
export async function grantsTo(transaction: Transaction, roles: readonly string[]): Promise<Grant[]> {
  const rows = await transaction.query(statement(await hasParameterGrants(transaction)), [roles]);
  return rows.map((row) => ({
    right: String(row.right),
    grantee: String(row.grantee),
    grantable: row.grantable === true,
    prefix: String(row.prefix),
  }));
}

/** The statement that gives, or takes, such a right. */
export function grantStatement(grant: Grant, to: string): string {
  const option = grant.grantable ? ' WITH GRANT OPTION' : '';
  return `${grant.prefix}GRANT ${grant.right} TO ${pg.escapeIdentifier(to)}${option}`;
}
export function revokeStatement(grant: Grant): string {
  return `${grant.prefix}REVOKE ${grant.right} FROM ${pg.escapeIdentifier(grant.grantee)}`;
}

async function hasParameterGrants(transaction: Transaction): Promise<boolean> {
  const [row] = await transaction.query("SELECT to_regclass('pg_catalog.pg_parameter_acl') IS NOT NULL AS yes");
  return row?.yes === true;
}

/** Kinds and catalogs: https://www.postgresql.org/docs/current/ddl-priv.html */
function statement(withParameters: boolean): string {
  const objects = [
    `SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || format('%I.%I', n.nspname, c.relname), '', c.relacl
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace`,
    `SELECT 'TABLE ' || format('%I.%I', n.nspname, c.relname), format(' (%I)', a.attname), a.attacl
       FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE NOT a.attisdropped`,
    `SELECT 'SCHEMA ' || quote_ident(nspname), '', nspacl FROM pg_namespace`,
    `SELECT 'DATABASE ' || quote_ident(datname), '', datacl FROM pg_database`,
    `SELECT 'ROUTINE ' || oid::regprocedure::text, '', proacl FROM pg_proc`,
    `SELECT 'TYPE ' || format('%I.%I', n.nspname, t.typname), '', t.typacl
       FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace`,
    `SELECT 'LANGUAGE ' || quote_ident(lanname), '', lanacl FROM pg_language`,
    `SELECT 'FOREIGN DATA WRAPPER ' || quote_ident(fdwname), '', fdwacl FROM pg_foreign_data_wrapper`,
    `SELECT 'FOREIGN SERVER ' || quote_ident(srvname), '', srvacl FROM pg_foreign_server`,
    `SELECT 'TABLESPACE ' || quote_ident(spcname), '', spcacl FROM pg_tablespace`,
    `SELECT 'LARGE OBJECT ' || oid::text, '', lomacl FROM pg_largeobject_metadata`,
    ...(withParameters ? [`SELECT 'PARAMETER ' || quote_ident(parname), '', paracl FROM pg_parameter_acl`] : []),
  ];
  return `
    WITH wanted AS (SELECT oid, rolname FROM pg_roles WHERE rolname = ANY($1::text[])),
    objects (object, columns, acl) AS (${objects.join(' UNION ALL ')})
    SELECT x.privilege_type || columns || ' ON ' || object AS right, w.rolname AS grantee, x.is_grantable AS grantable, '' AS prefix
      FROM objects, aclexplode(acl) x, wanted w
     WHERE acl IS NOT NULL AND w.oid = x.grantee
    UNION ALL
    SELECT x.privilege_type || ' ON ' ||
             CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'ROUTINES'
                                  WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END,
           w.rolname, x.is_grantable,
           format('ALTER DEFAULT PRIVILEGES FOR ROLE %I%s ', o.rolname,
                  CASE WHEN n.nspname IS NULL THEN '' ELSE format(' IN SCHEMA %I', n.nspname) END)
      FROM pg_default_acl d JOIN pg_roles o ON o.oid = d.defaclrole LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace,
           aclexplode(d.defaclacl) x, wanted w
     WHERE w.oid = x.grantee`;
}
