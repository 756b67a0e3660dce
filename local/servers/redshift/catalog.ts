/**
 * Redshift's system views, as far as the engine asks them, on PostgreSQL's catalog. No roles: GRANT ROLE is not PostgreSQL's. Whoever has
 * a password is a user, also after NOLOGIN; all others are groups. What PostgreSQL has no statement for is a comment: `external` on a
 * schema, `shared` on a database, `externalid …` on a user.
 */

/** `acl` is the column of `from` with the grants. */
const grants = (columns: string, from: string, acl: string) => `
  SELECT ${columns}, x.privilege_type::text AS privilege_type, g.rolname::text AS identity_name,
         CASE WHEN g.rolpassword IS NULL THEN 'group' ELSE 'user' END AS identity_type, x.is_grantable AS admin_option
    FROM ${from}, aclexplode(${acl}) x JOIN pg_authid g ON g.oid = x.grantee`;

const inSchema = 'JOIN pg_namespace n ON n.oid';

const views: Readonly<Record<string, string>> = {
  svv_relation_privileges: grants(
    'n.nspname AS namespace_name, c.relname AS relation_name',
    `pg_class c ${inSchema} = c.relnamespace`,
    'c.relacl',
  ),
  svv_column_privileges: grants(
    'n.nspname AS namespace_name, c.relname AS relation_name, a.attname AS column_name',
    `pg_attribute a JOIN pg_class c ON c.oid = a.attrelid ${inSchema} = c.relnamespace`,
    'a.attacl',
  ),
  svv_schema_privileges: grants("n.nspname AS namespace_name, 'SCHEMA' AS privilege_scope", 'pg_namespace n', 'nspacl'),
  svv_database_privileges: grants("datname AS database_name, 'DATABASE' AS privilege_scope", 'pg_database', 'datacl'),
  svv_function_privileges: grants(
    'n.nspname AS namespace_name, p.proname AS function_name, pg_get_function_identity_arguments(p.oid) AS argument_types',
    `pg_proc p ${inSchema} = p.pronamespace`,
    'p.proacl',
  ),
  svv_language_privileges: grants('lanname AS language_name', 'pg_language', 'lanacl'),
  svv_default_privileges: `
    SELECT n.nspname AS schema_name, CASE d.defaclobjtype WHEN 'f' THEN 'FUNCTION' ELSE 'RELATION' END AS object_type,
           o.rolname AS owner_name, x.privilege_type, g.rolname AS grantee_name,
           CASE WHEN g.rolpassword IS NULL THEN 'group' ELSE 'user' END AS grantee_type, x.is_grantable AS admin_option
      FROM pg_default_acl d JOIN pg_roles o ON o.oid = d.defaclrole LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace,
           aclexplode(d.defaclacl) x JOIN pg_authid g ON g.oid = x.grantee`,
  svv_user_grants: 'SELECT NULL::text AS user_name, NULL::text AS role_name, false AS admin_option WHERE false',
  svv_user_info: `
    SELECT rolname::text AS user_name, 'RESTRICTED' AS syslog_access, 0 AS session_timeout,
           CASE rolconnlimit WHEN -1 THEN 'UNLIMITED' ELSE rolconnlimit::text END AS connection_limit,
           substring(shobj_description(oid, 'pg_authid') FROM '^externalid (.*)$') AS external_user_id
      FROM pg_roles WHERE rolname = current_user OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)`,
  svv_external_schemas: `
    SELECT oid AS esoid, nspname AS schemaname, nspowner AS esowner FROM pg_namespace
     WHERE obj_description(oid, 'pg_namespace') = 'external'
       AND (pg_get_userbyid(nspowner) = current_user OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user))`,
  svv_redshift_databases: `
    SELECT datname AS database_name,
           CASE shobj_description(oid, 'pg_database') WHEN 'shared' THEN 'shared' ELSE 'local' END AS database_type
      FROM pg_database`,
  pg_proc_info: 'SELECT * FROM pg_proc',
};

/** PostgreSQL's own leaves out who may not log in. */
const users = `
  CREATE OR REPLACE VIEW pg_catalog.pg_user AS
  SELECT rolname AS usename, oid AS usesysid, rolcreatedb AS usecreatedb, rolsuper AS usesuper, rolreplication AS userepl,
         rolbypassrls AS usebypassrls, '********'::text AS passwd, rolvaliduntil AS valuntil,
         s.setconfig AS useconfig
    FROM pg_authid LEFT JOIN pg_db_role_setting s ON s.setrole = pg_authid.oid AND s.setdatabase = 0
   WHERE rolpassword IS NOT NULL OR rolcanlogin`;

/** Found whatever the search_path is. Needs allow_system_table_mods. */
export const redshiftCatalog: readonly string[] = [
  users,
  ...Object.entries(views).map(([name, query]) => `CREATE VIEW pg_catalog.${name} AS ${query}`),
];
export const redshiftViews: readonly string[] = Object.keys(views);
