/** Rights that were granted to a role by name, in the current database and on what all databases share. */
import pg from 'pg';

export interface Grant {
  /** As GRANT and REVOKE spell it, quoted by the server: `SELECT ON TABLE public.orders`. */
  readonly right: string;
  readonly grantee: string;
  readonly grantable: boolean;
  /** Set for default privileges: `ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA public`. */
  readonly prefix: string;
}

/** What it gives, whomever it was given: equal for two that give the same. */
export function grantText({ prefix, right, grantable }: Grant): string {
  return `${prefix}${right}${grantable ? WITH_OPTION : ''}`;
}

/** The statement that gives, or takes, such a right. */
export function grantStatement({ prefix, right, grantable }: Grant, to: string): string {
  return `${prefix}GRANT ${right} TO ${pg.escapeIdentifier(to)}${grantable ? WITH_OPTION : ''}`;
}
export function revokeStatement(grant: Grant): string {
  return `${grant.prefix}REVOKE ${grant.right} FROM ${pg.escapeIdentifier(grant.grantee)}`;
}

const WITH_OPTION = ' WITH GRANT OPTION';

/** Column of a statement that tells `grantsOf`: PostgreSQL 15 and later have grants on parameters, too. */
export const GRANTS_PARAMETERS = "to_regclass('pg_catalog.pg_parameter_acl') IS NOT NULL AS grants_parameters";

/**
 * A query: for each of `roles` (a relation with oid and rolname) that anything is granted to, its oid and `grants`, an array of Grant. Not
 * what is owned, and not what PUBLIC may do. Kinds and catalogs: https://www.postgresql.org/docs/current/ddl-priv.html
 */
export function grantsOf(roles: string, withParameters: boolean): string {
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
    SELECT oid, json_agg(json_build_object('right', what, 'grantee', rolname, 'grantable', is_grantable, 'prefix', prefix)) AS grants FROM (
    SELECT w.oid, w.rolname, x.privilege_type || columns || ' ON ' || object AS what, x.is_grantable, '' AS prefix
      FROM (${objects.join(' UNION ALL ')}) AS objects (object, columns, acl), aclexplode(acl) x, ${roles} w
     WHERE acl IS NOT NULL AND w.oid = x.grantee
    UNION ALL
    SELECT w.oid, w.rolname, x.privilege_type || ' ON ' ||
             CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'ROUTINES'
                                  WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END,
           x.is_grantable,
           format('ALTER DEFAULT PRIVILEGES FOR ROLE %I%s ', o.rolname,
                  CASE WHEN n.nspname IS NULL THEN '' ELSE format(' IN SCHEMA %I', n.nspname) END)
      FROM pg_default_acl d JOIN pg_roles o ON o.oid = d.defaclrole LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace,
           aclexplode(d.defaclacl) x, ${roles} w
     WHERE w.oid = x.grantee) AS granted GROUP BY oid`;
}
